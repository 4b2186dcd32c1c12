"""Every preset makes a draft policy that the controller takes, and that can be submitted as it is."""

import frappe
import pytest

from cms_iso10002.complaints import policy
from cms_iso10002.core import clocks
from cms_iso10002.setup import presets


@pytest.mark.parametrize("key", [preset["key"] for preset in presets.presets()])
def test_a_preset_makes_a_draft_policy(site, key):
	preset = presets.get(key)
	doc = frappe.new_doc("Complaint SLA Policy")
	doc.update(presets.policy_values(preset, "Europe/Berlin"))
	doc.insert()
	doc.reload()
	assert doc.docstatus == 0
	assert (doc.preset, bool(doc.preset_verified)) == (key, preset["verified"])
	assert doc.source.startswith(preset["source"])
	assert len(doc.working_hours) == 5
	# Frozen on a case, the stored policy has the same limits as the data.
	stored = [clocks.Target.from_dict(row) for row in policy.targets_of(doc)]
	assert stored == [clocks.Target.from_dict(row) for row in preset["policy"]["targets"]]
	assert clocks.calendar_from_dict(policy.calendar_of(doc)).zone == doc.time_zone
	doc.submit()
	assert doc.docstatus == 1

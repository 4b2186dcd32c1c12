"""What our roles must see of ERPNext, beyond what they see anyway: given once, taken back when the app leaves.

Without it a Complaint Manager can't choose the holidays of a policy, since ERPNext shows Holiday Lists to HR only. A
permission somebody takes away again stays away.
"""

from __future__ import annotations

import frappe
from frappe.permissions import add_permission

from cms_iso10002.core.lifecycle import MANAGER
from cms_iso10002.setup import written

READ = (("Holiday List", MANAGER),)
PERMISSION = "Custom DocPerm"


def make() -> None:
	"""Give each permission that was never given."""
	remembered = written.load(PERMISSION)
	for doctype, role in READ:
		if doctype in remembered or not frappe.db.exists("DocType", doctype):
			continue
		# the first custom permission of a doctype replaces its standard ones, so Frappe copies those first
		copied = not frappe.db.exists(PERMISSION, {"parent": doctype})
		add_permission(doctype, role, ptype="read")
		remembered[doctype] = {"ours": 1, "copied": int(copied)}
		written.store(PERMISSION, remembered)


def remove() -> None:
	"""Take back what was given; copies of standard permissions go as well where nobody has changed them since."""
	remembered = written.load(PERMISSION)
	for doctype, role in READ:
		frappe.db.delete(PERMISSION, {"parent": doctype, "role": role})
		if remembered.get(doctype, {}).get("copied") and _rules(PERMISSION, doctype) == _rules(
			"DocPerm", doctype
		):
			frappe.db.delete(PERMISSION, {"parent": doctype})
		frappe.clear_cache(doctype=doctype)


def _rules(table: str, doctype: str) -> list[tuple]:
	"""The permissions of a doctype, as far as they matter."""
	fields = (
		"role",
		"permlevel",
		"if_owner",
		"read",
		"write",
		"create",
		"delete",
		"submit",
		"cancel",
		"amend",
	)
	rows = frappe.get_all(table, {"parent": doctype}, list(fields), order_by="role, permlevel", as_list=True)
	return sorted(rows)

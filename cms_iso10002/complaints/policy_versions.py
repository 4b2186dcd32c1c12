"""Versions of a Complaint SLA Policy: a new one continues its predecessor without a gap or an overlap.

A submitted policy isn't edited: *New Version* copies it to a draft, and submitting that ends the predecessor on the day
before. When a version is cancelled, the predecessor takes its time over again. Policies may also begin from a preset.
"""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, formatdate, get_system_timezone, getdate

from cms_iso10002.complaints import clock, policy, policy_rivals, version_chain
from cms_iso10002.core import clocks
from cms_iso10002.core.refusal import N_

DOCTYPE = "Complaint SLA Policy"
_DAY = timedelta(days=1)


@frappe.whitelist(methods=["POST"])
def make_new_version(policy: str) -> str:
	"""A draft that continues a submitted policy from tomorrow on; its name.

	Needs read permission on the policy and may create ones. Raises a ValidationError for a policy that is not
	submitted or has a next version already.
	"""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	frappe.has_permission(DOCTYPE, "create", throw=True)
	_refuse_unless_submitted(doc)
	version_chain.refuse_another_successor(doc, drafts=True)
	return _copy(doc).insert().name


def _copy(doc):
	new = frappe.copy_doc(doc)
	for row in (new, *new.get_all_children()):
		row.docstatus = 0  # in tests Frappe's copy_doc keeps it
	tomorrow = clock.today() + _DAY
	new.update(
		{
			**{name: doc.get(name) or "" for name in policy.MATCHED},  # or Frappe fills in the user's company
			"enabled": 1,
			"version_of": doc.name,
			"valid_from": max(tomorrow, getdate(doc.valid_from) + _DAY),
			"valid_to": None,
		}
	)
	return new


@frappe.whitelist(methods=["POST"])
def load_preset(key: str, company: str = "") -> str:
	"""A draft policy with the limits of a preset, for one company where one is named; its name.

	Needs permission to create policies. Raises a ValidationError for a preset that does not exist.
	"""
	from cms_iso10002.setup import presets

	frappe.has_permission(DOCTYPE, "create", throw=True)
	preset = _preset(key)
	if not preset:
		frappe.throw(
			_("There is no preset {0}: choose one from the list.").format(
				frappe.bold(frappe.utils.escape_html(key))
			)
		)
	doc = frappe.new_doc(DOCTYPE)
	doc.update(presets.policy_values(preset, get_system_timezone()))
	doc.company = company or ""  # or Frappe fills in the user's
	return doc.insert().name


@frappe.whitelist(methods=["GET", "POST"])
def list_presets() -> list[dict]:
	"""The presets to choose from: key, title, regulator, jurisdiction, effective_from, source, verified, notes."""
	from cms_iso10002.setup import presets

	frappe.has_permission(DOCTYPE, "create", throw=True)
	shown = (
		"key",
		"title",
		"regulator",
		"jurisdiction",
		"effective_from",
		"source",
		"verified",
		"notes",
	)
	return [{name: preset.get(name) for name in shown} for preset in presets.presets()]


@frappe.whitelist(methods=["GET", "POST"])
def chain(policy: str) -> list[dict]:
	"""The versions of a policy, oldest first: name, version, docstatus, valid_from, valid_to. Checks read permission."""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	versions = {doc.name: _brief(doc)}
	earlier = doc.version_of
	while earlier and earlier not in versions:
		row = frappe.db.get_value(DOCTYPE, earlier, _BRIEF, as_dict=True)
		if not row:
			break
		versions[earlier], earlier = row, row.version_of
	later = [doc.name]
	while later:
		rows = frappe.get_all(
			DOCTYPE,
			filters={"version_of": ("in", later), "name": ("not in", list(versions))},
			fields=list(_BRIEF),
			order_by="creation",
		)
		versions.update({row.name: row for row in rows})
		later = [row.name for row in rows]
	return sorted(versions.values(), key=lambda row: (cint(row.version), str(row.valid_from)))


_BRIEF = ("name", "version", "version_of", "docstatus", "valid_from", "valid_to")


def _brief(doc) -> frappe._dict:
	return frappe._dict({name: doc.get(name) for name in _BRIEF})


# What the controller calls -----------------------------------------------------------------------------


def keep_origin(doc) -> None:
	"""Where a policy comes from is not a client's to change: of what, by which number, from which preset, verified or not."""
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before:
		doc.update({name: before.get(name) for name in ("version_of", "version", "preset")})
	else:
		earlier = frappe.db.get_value(DOCTYPE, doc.version_of, "version") if doc.version_of else 0
		doc.version = cint(earlier) + 1
	known = _preset(doc.preset) if doc.preset else None
	doc.preset_verified = cint(bool(known and known.get("verified") and not differs_from_preset(doc)))


PRESET_LIMITS = ("amount", "unit", "starts_at", "pausable", "repeats", "max_extensions", "extension_amount")
FAST_TRACK = ("fast_track_days", "summary_letter_required", "fast_track_unless_asked")


def differs_from_preset(doc) -> list[str]:
	"""The stages whose limits are not those of the preset the policy was made from; "fast track" where that differs."""
	known = _preset(doc.preset) if doc.preset else None
	if not known:
		return []
	theirs = {row["stage"]: _limits(row) for row in known["policy"]["targets"]}
	mine = {row.stage: _limits(row) for row in doc.targets}
	found = [stage for stage in clocks.STAGES if theirs.get(stage) != mine.get(stage)]
	if any(cint(doc.get(name)) != cint(known["policy"].get(name)) for name in FAST_TRACK):
		found.append(N_("fast track"))
	return found


def _limits(row: Any) -> tuple:
	"""What of a target is the regulator's: numbers as numbers, empty as nothing."""
	return tuple(
		flt(row.get(name)) if name not in ("unit", "starts_at") else row.get(name) or ""
		for name in PRESET_LIMITS
	)


def _preset(key: str) -> dict[str, Any] | None:
	"""The preset of that key; None where there is none (any more)."""
	from cms_iso10002.setup import presets

	return next((known for known in presets.presets() if known["key"] == key), None)


def refuse_wrong_successor(doc) -> None:
	"""Before a version is submitted: its predecessor is submitted, begins before it and has no other successor."""
	if not doc.version_of:
		return
	predecessor = version_chain.predecessor(doc)
	_refuse_unless_submitted(predecessor)
	version_chain.refuse_another_successor(predecessor, but=doc.name)
	for name in policy.MATCHED:
		if (doc.get(name) or "") != (predecessor.get(name) or ""):
			frappe.throw(
				_(
					"A new version is for the same complaints as the one before: {0} differs. Change it back, or make a "
					"policy of its own by Duplicate."
				).format(_(doc.meta.get_label(name)))
			)
	if getdate(doc.valid_from) <= getdate(predecessor.valid_from):
		frappe.throw(
			_("Valid From must be after {0}, when the version before it begins.").format(
				formatdate(predecessor.valid_from)
			)
		)
	ended = {**predecessor.as_dict(), "valid_to": getdate(doc.valid_from) - _DAY}
	policy_rivals.refuse_gap(predecessor, ended, also=[policy.row_of(doc)])


def end_predecessor(doc) -> None:
	"""After a version was submitted: its predecessor is valid to the day before."""
	if doc.version_of:
		predecessor = version_chain.predecessor(doc)
		doc.db_set("predecessor_valid_to", predecessor.valid_to, update_modified=False)
		predecessor.valid_to = getdate(doc.valid_from) - _DAY
		predecessor.flags.quiet = True
		predecessor.save()


def refuse_cancelling(doc) -> None:
	"""Before a policy is cancelled: it has no next version, and no days ahead are left without a general policy."""
	successor = version_chain.successor(doc, fields=policy.ROW)
	if successor:
		frappe.throw(
			_("{0} is the next version of this policy: cancel that one first.").format(
				frappe.bold(successor.name)
			)
		)
	predecessor = version_chain.predecessor(doc) if doc.version_of else None
	taking_over = []
	if predecessor and predecessor.docstatus == 1:
		taking_over = [frappe._dict(predecessor.as_dict(), valid_to=doc.predecessor_valid_to)]
	policy_rivals.refuse_gap(doc, None, also=taking_over)


def give_back(doc) -> None:
	"""After a version was cancelled: its predecessor is valid again for as long as it was before."""
	predecessor = version_chain.predecessor(doc) if doc.version_of else None
	if predecessor and predecessor.docstatus == 1:
		predecessor.valid_to = doc.predecessor_valid_to
		predecessor.flags.quiet = True
		predecessor.save()
	for name in frappe.get_all(
		DOCTYPE, {"version_of": doc.name, "docstatus": 0}, pluck="name", order_by="name"
	):
		# a draft of the version after goes on from the one before: a cancelled one can't be succeeded
		frappe.db.set_value(DOCTYPE, name, "version_of", doc.version_of)


def check_change(doc) -> None:
	"""Before a submitted policy is saved: ending or disabling it leaves neither a gap nor an overlap."""
	successor = version_chain.successor(doc, fields=policy.ROW)
	if successor and getdate(doc.valid_to or "2199-12-31") != getdate(successor.valid_from) - _DAY:
		frappe.throw(
			_(
				"The next version, {0}, begins on {1}: so Valid To is the day before and can't be another."
			).format(frappe.bold(successor.name), formatdate(successor.valid_from))
		)
	policy_rivals.refuse_twin(doc)
	before = doc.get_doc_before_save()
	if before:
		policy_rivals.refuse_gap(before, doc)


def _refuse_unless_submitted(doc) -> None:
	if doc.docstatus != 1:
		frappe.throw(
			_("{0} is not submitted: only a submitted policy can have a new version.").format(
				frappe.bold(doc.name)
			)
		)

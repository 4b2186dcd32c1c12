"""Which Complaint SLA Policy a complaint is under, and its frozen copy.

A complaint carries a snapshot of the policy that was chosen when it was received (targets and calendar, as
JSON). Clocks run on the snapshot alone, so editing a policy, its hours or its holidays never changes a case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cstr, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.fast_track import FastTrack
from cms_iso10002.core.ledger import canonical_json

MATCHED = ("company", "severity", "priority", "channel", "customer_group", "territory", "category")
"""Fields of a policy that must equal the complaint's where they are set."""

TREES = ("category", "customer_group", "territory")
"""Of those, the ones in trees: an ancestor matches too."""

CHANGEABLE = ("policy", "title", "targets", "calendar", "fast_track")
"""What of a frozen policy an event `policy_changed` may replace."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def choose(complaint: Mapping[str, Any]) -> tuple[str | None, str]:
	"""The policy for `complaint` and why, in words: rank decides, then how much a policy asks for, then the newest.

	(None, reason) when no submitted and enabled policy fits.
	"""
	day = getdate(complaint.get("received_on") or clock.today())
	candidates = _candidates(day)
	asked = [name for name in TREES if complaint.get(name) and any(row.get(name) for row in candidates)]
	ancestors = {name: _ancestors(name, complaint.get(name)) for name in asked}
	fitting = [row for row in candidates if _fits(row, complaint, ancestors)]
	if not fitting:
		return None, _("No policy in force fits this complaint.")
	best = max(
		fitting, key=lambda row: (row.rank or 0, _specificity(row), str(row.valid_from), str(row.creation))
	)
	matched = [_(frappe.unscrub(name)) for name in MATCHED if best.get(name)]
	reason = _("{0}: rank {1}, fits by {2}.").format(
		best.title, best.rank or 0, ", ".join(matched) or _("being the general policy")
	)
	return best.name, reason


def _candidates(day) -> list:
	policy = DocType("Complaint SLA Policy")
	return (
		frappe.qb.from_(policy)
		.select("name", "title", "rank", "valid_from", "valid_to", "creation", *MATCHED)
		.where((policy.docstatus == 1) & (policy.enabled == 1) & (policy.valid_from <= day))
		.where(policy.valid_to.isnull() | (policy.valid_to >= day))
		.run(as_dict=True)
	)


def _fits(row: Mapping[str, Any], complaint: Mapping[str, Any], ancestors: Mapping[str, set[str]]) -> bool:
	for name in MATCHED:
		wanted = row.get(name)
		if not wanted or wanted == complaint.get(name):
			continue
		if wanted not in ancestors.get(name, ()):
			return False
	return True


def _specificity(row: Mapping[str, Any]) -> int:
	return sum(1 for name in MATCHED if row.get(name))


def _ancestors(fieldname: str, value: str) -> set[str]:
	doctype = {
		"category": "Complaint Category",
		"customer_group": "Customer Group",
		"territory": "Territory",
	}[fieldname]
	bounds = frappe.get_cached_value(doctype, value, ["lft", "rgt"], as_dict=True)
	if not bounds:
		return set()
	tree = DocType(doctype)
	query = frappe.qb.from_(tree).select(tree.name)
	return set(query.where((tree.lft <= bounds.lft) & (tree.rgt >= bounds.rgt)).run(pluck=True))


def snapshot(name: str | None) -> str:
	"""The frozen copy of a policy, as canonical JSON; "" without a policy.

	The calendar carries the holidays of the policy's Holiday List (else of none), with the last date it knows.
	"""
	if not name:
		return ""
	doc = frappe.get_cached_doc("Complaint SLA Policy", name)
	return canonical_json(
		{
			"policy": doc.name,
			"title": doc.title,
			"targets": targets_of(doc),
			"calendar": calendar_of(doc),
			"fast_track": fast_track_of(doc),
		}
	)


def fast_track_of(doc) -> dict[str, Any]:
	"""The fast track of a policy, in the form `core.fast_track.FastTrack.from_dict` takes."""
	return {
		"days": doc.fast_track_days or 0,
		"summary_letter": bool(doc.summary_letter_required),
		"unless_asked": bool(doc.fast_track_unless_asked),
	}


def targets_of(doc) -> list[dict[str, Any]]:
	"""The targets of a policy as plain values, in the form `core.clocks.Target.from_dict` takes."""
	return [
		{
			"stage": row.stage,
			"amount": cstr(row.amount),
			"unit": row.unit,
			"starts_at": row.starts_at or "",
			"pausable": bool(row.pausable),
			"repeats": bool(row.repeats),
			"warn_percent": percentages(row.warn_percent),
			"max_extensions": row.max_extensions or 0,
			"extension_amount": cstr(row.extension_amount or 0),
			"escalate_to_role": row.escalate_to_role or "",
			"escalate_to_user": row.escalate_to_user or "",
			"raises_level": bool(row.raises_level),
		}
		for row in doc.targets
	]


def percentages(text: str | None) -> list[int]:
	"""The percentages of "50, 75": [50, 75]. Raises a ValidationError for anything else."""
	try:
		return sorted({int(part) for part in (text or "").replace("%", "").split(",") if part.strip()})
	except ValueError:
		frappe.throw(_("Warn at {0} is not a list of percentages such as 50, 75.").format(frappe.bold(text)))


def calendar_of(doc) -> dict[str, Any] | None:
	"""The working calendar of a policy as plain values; None where it names no working hours."""
	if not doc.working_hours:
		return None
	week: dict[str, list[list[str]]] = {}
	for row in doc.working_hours:
		week.setdefault(str(WEEKDAYS.index(row.workday)), []).append(
			[_hhmm(row.start_time), _hhmm(row.end_time)]
		)
	holidays: Sequence[str] = []
	known_until = None
	if doc.holiday_list:
		holiday_list = frappe.get_cached_doc("Holiday List", doc.holiday_list)
		holidays = sorted({str(getdate(row.holiday_date)) for row in holiday_list.holidays})
		known_until = str(getdate(holiday_list.to_date)) if holiday_list.get("to_date") else None
	return {
		"zone": doc.time_zone,
		"week": {day: sorted(spans) for day, spans in week.items()},
		"holidays": list(holidays),
		"half_days": {},
		"known_until": known_until,
	}


def _hhmm(value: Any) -> str:
	"""A MariaDB TIME (timedelta), a time or a text as HH:MM:SS."""
	if hasattr(value, "total_seconds"):
		seconds = int(value.total_seconds())
		return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
	parts = [*str(value).partition(".")[0].split(":"), "0", "0"]
	return ":".join(f"{int(part):02}" for part in parts[:3])


def load(text: str | None) -> tuple[list[clocks.Target], Any]:
	"""Targets and calendar of a snapshot, ready for `clocks.replay`; no targets for an empty one."""
	if not text:
		return [], None
	frozen = json.loads(text)
	calendar = frozen.get("calendar")
	return [clocks.Target.from_dict(target) for target in frozen["targets"]], (
		clocks.calendar_from_dict(calendar) if calendar else None
	)


@dataclass(frozen=True)
class InForce:
	"""What a complaint is under at present: its frozen policy, as later changes of policy left it.

	`targets` are plain values by stage (escalation included), `calendar` is None where every hour counts.
	"""

	policy: str
	targets: Mapping[str, Mapping[str, Any]]
	calendar: WorkCalendar | None
	fast_track: FastTrack

	def target(self, stage: str) -> clocks.Target | None:
		"""The target of a stage, or None."""
		values = self.targets.get(stage)
		return clocks.Target.from_dict(values) if values else None


def in_force(text: str | None, events: Iterable[clocks.Event] = ()) -> InForce:
	"""The policy that a snapshot and the events after it leave in force. One without targets for an empty snapshot."""
	frozen = json.loads(text) if text else {}
	for event in events:
		if event.kind == clocks.POLICY_CHANGED:
			frozen.update({name: event.data[name] for name in CHANGEABLE if event.data.get(name) is not None})
	calendar = frozen.get("calendar")
	return InForce(
		frozen.get("policy") or "",
		{row["stage"]: row for row in reversed(frozen.get("targets") or [])},
		clocks.calendar_from_dict(calendar) if calendar else None,
		FastTrack.from_dict(frozen.get("fast_track")),
	)

"""Which Complaint SLA Policy a complaint is under, and its frozen copy.

A complaint carries a snapshot of the policy that was chosen when it was received (targets and calendar, as
JSON). Clocks run on the snapshot alone, so editing a policy, its hours or its holidays never changes a case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cstr, formatdate, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.fast_track import FastTrack
from cms_iso10002.core.ledger import canonical_json

MATCHED = ("company", "severity", "priority", "channel", "customer_group", "territory", "category")
"""Fields of a policy that must equal the complaint's where they are set."""

TREES = {"category": "Complaint Category", "customer_group": "Customer Group", "territory": "Territory"}
"""Of those, the ones in trees, where an ancestor matches too: the field and its doctype."""

ROW = ("name", "title", "rank", "enabled", "valid_from", "valid_to", "creation", *MATCHED)
"""What the selection reads of a policy."""

ALL_DAY = ["00:00:00", "00:00:00"]
"""An interval of a frozen calendar: midnight to midnight."""

CHANGEABLE = ("policy", "title", "targets", "calendar", "fast_track")
"""What of a frozen policy an event `policy_changed` may replace."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Verdict:
	"""What the selection says of one policy: whether it `wins`, and `why` it does or does not, in a sentence."""

	row: Mapping[str, Any]
	wins: bool
	why: str


def choose(complaint: Mapping[str, Any]) -> tuple[str | None, str]:
	"""The policy for `complaint` and why, in words: rank decides, then how much a policy asks for, then the newest.

	(None, reason) when no submitted and enabled policy fits.
	"""
	day = _day(complaint)
	candidates = [row for row in _submitted(day) if not _not_in_force(row, day)]
	ancestors = _all_ancestors(complaint, candidates)
	fitting = [row for row in candidates if not _differing(row, complaint, ancestors)]
	if not fitting:
		return None, _("No policy in force fits this complaint.")
	best = max(fitting, key=_precedence)
	return best.name, _why_it_wins(best)


def candidates_explained(
	complaint: Mapping[str, Any], extra: Iterable[Mapping[str, Any]] = ()
) -> list[Verdict]:
	"""Every policy in question for `complaint` with what speaks for or against it: the winner first, the rest by rank.

	`extra` are rows as `row_of` makes them, which count as they stand: a draft, or another reading of a policy.
	The winner is the one `choose` would choose.
	"""
	day = _day(complaint)
	rows = list({row.name: row for row in (*_submitted(), *extra)}.values())
	ancestors = _all_ancestors(complaint, rows)
	against = {row.name: _against(row, complaint, ancestors, day) for row in rows}
	best = max((row for row in rows if not against[row.name]), key=_precedence, default=None)
	verdicts = []
	for row in sorted(rows, key=_precedence, reverse=True):
		wins = row is best
		why = _why_it_wins(row) if wins else against[row.name] or _why_it_is_behind(row, best)
		verdicts.append(Verdict(row, wins, why))
	return sorted(verdicts, key=lambda verdict: (not verdict.wins, bool(against[verdict.row.name])))


def row_of(doc) -> frappe._dict:
	"""A policy as the selection reads it, as if it were submitted and enabled."""
	values = {name: doc.get(name) for name in ROW}
	dates = {name: getdate(doc.get(name)) if doc.get(name) else None for name in ("valid_from", "valid_to")}
	return frappe._dict(values, **dates, enabled=1)


def ancestors_of(fieldname: str, value: str) -> set[str]:
	"""A value of a field in TREES with everything above it; empty where there is no such record."""
	doctype = TREES[fieldname]
	bounds = frappe.get_cached_value(doctype, value, ["lft", "rgt"], as_dict=True)
	if not bounds:
		return set()
	tree = DocType(doctype)
	query = frappe.qb.from_(tree).select(tree.name)
	return set(query.where((tree.lft <= bounds.lft) & (tree.rgt >= bounds.rgt)).run(pluck=True))


def specificity(row: Mapping[str, Any]) -> int:
	"""How many of MATCHED a policy asks for; 0 for a general policy, which fits every complaint."""
	return sum(1 for name in MATCHED if row.get(name))


def _submitted(day: date | None = None) -> list:
	"""The submitted policies; with `day` only those that can be in force on it."""
	policy = DocType("Complaint SLA Policy")
	query = frappe.qb.from_(policy).select(*ROW).where(policy.docstatus == 1)
	if day:
		query = query.where((policy.enabled == 1) & (policy.valid_from <= day))
	return query.run(as_dict=True)


def _day(complaint: Mapping[str, Any]) -> date:
	return getdate(complaint.get("received_on") or clock.today())


def _all_ancestors(complaint: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
	"""The ancestors of what the complaint says, for the trees that a policy asks for."""
	asked = [name for name in TREES if complaint.get(name) and any(row.get(name) for row in rows)]
	return {name: ancestors_of(name, complaint.get(name)) for name in asked}


def _not_in_force(row: Mapping[str, Any], day: date) -> str:
	"""Why a submitted policy is not in force on a day; "" when it is."""
	if not row.enabled:
		return _("It is disabled.")
	if getdate(row.valid_from) > day:
		return _("It was not in force yet on {0}: it is valid from {1}.").format(
			formatdate(day), formatdate(row.valid_from)
		)
	if row.valid_to and getdate(row.valid_to) < day:
		return _("It was no longer in force on {0}: it was valid to {1}.").format(
			formatdate(day), formatdate(row.valid_to)
		)
	return ""


def _differing(
	row: Mapping[str, Any], complaint: Mapping[str, Any], ancestors: Mapping[str, set[str]]
) -> list[str]:
	"""The fields that a policy asks for and the complaint does not have so."""
	return [
		name
		for name in MATCHED
		if row.get(name)
		and row.get(name) != complaint.get(name)
		and row.get(name) not in ancestors.get(name, ())
	]


def _against(
	row: Mapping[str, Any], complaint: Mapping[str, Any], ancestors: Mapping[str, set[str]], day: date
) -> str:
	"""Why a policy does not fit, in a sentence; "" when it does."""
	reason = _not_in_force(row, day)
	differing = _differing(row, complaint, ancestors)
	if reason or not differing:
		return reason
	asked = ", ".join(f"{_(frappe.unscrub(name))} {_(row.get(name))}" for name in differing)
	return _("It is for other complaints: {0}.").format(asked)


def _precedence(row: Mapping[str, Any]) -> tuple:
	return row.rank or 0, specificity(row), str(row.valid_from), str(row.creation)


def _why_it_wins(row: Mapping[str, Any]) -> str:
	matched = [_(frappe.unscrub(name)) for name in MATCHED if row.get(name)]
	return _("{0}: rank {1}, fits by {2}.").format(
		row.title, row.rank or 0, ", ".join(matched) or _("being the general policy")
	)


def _why_it_is_behind(row: Mapping[str, Any], best: Mapping[str, Any]) -> str:
	"""Why a policy that fits comes after the best one."""
	mine, theirs = _precedence(row), _precedence(best)
	if mine[0] != theirs[0]:
		return _("It fits, but its rank {0} is lower than {1}.").format(mine[0], theirs[0])
	if mine[1] != theirs[1]:
		return _("It fits, but is less specific: it asks for {0} fields, the winner for {1}.").format(
			mine[1], theirs[1]
		)
	return _("It fits, but is older: valid from {0}, the winner from {1}.").format(
		formatdate(row.valid_from), formatdate(best.valid_from)
	)


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


def calendar_of(doc) -> dict[str, Any]:
	"""The working calendar of a policy as plain values: every hour of its time zone where it names no working hours."""
	week: dict[str, list[list[str]]] = {}
	for row in doc.working_hours:
		week.setdefault(str(WEEKDAYS.index(row.workday)), []).append(
			[hhmm(row.start_time), hhmm(row.end_time)]
		)
	if not week:
		week = {str(day): [ALL_DAY] for day in range(7)}
	holidays: Sequence[str] = []
	known_until = None
	if doc.holiday_list and doc.working_hours:
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


def hhmm(value: Any) -> str:
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
	values = json.loads(text)
	calendar = values.get("calendar")
	return [clocks.Target.from_dict(target) for target in values["targets"]], (
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
	values = frozen(text, events)
	calendar = values.get("calendar")
	return InForce(
		values.get("policy") or "",
		{row["stage"]: row for row in reversed(values.get("targets") or [])},
		clocks.calendar_from_dict(calendar) if calendar else None,
		FastTrack.from_dict(values.get("fast_track")),
	)


def frozen(text: str | None, events: Iterable[clocks.Event] = ()) -> dict[str, Any]:
	"""The plain values of a snapshot, with what later changes of policy replaced."""
	values = json.loads(text) if text else {}
	for event in events:
		if event.kind == clocks.POLICY_CHANGED:
			values.update({name: event.data[name] for name in CHANGEABLE if event.data.get(name) is not None})
	return values

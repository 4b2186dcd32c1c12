"""Is the record whole? `verify` holds what is stored against the ledger and names everything that differs.

Events are checked against their own hashes and against each other, the complaint's fields and milestones against
the events, the seals against all heads as they were on their day. It reads in batches and in one transaction, so it
sees one state of the database, and what others write meanwhile raises no false alarm. It changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from cms_iso10002.complaints import clock, policy, sealing, their_words, timeline
from cms_iso10002.core import clocks, effectiveness, ledger
from cms_iso10002.core.changes import THEIR_WORDS, WORDS_CORRECTED
from cms_iso10002.core.merkle import Tree
from cms_iso10002.core.refusal import N_
from cms_iso10002.core.states import RECEIVED, STATES, category

HELD_WORDS = tuple(name for name in THEIR_WORDS if name != "remedy_requested")
"""Of the complainant's words those that no renaming changes."""
BATCH = 200
"""Complaints read at once, with their events."""
FIELDS = (
	"name",
	"status",
	"status_category",
	"received_on",
	"round",
	"severity",
	"complexity",
	"impact",
	"safety_implication",
	"immediate_action_needed",
	"confidentiality",
	"conflict_check",
	"duplicate_of",
	"closed_on",
	"closure_basis",
	"action_state",
	"no_action_reason",
	"policy_snapshot",
	"ledger_head",
	"ledger_sequence",
	"anonymised_on",
	*HELD_WORDS,
)
ASSESSED = ("severity", "complexity", "impact", "safety_implication", "immediate_action_needed")
SAME_MOMENT = timedelta(minutes=1)
"""A field and the event that tells of it are written one after the other."""
OPEN_MILESTONES = ("Waiting", "Running", "Overdue", "Paused")
"""States between which a milestone moves as time goes by."""
BY_STATUS = {"Withdrawn": "Withdrawn", "Out of Scope": "Out of Scope", "Duplicate": "Duplicate"}


@dataclass(frozen=True)
class Finding:
	"""Something that is not as it was recorded. `sequence` is the event concerned, where it is about one.

	`problem` is one of the ledger's, or: complaint (it is gone, its events are there), copy (a field says other
	than the events), milestone (its row says other than the events), gone (a message or file that came in), seal.
	"""

	complaint: str
	problem: str
	text: str
	sequence: int | None = None

	def __str__(self) -> str:
		return f"{self.complaint}: {self.text}" if self.complaint else self.text


@dataclass
class Report:
	"""What was verified and what was found, in the order of the complaints and their events."""

	complaints: int = 0
	events: int = 0
	seals: int = 0
	findings: list[Finding] = field(default_factory=list)

	@property
	def whole(self) -> bool:
		return not self.findings

	def verdict(self) -> str:
		"""One line that says it all, and what is broken first."""
		if self.whole:
			return _("The record is whole.")
		broken = len({finding.complaint for finding in self.findings})
		return _("The record is broken: {0} findings in {1} complaints. The first: {2}").format(
			len(self.findings), broken, self.findings[0]
		)

	def as_dict(self) -> dict[str, Any]:
		return {**asdict(self), "whole": self.whole}


Progress = Callable[[int, Sequence[Finding]], None]


def count(complaint: str | None = None) -> int:
	"""How many complaints `verify` will go through."""
	return 1 if complaint else frappe.db.count("Complaint")


def verify(complaint: str | None = None, *, on_progress: Progress | None = None) -> Report:
	"""Verify one complaint, or all of them and the seals.

	`on_progress` is told after each batch how many complaints were done and what was found in them. Raises
	frappe.DoesNotExistError when there is neither that complaint nor an event of it.
	"""
	report = Report()
	sealed = None if complaint else _Sealed()
	for rows in _complaints(complaint):
		findings = list(_batch(rows, report, sealed))
		report.complaints += len(rows)
		_tell(report, findings, on_progress, len(rows))
	_tell(report, list(_orphans(complaint)), on_progress)
	if complaint and not report.complaints and not report.findings:
		frappe.throw(_("Complaint {0} does not exist.").format(complaint), frappe.DoesNotExistError)
	if sealed:
		report.seals = len(sealed.seals)
		_tell(report, list(sealed.findings()), on_progress)
	return report


def _tell(report: Report, findings: list[Finding], on_progress: Progress | None, done: int = 0) -> None:
	report.findings += findings
	if on_progress and (done or findings):
		on_progress(done, findings)


# reading -------------------------------------------------------------------------------------------------


def _complaints(only: str | None) -> Iterator[list[frappe._dict]]:
	"""The complaints by name, a batch at a time."""
	table, after = DocType("Complaint"), ""
	while True:
		query = frappe.qb.from_(table).select(*FIELDS).orderby(table.name).limit(BATCH)
		query = query.where(table.name == only) if only else query.where(table.name > after)
		rows = query.run(as_dict=True)
		if rows:
			yield rows
		if only or not rows:
			return
		after = rows[-1].name


def _rows_of(
	doctype: str, link: str, names: Sequence[str], fields: Sequence[str], order: str
) -> dict[str, list]:
	"""Rows that belong to `names`, by the name they belong to."""
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(*fields).where(table[link].isin(list(names)))
	found: dict[str, list] = {name: [] for name in names}
	for row in query.orderby(table[link]).orderby(table[order]).run(as_dict=True):
		found.setdefault(row[link], []).append(row)
	return found


def _events(names: Sequence[str]) -> dict[str, list[frappe._dict]]:
	fields = (
		"complaint",
		"sequence",
		"kind",
		"at",
		"at_utc",
		"actor",
		"public",
		"payload",
		"previous_hash",
		"hash",
	)
	return _rows_of("Complaint Event", "complaint", names, (*fields, "note", "note_salt"), "sequence")


def _batch(rows: Sequence[frappe._dict], report: Report, sealed: _Sealed | None) -> Iterator[Finding]:
	names = [row.name for row in rows]
	events = _events(names)
	decisions = _rows_of(
		"Complaint Decision", "parent", names, ("parent", "round", "level", "outcome"), "idx"
	)
	stored = (*timeline.MILESTONE_KEY, "state", "due_utc", "met_utc")
	milestones = _rows_of("Complaint Milestone", "parent", names, ("parent", *stored), "idx")
	received = _Received.of(events)
	for row in rows:
		own = events[row.name]
		report.events += len(own)
		if sealed:
			sealed.add(row.name, own)
		yield from _verified(row, own, decisions[row.name], milestones[row.name])
		if not row.anonymised_on:
			yield from received.gone(row.name, own)


class _Received:
	"""What came in by the events of a batch, and what of it is there: two queries whatever the number."""

	def __init__(self, there: Mapping[str, set[str]]) -> None:
		self.there = there

	@classmethod
	def of(cls, events: Mapping[str, list]) -> _Received:
		named: dict[str, set[str]] = {"Communication": set(), "File": set()}
		for own in events.values():
			for event in own:
				for doctype, name in _came_in(event):
					named[doctype].add(name)
		return cls({doctype: _there(doctype, names) for doctype, names in named.items()})

	def gone(self, complaint: str, events: list) -> Iterator[Finding]:
		for event in events:
			for doctype, name in _came_in(event):
				if name not in self.there[doctype]:
					text = _("The {0} {1}, which came in with event {2}, is gone.").format(
						_(doctype), name, event.sequence
					)
					yield Finding(complaint, "gone", text, event.sequence)


def _came_in(event: frappe._dict) -> list[tuple[str, str]]:
	"""The message and the files that an event names as received; none where its payload can't be read."""
	if event.kind not in ("message_received", "files_received"):
		return []
	try:
		data = json.loads(event.payload)["data"]
	except (ValueError, KeyError, TypeError):
		return []  # found and told with its chain
	message = [("Communication", data["communication"])] if data.get("communication") else []
	return message + [("File", name) for name in data.get("files") or ()]


def _there(doctype: str, names: set[str]) -> set[str]:
	if not names:
		return set()
	table = DocType(doctype)
	return set(
		frappe.qb.from_(table).select(table.name).where(table.name.isin(sorted(names))).run(pluck=True)
	)


def _verified(row: frappe._dict, events: list, decisions: list, milestones: list) -> Iterator[Finding]:
	"""What is wrong with one complaint. Its fields are held only against a chain that is whole."""
	broken = ledger.verify_chain(row.name, events, row.ledger_head, row.ledger_sequence)
	for one in broken:
		yield Finding(row.name, one.problem, _(one.template).format(*one.args), one.sequence)
	yield from _beside(row, events)
	if broken:
		return
	said = [json.loads(event.payload) for event in events]
	for template, *args in (*_copies(row, said), *_decisions(decisions, said)):
		yield Finding(row.name, "copy", _(template).format(*args))
	for template, *args in _words(row, events, said):
		yield Finding(row.name, "copy", _(template).format(*args))
	for template, *args in _milestones(row, events, said, milestones):
		yield Finding(row.name, "milestone", _(template).format(*args))


def _beside(row: frappe._dict, events: list) -> Iterator[Finding]:
	"""What stands beside the payloads: the time as shown to people, and words that are gone without anonymising."""
	for event in events:
		if event.at != clock.to_site(clock.from_micros(event.at_utc)):
			text = _("The column {1} of event {0} was altered: it says {2}, recorded was {3}.").format(
				event.sequence, "at", event.at, clock.to_site(clock.from_micros(event.at_utc))
			)
			yield Finding(row.name, "column", text, event.sequence)
		if not event.note and not row.anonymised_on and '"note":' in (event.payload or ""):
			text = _("The words kept with event {0} are gone, and the complaint was not anonymised.").format(
				event.sequence
			)
			yield Finding(row.name, "note", text, event.sequence)


# fields against events -----------------------------------------------------------------------------------

DIFFERS = N_("{0} was altered: the complaint says {1}, its events say {2}.")


def _copies(row: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> Iterator[tuple]:
	"""Fields of the complaint that the events tell as well, and differently."""
	for name, recorded in _expected(said).items():
		stored = row[name] or ""
		if str(stored) != str(recorded or ""):
			yield DIFFERS, name, stored or "–", recorded or "–"
	received = _received_at(said)
	if clock.to_micros(clock.to_utc(row["received_on"])) != received:
		yield DIFFERS, "received_on", row["received_on"], clock.to_site(clock.from_micros(received))
	anonymised = any(event["kind"] == "anonymised" for event in said)
	if bool(row["anonymised_on"]) != anonymised:
		yield DIFFERS, "anonymised_on", row["anonymised_on"] or "–", _("it was") if anonymised else "–"
	yield from _closing(row, said)
	yield from _actions(row, said)


def _words(row: Mapping[str, Any], events: list, said: Sequence[Mapping[str, Any]]) -> Iterator[tuple]:
	"""The complainant's words that are not those of their last correction; erased ones are gone with the salt."""
	last = {
		told["data"]["field"]: (event, told["data"]["is"])
		for event, told in zip(events, said, strict=True)
		if told["kind"] == WORDS_CORRECTED
	}
	for name in HELD_WORDS:
		if name in last and not row["anonymised_on"] and not their_words.fit(*last[name], row[name]):
			yield N_("{0} was altered: it is not what was last corrected with a reason."), name


def _expected(said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
	"""What the events say some fields are now. Fields that link to records are left out: those may be renamed."""
	fields: dict[str, Any] = {"status": RECEIVED, "round": 1}
	for event in said:
		kind, data = event["kind"], event["data"]
		if kind == "state_changed":
			fields["status"] = data["to"]
		elif kind == "duplicate":
			fields["duplicate_of"] = data["of"]
		elif kind == "closed":
			fields["closure_basis"] = data["basis"]
		elif kind == "assessed":
			fields.update({name: data[name] for name in ASSESSED if name in data})
		elif kind == "assessment_changed":
			fields.update({name: change["to"] for name, change in data.items() if name in ASSESSED})
		elif kind == "changed" and data["field"] in ("confidentiality", "conflict_check"):
			fields[data["field"]] = data["value"]
		if kind in ("round_started", "review_requested", "reopened"):
			fields["round"] = data["round"]
	fields["status_category"] = category(fields["status"]) if fields["status"] in STATES else ""
	closed = fields["status_category"] == "Closed"
	fields["closure_basis"] = BY_STATUS.get(fields["status"]) or (
		fields.get("closure_basis") if closed else ""
	)
	fields["duplicate_of"] = fields.get("duplicate_of") if fields["status"] == "Duplicate" else ""
	return fields


def _received_at(said: Sequence[Mapping[str, Any]]) -> int:
	received = said[0]["at_utc"]
	for event in said:
		if event["kind"] == "receipt_corrected":
			received = event["data"]["received_at"]
	return received


def _closing(row: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> Iterator[tuple]:
	"""Whether the complaint says it was closed when its events do."""
	changes = [event for event in said if event["kind"] == "state_changed"]
	closed = bool(changes) and category(changes[-1]["data"]["to"]) == "Closed" if _known(changes) else False
	moment = clock.from_micros(changes[-1]["at_utc"]) if closed else None
	stored = clock.to_utc(row["closed_on"]) if row["closed_on"] else None
	if (stored is None) != (moment is None) or (stored and moment and abs(stored - moment) > SAME_MOMENT):
		yield DIFFERS, "closed_on", row["closed_on"] or "–", clock.to_site(moment) or "–"


def _actions(row: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> Iterator[tuple]:
	"""Whether the complaint says of its actions what their events say; an erased reason for none may have been there."""
	states = {event["data"]["action"]: event["data"]["state"] for event in said if event["kind"] == "action"}
	live = [state for state in states.values() if state != effectiveness.REMOVED]
	recorded = effectiveness.of_complaint(live, row["no_action_reason"])
	stored = row["action_state"] or ""
	if row["anonymised_on"] and not recorded and stored == effectiveness.NOT_NEEDED:
		return
	if stored != recorded:
		yield DIFFERS, "action_state", stored or "–", recorded or "–"


def _known(changes: Sequence[Mapping[str, Any]]) -> bool:
	return bool(changes) and changes[-1]["data"]["to"] in STATES


def _decisions(rows: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> Iterator[tuple]:
	"""Whether the decisions are those that were made; an early resolution is told without its outcome."""
	made = [event for event in said if event["kind"] in ("decided", "resolved_early")]
	if len(made) != len(rows):
		yield (
			N_("There are {0} decisions on the complaint, and its events tell of {1}."),
			len(rows),
			len(made),
		)
		return
	for number, (event, row) in enumerate(zip(made, rows, strict=True), 1):
		if event["kind"] == "resolved_early":
			continue
		for name in ("round", "level", "outcome"):
			if str(row[name] or "") != str(event["data"][name] or ""):
				yield (
					N_("{0} of decision {1} was altered: it says {2}, recorded was {3}."),
					name,
					number,
					row[name],
					event["data"][name],
				)


# milestones against events -------------------------------------------------------------------------------


def _milestones(row: frappe._dict, events: list, said: list, stored: list) -> Iterator[tuple]:
	"""Milestone rows that are not what the events give. States that change as time goes by count as one."""
	targets, calendar = policy.load(row.policy_snapshot)
	chain = [
		clocks.Event(event.kind, clock.from_micros(event.at_utc), told["data"], event.sequence)
		for event, told in zip(events, said, strict=True)
	]
	expected = {
		_key(values): values
		for values in map(timeline.milestone_values, clocks.replay(targets, calendar, chain, clock.now_utc()))
	}
	found = {_key(values): values for values in stored}
	for key in sorted(expected.keys() | found.keys()):
		what = _("milestone {0} of round {1}").format(key[0], key[1])
		if key not in found:
			yield N_("The {0} is missing."), what
		elif key not in expected:
			yield N_("The {0} is there, and no event supports it."), what
		elif differing := _differing(found[key], expected[key]):
			yield N_("The {0} was altered: {1} is {2}, by the events {3}."), what, *differing


def _key(values: Mapping[str, Any]) -> tuple[str, ...]:
	return tuple(str(values[name] or "") for name in timeline.MILESTONE_KEY)


def _differing(stored: Mapping[str, Any], expected: Mapping[str, Any]) -> tuple | None:
	"""The first field that differs, with both values."""
	if _settled(stored["state"]) != _settled(expected["state"]):
		return "state", stored["state"], expected["state"]
	for name in ("due_utc", "met_utc"):
		if (stored[name] or None) != (expected[name] or None) and not (
			name == "due_utc" and stored["state"] == "Waiting"
		):
			return name, *(
				clock.to_site(clock.from_micros(v[name])) if v[name] else "–" for v in (stored, expected)
			)
	return None


def _settled(state: str) -> str:
	return "open" if state in OPEN_MILESTONES else state


# complaints that are gone, and seals ---------------------------------------------------------------------


def _orphans(only: str | None) -> Iterator[Finding]:
	"""Complaints of which events are left and the complaint is not."""
	event, complaint = DocType("Complaint Event"), DocType("Complaint")
	query = (
		frappe.qb.from_(event)
		.left_join(complaint)
		.on(complaint.name == event.complaint)
		.select(event.complaint, Count("*").as_("events"))
		.where(complaint.name.isnull())
		.groupby(event.complaint)
		.orderby(event.complaint)
	)
	for row in (query.where(event.complaint == only) if only else query).run(as_dict=True):
		yield Finding(
			row.complaint,
			"complaint",
			_("The complaint is missing, and {0} events of it are there.").format(row.events),
		)


class _Sealed:
	"""The seals, and for each the tree of heads as the events give it now, grown complaint by complaint."""

	def __init__(self) -> None:
		fields = ["day", "head_count", "merkle_root", "previous_seal", "hash"]
		self.seals = frappe.get_all("Complaint Ledger Seal", fields=fields, order_by="day asc")
		self.trees = [(sealing.end_of(seal.day), Tree()) for seal in self.seals]

	def add(self, complaint: str, events: list) -> None:
		"""Put the complaint's head on each seal's day into its tree: O(events + seals)."""
		moments = _moments(complaint, events)
		head = None
		for until, tree in self.trees:
			while moments and moments[0][0] < until:
				head = moments.pop(0)[1]
			if head:
				tree.add(ledger.head_leaf(*head))

	def findings(self) -> Iterator[Finding]:
		for one in ledger.verify_seals(self.seals):
			yield Finding("", "seal", _(one.template).format(*one.args), one.sequence)
		for number, (seal, (_until, tree)) in enumerate(zip(self.seals, self.trees, strict=True), 1):
			if (tree.size, tree.root) != (seal.head_count, seal.merkle_root):
				text = _(
					"The seal of {0} covers other events than are there now: events or complaints were altered, added or removed."
				).format(seal.day)
				yield Finding("", "seal", text, number)


def _moments(complaint: str, events: list) -> list[tuple[int, sealing.Head]]:
	"""The heads of a complaint one after the other, each with the instant from which it was the head."""
	moments = []
	for event in events:
		try:
			recorded = sealing.recorded_at(event)
		except (ValueError, KeyError, TypeError):
			continue  # a payload that can't be read is found and told with its chain
		moments.append((recorded, (complaint, event.sequence, event.hash)))
	# of two heads the later event counts, as in `sealing.head_at`, though a clock may have run backwards
	last, heads = -1, []
	for recorded, head in sorted(moments):
		if head[1] > last:
			last = head[1]
			heads.append((recorded, head))
	return heads

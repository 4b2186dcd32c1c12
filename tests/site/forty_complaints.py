"""Forty complaints with answers known beforehand: a table to be read, and what writes it into the database.

The rows are written straight into the tables, for speed, and because some of them show what no door lets in (a ground that
does not hold, a person concerned who decides). What comes in by the real doors is the demo's year (test_evidence_twice).

The period asked about is the first quarter of 2026, the clock says 15 June. A column says what its name says; the marks:

	early          resolved at first contact      waived        no investigation, with a reason
	bare           neither findings nor waiver    unassessed    no assessment at all
	late-assessed  assessed after investigated    reassessed    the assessment was changed later
	unchecked      no conflict check              gap           the last event is missing
	approved       by a second person             own-approval  by who decided
	no-reasons     the decision gives none        no-recourse   and tells none
	no-decider     nobody is named                reviewed      by a manager, in a second round
	own-review     by the investigator            outside       a dispute that has ended
	recurrent, repeat (by a relation to another), no-remedy, confidential, restricted, other-company
	ack-late, ack-missed, decide-late, held, update, update-late, update-missed: what became of these milestones
	told, question, bounced   an update, a question, an update that came back
	asked, asked-open         for a rating, after closing or while open
	rated=P/O/A               and their answer: each question of the process, the outcome, overall (0: none)
	concerned=WHO             a person concerned: the handler, the decider, nobody who had a part
	braille=yes/no/untold     needed, and confirmed of each letter, or not, or nothing was sent yet
	represented=yes/no        by somebody whose authority was verified, or was not
	anonymised=DAY            since then nobody knows who complained, nor what was found
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from cms_iso10002.complaints import summary
from cms_iso10002.core.states import STATES
from tests.site.factories import make_user, set_now

NOW = datetime(2026, 6, 15, 10, tzinfo=timezone.utc)
COMPANY, OTHER = "Complaints Demo Ltd", "Another Ltd"
NOON = timedelta(hours=12)

TABLE = """
no received answered   closed  status        basis               response outcome channel lang category cause   action     severity handler marks
01 2026-01-02 01-05    01-12   Closed        Accepted            Accepted Upheld  E-mail  en   Broken   Seal    Effective  Moderate agent   told,asked,rated=5/4/5,anonymised=2026-03-20
02 2026-01-03 01-07    01-15   Closed        Accepted            Accepted Upheld  E-mail  en   Broken   Seal    Effective  Moderate agent   asked,anonymised=2026-05-20
03 2026-01-04 01-08    01-16   Closed        Accepted            Accepted Partly  E-mail  en   Broken   Seal    In-Effect  Major    agent   approved,asked,rated=4/2/3
04 2026-01-05 01-10    01-20   Closed        Accepted            Accepted Upheld  Phone   de   Late     Carrier Open       Major    agent   update
05 2026-01-06 01-11    01-21   Closed        Accepted            Accepted Not     Phone   de   Late     -       -          Minor    agent   waived,asked,rated=2/1/2
06 2026-01-07 01-12    01-22   Closed        Accepted            Accepted Upheld  Portal  de   Late     Carrier Not-Needed Minor    agent2  ack-late,recurrent
07 2026-01-08 01-08    01-08   Closed        Resolved-Early      Accepted Upheld  Phone   en   Late     -       -          Minor    agent2  early,asked
08 2026-01-09 01-09    01-10   Closed        Resolved-Early      Accepted Upheld  Phone   en   Rude     -       -          Minor    agent2  early
09 2026-01-10 01-20    02-10   Closed        Recourse-Exhausted  Rejected Not     Letter  en   Rude     -       -          Moderate agent2  reviewed,outside
10 2026-01-11 01-21    02-25   Closed        Recourse-Expired    Rejected Partly  Letter  en   Rude     Trained In-Effect  Moderate agent2  told,question,update,decide-late
11 2026-01-12 01-22    02-26   Closed        External-Outcome    Rejected Not     Letter  en   Broken   -       -          Moderate agent   outside,decide-late
12 2026-01-13 -        01-20   Withdrawn     Withdrawn           -        -       Web     en   Broken   -       -          Minor    agent   unassessed,unchecked
13 2026-01-14 01-24    02-20   Closed        No-Reply            No-Reply Partly  Web     en   Broken   Seal    Open       Moderate agent   bounced,reassessed,held
14 2026-01-15 01-25    02-05   Closed        -                   Accepted Upheld  Web     en   Late     Carrier Open       Moderate agent   asked
15 2026-01-16 01-26    02-06   Closed        Accepted            -        Upheld  Web     en   Late     -       -          Moderate agent   ack-missed
16 2026-01-17 01-27    02-07   Closed        Accepted            Accepted Upheld  E-mail  en   Late     -       -          Moderate agent   no-decider
17 2026-01-18 01-28    02-08   Closed        External-Outcome    Rejected Not     E-mail  en   Rude     -       -          Moderate agent   no-reasons
18 2026-01-19 01-29    02-09   Closed        Accepted            Accepted Upheld  E-mail  en   Rude     Trained Effective  Critical agent   own-approval,no-recourse,rated=0/0/4
19 2026-01-20 -        01-21   Out-of-Scope  Out-of-Scope        -        -       E-mail  en   Broken   -       -          -        agent   unassessed
20 2026-01-21 -        01-22   Duplicate     Duplicate           -        -       E-mail  en   Broken   -       -          -        agent   unassessed
21 2026-02-01 02-05    -       Response-Sent -                   Awaiting Upheld  Phone   en   Broken   -       -          Moderate agent   asked-open,rated=1/1/1
22 2026-02-02 02-06    -       Rejected      -                   Rejected Not     Phone   en   Broken   -       -          Moderate agent   own-review
23 2026-02-03 -        -       Assessed      -                   -        -       Phone   de   Broken   -       -          Moderate agent2  update-missed,repeat
24 2026-02-04 -        -       Under-Inv     -                   -        -       Phone   de   Late     -       -          Moderate agent2  update-late
25 2026-02-05 -        -       Acknowledged  -                   -        -       Portal  fr   Late     -       -          -        -       unassessed,unchecked,no-remedy
26 2026-02-06 -        -       Received      -                   -        -       Portal  -    -        -       -          -        -       unassessed,unchecked,ack-missed
27 2026-02-07 02-17    -       Response-Sent -                   Awaiting Upheld  Portal  en   Broken   -       -          Moderate agent   concerned=handler
28 2026-02-08 02-18    -       Response-Sent -                   Awaiting Upheld  Portal  en   Broken   -       -          Moderate agent   concerned=decider
29 2026-02-09 02-19    -       Response-Sent -                   Awaiting Upheld  Portal  en   Broken   -       -          Moderate agent   concerned=nobody,confidential
30 2026-02-10 02-20    -       Response-Sent -                   Awaiting Upheld  Portal  en   Late     -       -          Moderate agent   late-assessed,confidential
31 2026-02-11 02-21    -       Response-Sent -                   Awaiting Upheld  Phone   en   Late     -       -          Moderate agent   bare,restricted
32 2026-02-12 02-22    -       Response-Sent -                   Awaiting Upheld  Phone   en   Late     -       -          Moderate agent   gap
33 2026-02-13 02-23    04-02   Closed        Accepted            Accepted Upheld  Phone   en   Late     Seal    Effective  Moderate agent   braille=yes
34 2026-02-14 02-24    04-03   Closed        Accepted            Accepted Upheld  Phone   en   Late     Seal    Open       Moderate agent   braille=no
35 2026-02-15 -        -       Under-Inv     -                   -        -       Letter  en   Rude     -       -          Moderate agent   braille=untold,represented=yes
36 2026-02-16 -        -       Under-Inv     -                   -        -       Letter  en   Rude     -       -          Moderate agent   represented=no
37 2025-11-20 12-01    12-10   Closed        Accepted            Accepted Upheld  Letter  en   Broken   Seal    In-Effect  Moderate agent   anonymised=2026-02-20
38 2025-12-01 12-20    01-15   Closed        Accepted            Accepted Upheld  Letter  en   Broken   Seal    In-Effect  Moderate agent   asked
39 2025-12-05 12-20    -       Response-Sent -                   Awaiting Not     Letter  en   Late     Carrier -          Moderate agent   asked-open
40 2026-01-30 02-03    02-20   Closed        Accepted            Accepted Upheld  E-mail  en   Broken   Seal    Effective  Moderate agent   other-company
"""

REDRESS = """
no remedy          state       amount approved
01 Refund          Verified    40     manager
02 Replacement     Implemented 0      -
03 Compensation    Implemented 500    manager
04 Refund          Verified    25     agent
06 Refund          Verified    60     agent
09 Goodwill-Gift   Declined    20     agent
10 Apology         Implemented 0      -
13 Refund          Proposed    10     -
16 Refund          Accepted    35     manager
18 Price-Reduction Implemented 15     manager
33 Refund          Verified    10     agent
"""

LIMITS = (
	("Refund", "Complaint Agent", 30),
	("Refund", "Complaint Manager", 100),
	("Compensation", "Complaint Manager", 200),
)
"""What a role may grant of a remedy, in EUR; other remedies have no limit."""

VIEWS = (
	(29, "manager", "2026-02-12"),
	(29, "manager", "2026-02-13"),
	(29, "auditor", "2026-03-01"),
	(31, "manager", "2026-03-31"),
	(30, "manager", "2026-04-01"),
	(1, "manager", "2026-02-01"),
)
SHORT = {
	"Under-Inv": "Under Investigation",
	"Partly": "Partly Upheld",
	"Not": "Not Upheld",
	"Out-of-Scope": "Out of Scope",
	"E-mail": "E-mail",
}
"""Words of the table that are shorter than they are, or have a hyphen of their own."""


def make() -> dict[int, str]:
	"""Write all of it; the names of the complaints by their numbers. Sets the clock."""
	set_now(NOW)
	_Writer().write()
	summary.rebuild(None)
	return {number: name(number) for number in range(1, 41)}


def name(number: int) -> str:
	return f"EVD-2026-{number:05}"


def rows(table: str) -> Iterator[dict[str, str]]:
	"""The rows of a table above by its first line; "-" is nothing."""
	first, *others = table.strip().splitlines()
	columns = first.split()
	for line in others:
		values = ("" if value == "-" else value for value in line.split())
		yield dict(zip(columns, values, strict=True))


def moment(day: str, since: datetime | None = None) -> datetime | None:
	"""Noon of a day; of a month and day alone, the first one after `since`."""
	if not day:
		return None
	if len(day) > 5:
		return datetime.fromisoformat(day) + NOON
	found = datetime.fromisoformat(f"{since.year}-{day}") + NOON
	return found if found >= since else found.replace(year=since.year + 1)


class _Case:
	"""One line of the table, read."""

	def __init__(self, line: dict[str, str]):
		self.number, self.line = int(line["no"]), line
		self.name = name(self.number)
		self.marks = dict(mark.partition("=")[::2] for mark in line["marks"].split(",") if mark)
		self.received = moment(line["received"])
		self.answered = moment(line["answered"], self.received)
		self.closed = moment(line["closed"], self.received)
		self.anonymised = moment(self.marks.get("anonymised", ""))

	def word(self, column: str) -> str:
		value = self.line[column]
		return SHORT.get(value, value.replace("-", " "))

	def __contains__(self, mark: str) -> bool:
		return mark in self.marks

	@property
	def handler(self) -> str | None:
		return make_user(self.line["handler"]) if self.line["handler"] else None

	@property
	def investigated(self) -> bool:
		return bool(self.answered) and "early" not in self


class _Writer:
	"""Collects the rows of all doctypes, and inserts them."""

	def __init__(self) -> None:
		self.found: dict[str, list[dict[str, Any]]] = {}

	def add(self, doctype: str, made: datetime, **values: Any) -> None:
		number = len(self.found.setdefault(doctype, []))
		stamp = {"creation": made, "modified": made, "owner": "Administrator", "modified_by": "Administrator"}
		key = doctype.replace(" ", "").lower()
		# a number where Frappe 15.0 counts the names itself
		name = str(900_000_000 + number) if doctype == "View Log" else f"evd-{key}-{number}"
		self.found[doctype].append({"name": name, **stamp, **values})

	def child(self, doctype: str, field: str, case: _Case, at: datetime, **values: Any) -> None:
		index = 1 + sum(row["parent"] == case.name for row in self.found.get(doctype, ()))
		parent = {"parent": case.name, "parenttype": "Complaint", "parentfield": field, "idx": index}
		self.add(doctype, at, **parent, **values)

	def write(self) -> None:
		for line in rows(TABLE):
			case = _Case(line)
			for step in (self.case, self.events, self.decisions, self.milestones, self.letters, self.around):
				step(case)
		self.redress()
		self.views()
		self.limits()
		for doctype, found in self.found.items():
			fields = list(dict.fromkeys(name for row in found for name in row))
			frappe.db.bulk_insert(doctype, fields, [tuple(map(row.get, fields)) for row in found])

	def case(self, case: _Case) -> None:
		status, erased = case.word("status"), bool(case.anonymised)
		self.add(
			"Complaint",
			case.received,
			**{
				"name": case.name,
				"subject": f"Kettle {case.number}",
				"description": "The kettle leaks.",
				"received_on": case.received,
				"recorded_on": case.received,
				"closed_on": case.closed,
				"status": status,
				"status_category": STATES[status],
				"company": OTHER if "other-company" in case else COMPANY,
				"channel": case.word("channel"),
				"language": case.word("lang") or None,
				"category": case.word("category") or None,
				"complainant_name": "" if erased else "Erika Muster",
				"remedy_requested": None if "no-remedy" in case else "Refund",
				"closure_basis": case.word("basis"),
				"response": case.word("response"),
				"outcome": case.word("outcome"),
				"handler": case.handler,
				"investigator": make_user("investigator"),
				"round": 2 if {"reviewed", "own-review"} & set(case.marks) else 1,
				"root_cause": case.word("cause") or None,
				"action_state": case.word("action"),
				"severity": case.word("severity"),
				"is_recurrent": int("recurrent" in case),
				"resolved_at_first_contact": int("early" in case),
				"conflict_check": "Not Done"
				if "unchecked" in case
				else "Names Recorded"
				if "concerned" in case
				else "None Found",
				"findings": "<p>The seal was missing.</p>"
				if case.investigated and not erased and not {"waived", "bare"} & set(case.marks)
				else "",
				"investigation_waived_reason": "On file." if "waived" in case else "",
				"confidentiality": "Confidential"
				if "confidential" in case
				else "Restricted"
				if "restricted" in case
				else "Normal",
				"correspondence_format": "Braille" if "braille" in case else "Standard",
				"correspondence_to": "Complainant",
				"anonymised_on": case.anonymised,
				**self.assessment(case),
				**self.representative(case),
			},
		)

	def assessment(self, case: _Case) -> dict[str, str]:
		if "unassessed" in case:
			return {}
		return {
			"complexity": "Low",
			"impact": "Low",
			"safety_implication": "No",
			"immediate_action_needed": "No",
		}

	def representative(self, case: _Case) -> dict[str, str]:
		if "represented" not in case:
			return {}
		verified = {
			"representative_verified_by": make_user("manager"),
			"representative_authority": "Accept",
		}
		return {"representative_name": "Ms Adler", **(verified if case.marks["represented"] == "yes" else {})}

	def events(self, case: _Case) -> None:
		kinds = [("received", case.received)]
		if case.word("status") != "Received":
			kinds.append(("state_changed", case.received + timedelta(hours=4)))
		assessed = [] if "unassessed" in case else [("assessed", case.received + timedelta(days=1))]
		investigated = [("investigated", case.answered)] if case.investigated else []
		kinds += investigated + assessed if "late-assessed" in case else assessed + investigated
		if "reassessed" in case:
			kinds.append(("assessment_changed", case.received + timedelta(days=2)))
		if case.closed:
			kinds.append(("closed", case.closed))
		if "asked" in case:
			kinds.append(("feedback_asked", case.closed + timedelta(days=1)))
		if "asked-open" in case:
			kinds.append(("feedback_asked_open", case.received + timedelta(days=30)))
		for sequence, (kind, at) in enumerate(kinds, 1):
			self.add(
				"Complaint Event", at, complaint=case.name, sequence=sequence, kind=kind, at=at, payload="{}"
			)
		self.found["Complaint"][-1]["ledger_sequence"] = len(kinds) + ("gap" in case)

	def decisions(self, case: _Case) -> None:
		if not case.answered:
			return
		by, early = make_user("investigator"), "early" in case
		second = {"approved": make_user("manager"), "own-approval": by}
		self.child(
			"Complaint Decision",
			"decisions",
			case,
			case.answered,
			round=1,
			level="Front Line",
			reasons="" if "no-reasons" in case else "The seal was missing.",
			decided_by=None if "no-decider" in case else by,
			decided_on=case.answered,
			approved_by=next((user for mark, user in second.items() if mark in case), None),
			sent_on=case.answered,
			recourse_explained=int(not early and "no-recourse" not in case),
			response="Accepted" if early else case.word("response"),
			responded_on=case.answered if early else case.closed and case.closed - timedelta(days=1),
		)
		for mark, reviewer, days in (("reviewed", "manager", 16), ("own-review", "investigator", 14)):
			if mark in case:
				at = case.answered + timedelta(days=days)
				self.child(
					"Complaint Decision",
					"decisions",
					case,
					at,
					round=2,
					level="Internal Review",
					reasons="Looked at afresh.",
					decided_by=make_user(reviewer),
					decided_on=at,
					sent_on=at,
					recourse_explained=1,
					response=case.word("response"),
					responded_on=None,
				)

	def milestones(self, case: _Case) -> None:
		due, met = case.received + timedelta(days=1), case.received + timedelta(hours=4)
		self.milestone(case, "acknowledge", due, None if "ack-missed" in case else met, "ack-late" in case)
		decided = "early" not in case and case.word("status") not in (
			"Withdrawn",
			"Duplicate",
			"Out of Scope",
		)
		if decided:
			due, late = case.received + timedelta(days=20), "decide-late" in case
			self.milestone(case, "decide", due, case.answered, late, "held" in case)
		due = case.received + timedelta(days=10)
		for mark, met, late in (
			("update", due - timedelta(days=2), False),
			("update-late", due + timedelta(days=1), True),
			("update-missed", None, False),
		):
			if mark in case:
				self.milestone(case, "update", due, met, late)

	def milestone(
		self, case: _Case, stage: str, due: datetime, met: datetime | None, late: bool, held: bool = False
	) -> None:
		self.child(
			"Complaint Milestone",
			"milestones",
			case,
			case.received,
			stage=stage,
			round=1,
			occurrence=1,
			state="Overdue" if not met else "Met Late" if late else "Met",
			started_at=case.received,
			due_at=due,
			met_at=met,
			remark="met by holding response" if held else "",
			worked_seconds=3600,
		)

	def letters(self, case: _Case) -> None:
		if case.word("status") != "Received" and "ack-missed" not in case:
			self.letter(case, "Acknowledgement", case.received + timedelta(hours=4))
		if case.investigated:
			self.letter(case, "Decision", case.answered)
		if "reviewed" in case:
			self.letter(case, "Review Outcome", case.answered + timedelta(days=16))
		if "own-review" in case:
			self.letter(case, "Review Outcome", case.answered + timedelta(days=14))
		for mark, kind in (
			("told", "Progress Update"),
			("question", "Information Request"),
			("bounced", "Progress Update"),
		):
			if mark in case:
				self.letter(case, kind, case.received + timedelta(days=5), bounced=mark == "bounced")

	def letter(self, case: _Case, kind: str, at: datetime, bounced: bool = False) -> None:
		needs = case.marks.get("braille")
		if needs == "untold":
			return
		self.add(
			"Complaint Letter",
			at,
			complaint=case.name,
			kind=kind,
			sent_on=at,
			channel="Post" if needs else "E-mail",
			delivery="Failed" if bounced else "Sent",
			format="Braille" if needs else "Standard",
			# of the one who was let down, the first letter was confirmed and the second was not
			format_confirmed_by=make_user("agent")
			if needs == "yes" or (needs and kind == "Acknowledgement")
			else None,
		)

	def around(self, case: _Case) -> None:
		"""Who is concerned, related complaints, an outside dispute, a rating."""
		concerned = {
			"handler": {"user": case.handler},
			"decider": {"user": make_user("investigator")},
			"nobody": {"person_name": "R. Haas"},
		}
		if "concerned" in case:
			who = concerned[case.marks["concerned"]]
			self.child("Complaint Concerned Person", "persons_concerned", case, case.received, **who)
		if "repeat" in case:
			related = {"complaint": name(1), "relation": "Repeat"}
			self.child("Complaint Relation", "related", case, case.received, **related)
		if "outside" in case:
			dispute = {"body": "Ombudsman", "filed_on": case.answered, "closed_on": case.closed}
			self.add("External Dispute", case.answered, complaint=case.name, outcome="Settled", **dispute)
		if "rated" in case:
			process, outcome, overall = map(int, case.marks["rated"].split("/"))
			questions = ("ease", "speed", "informed", "courtesy", "fairness", "clarity")
			at = case.closed + timedelta(days=4) if case.closed else case.received + timedelta(days=33)
			self.add(
				"Complaint Feedback",
				at,
				complaint=case.name,
				occasion="Closing" if case.closed else "Unresolved",
				submitted_on=at,
				outcome=outcome,
				overall=overall,
				**dict.fromkeys(questions, process),
			)

	def redress(self) -> None:
		cases = {case["name"]: case["closed_on"] for case in self.found["Complaint"]}
		for line in rows(REDRESS):
			parent = name(int(line["no"]))
			self.add(
				"Complaint Redress",
				cases[parent],
				parent=parent,
				parenttype="Complaint",
				parentfield="redress",
				remedy=line["remedy"].replace("-", " "),
				state=line["state"],
				amount=float(line["amount"]),
				currency="EUR",
				approved_by=make_user(line["approved"]) if line["approved"] else None,
			)

	def views(self) -> None:
		for number, user, day in VIEWS:
			about = {"reference_doctype": "Complaint", "reference_name": name(number)}
			self.add("View Log", moment(day), viewed_by=make_user(user), **about)

	def limits(self) -> None:
		frappe.db.delete("Complaint Authority Limit")
		for remedy, role, amount in LIMITS:
			limit = {"parent": remedy, "parenttype": "Complaint Remedy", "parentfield": "authority_limits"}
			self.add(
				"Complaint Authority Limit",
				NOW.replace(tzinfo=None),
				**limit,
				role=role,
				amount=amount,
				currency="EUR",
			)

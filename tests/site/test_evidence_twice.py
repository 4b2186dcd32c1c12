"""The evidence of the demo's year, counted a second way: plain Python over documents, without a query of its own.

What happened in that year came in by the doors people use; here some of those who complained rate it, and some colleagues
look at confidential cases. Then each figure is counted again, by somebody who knows no SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from statistics import mean

import frappe
import pytest
from frappe.utils import get_datetime

from cms_iso10002.complaints import clock, feedback, summary, verification, verification_record
from cms_iso10002.core import formats, trends, triage
from cms_iso10002.core.closure import CLOSURE_BASES, NEGATIVE, counts
from cms_iso10002.iso_10002.evidence import counting, registry
from cms_iso10002.iso_10002.evidence.model import Evidence, Period, share
from cms_iso10002.portal import feedback_requests
from cms_iso10002.setup import demo, demo_lives
from tests.site.factories import set_now

NOW = datetime(2026, 3, 3, 23, tzinfo=timezone.utc)
YEAR = Period(date(2025, 3, 4), date(2026, 3, 3))
QUARTER = Period(date(2025, 10, 1), date(2025, 12, 31))
FEWEST = len(demo_lives.CAST) + sum(demo_lives.EXTRAS.values())
PROCESS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity")


@pytest.fixture
def year():
	demo.make(1, FEWEST, NOW)
	set_now(NOW)
	rate()
	look()
	summary.rebuild(None)
	verification_record.keep(verification.verify(), "Scheduled")
	yield
	set_now(None)


def rate() -> None:
	"""Those whose cases were closed lately are asked, half of them answer; and so do two who still wait."""
	closed = frappe.get_all(
		"Complaint", {"status": "Closed"}, ["name", "closed_on"], order_by="closed_on desc", limit=12
	)
	for number, row in enumerate(closed):
		set_now(clock.to_utc(row.closed_on) + timedelta(days=1))
		feedback_requests.ask(row.name, "Closing")
		if number % 2:
			answers = {name: 1 + (number + place) % 5 for place, name in enumerate(PROCESS)}
			answers = {**answers, "speed": 0, "outcome": 1 + number % 3, "overall": number % 6}
			feedback.give(frappe.get_doc("Complaint", row.name), "Closing", answers)
	waiting = frappe.get_all(
		"Complaint", {"status_category": "Open"}, pluck="name", order_by="received_on", limit=2
	)
	set_now(NOW)
	for name in waiting:
		feedback_requests.ask(name, "Unresolved")
		feedback.give(frappe.get_doc("Complaint", name), "Unresolved", {"speed": 1, "overall": 2})


def look() -> None:
	"""Colleagues open cases; those that are confidential are the ones that count."""
	for name in frappe.get_all("Complaint", pluck="name", order_by="name"):
		frappe.get_doc("Complaint", name).add_viewed("manager@example.com", force=True)
	frappe.db.set_value("View Log", {"reference_doctype": "Complaint"}, "creation", "2026-01-05 10:00:00")


# all documents -----------------------------------------------------------------------------------------------


class Records:
	"""Everything there is, as documents and plain lists."""

	def __init__(self, period: Period):
		self.period = period
		docs = [frappe.get_doc("Complaint", name) for name in all_names("Complaint")]
		self.all = {doc.name: doc for doc in docs}
		self.counting = [doc for doc in docs if counts(doc.status) == "yes"]
		self.received = [doc for doc in self.counting if self.has(doc.received_on)]
		self.closed = [doc for doc in self.counting if self.has(doc.closed_on)]
		self.letters = self.of("Complaint Letter")
		self.events = self.of("Complaint Event")
		self.ratings = self.of("Complaint Feedback")
		self.disputes = self.of("External Dispute")
		self.remedies = {
			name: frappe.get_doc("Complaint Remedy", name) for name in all_names("Complaint Remedy")
		}

	def has(self, moment) -> bool:
		return bool(moment) and self.period.start <= get_datetime(moment).date() <= self.period.end

	def of(self, doctype: str) -> list:
		docs = [frappe.get_doc(doctype, name) for name in all_names(doctype)]
		return [doc for doc in docs if counts(self.all[doc.complaint].status) == "yes"]

	def told(self, doc, kind: str) -> list:
		return [event for event in self.events if event.complaint == doc.name and event.kind == kind]


def all_names(doctype: str) -> list[str]:
	return frappe.get_all(doctype, pluck="name", order_by="creation, name")


Answer = tuple[float, float]


def those(docs: list, passes: Callable) -> Answer:
	return sum(1 for doc in docs if passes(doc)), len(docs)


# the figures again -------------------------------------------------------------------------------------------


def receipt(r: Records) -> dict[str, Answer]:
	def complete(doc) -> bool:
		who = (doc.customer, doc.contact, doc.complainant_name, doc.complainant_email, doc.complainant_phone)
		return all(
			(
				doc.subject,
				doc.description,
				doc.channel,
				doc.is_anonymous or any(who) or doc.representative_name,
				doc.category,
				doc.remedy_requested or doc.remedy_notes,
				doc.immediate_action_needed or doc.resolved_at_first_contact,
			)
		)

	return {
		"receipt/complete": those(r.received, complete),
		"accountability/owner": those(r.received, lambda doc: doc.handler),
		"analysis/classified": those(r.received, lambda doc: doc.category),
		"continual-monitoring/first_contact": those(r.received, lambda doc: doc.resolved_at_first_contact),
		"analysis/recurrent": those(r.received, repeats),
		"continual-monitoring/repeat": those(r.received, repeats),
	}


def repeats(doc) -> bool:
	return bool(doc.is_recurrent) or any(row.relation == "Repeat" for row in doc.related)


def milestones(r: Records) -> dict[str, Answer]:
	"""Met on the day it was met, missed on the day it fell due; what never was due is no promise."""
	found: dict[str, Counter] = {}
	for doc in r.counting:
		for row in doc.milestones:
			day = row.due_at if row.state == "Overdue" else row.met_at
			if row.due_at and row.state in ("Met", "Met Late", "Overdue") and r.has(day):
				found.setdefault(row.stage, Counter())[row.state] += 1
	total = sum(found.values(), Counter())

	def in_time(numbers: Counter) -> Answer:
		return numbers["Met"], sum(numbers.values())

	def too_late(numbers: Counter) -> Answer:
		return numbers["Met Late"] + numbers["Overdue"], sum(numbers.values())

	return {
		"timeliness/milestones_on_time": in_time(total),
		"acknowledgement/on_time": in_time(found["acknowledge"]),
		"tracking/updates_on_time": in_time(found["update"]),
		"continual-monitoring/acknowledged_late": too_late(found["acknowledge"]),
		"continual-monitoring/resolved_late": too_late(found["decide"]),
	}


def the_way(r: Records) -> dict[str, Answer]:
	def recorded(doc) -> bool:
		events = [event for event in r.events if event.complaint == doc.name]
		kinds = [event.kind for event in events]
		last = max(event.sequence for event in events)
		moved = doc.status == "Received" or "state_changed" in kinds
		return "received" in kinds and moved and last == doc.ledger_sequence

	def first(doc, kind: str) -> int:
		return min((event.sequence for event in r.told(doc, kind)), default=10**9)

	def assessed_first(doc) -> bool:
		names = ("severity", "complexity", "impact", "safety_implication", "immediate_action_needed")
		return first(doc, "assessed") < first(doc, "investigated") and all(doc.get(name) for name in names)

	investigated = [doc for doc in r.received if r.told(doc, "investigated")]
	assessed = [doc for doc in r.received if r.told(doc, "assessed")]
	letters = [letter for letter in r.letters if r.has(letter.sent_on)]
	updates = ("Progress Update", "Extension Notice", "Holding Response", "Information Request")
	return {
		"tracking/state_history": those(r.received, recorded),
		"initial-assessment/before_investigation": those(investigated, assessed_first),
		"investigation/findings_or_waiver": those(
			investigated, lambda doc: doc.findings or doc.investigation_waived_reason
		),
		"continual-monitoring/reprioritised": those(assessed, lambda doc: r.told(doc, "assessment_changed")),
		"transparency/status_updates": those(
			letters, lambda letter: letter.kind in updates and letter.delivery in ("Sent", "Delivered")
		),
	}


def decisions(r: Records) -> dict[str, Answer]:
	sent = [row for doc in r.counting for row in doc.decisions if r.has(row.sent_on)]
	asking = [row for row in sent if not (row.response == "Accepted" and row.responded_on == row.sent_on)]
	answered = [doc for doc in r.closed if any(row.sent_on for row in doc.decisions)]
	threshold = frappe.db.get_single_value("Complaint Settings", "approval_from_severity")

	def named(doc) -> bool:
		rows = [row for row in doc.decisions if row.sent_on]
		grave = [row for row in rows if row in asking] if triage.at_least(doc.severity, threshold) else []
		decided = all(row.decided_by for row in rows)
		approved = all(row.approved_by and row.approved_by != row.decided_by for row in grave)
		return bool(doc.handler) and decided and approved

	return {
		"decision/reasons_and_recourse": those(asking, lambda row: row.reasons and row.recourse_explained),
		"accountability/decider_approver": those(answered, named),
	}


def fairness(r: Records) -> dict[str, Answer]:
	def fair(doc) -> bool:
		concerned = {row.user for row in doc.persons_concerned if row.user}
		acting = {doc.handler, doc.investigator, doc.reviewer}
		acting |= {row.get(name) for row in doc.decisions for name in ("decided_by", "approved_by")}
		acting |= {row.approved_by for row in doc.redress}
		for review in doc.decisions:
			earlier = [row for row in doc.decisions if row.round < review.round]
			before = {row.get(name) for row in earlier for name in ("decided_by", "approved_by")}
			if review.level == "Internal Review" and review.decided_by in before | {doc.investigator}:
				return False
		return not concerned & acting

	checked = [doc for doc in r.received if doc.conflict_check in ("None Found", "Names Recorded")]
	return {"objectivity/independent": those(checked, fair)}


def people(r: Records) -> dict[str, Answer]:
	represented = [doc for doc in r.received if doc.representative_name or doc.representative_verified_by]

	def needing(doc) -> list:
		own = [letter for letter in r.letters if letter.complaint == doc.name]
		return [
			letter
			for letter in own
			if letter.delivery in ("Sent", "Delivered")
			and formats.needs_confirming(letter.format, letter.channel)
		]

	assisted = [doc for doc in r.received if needing(doc) and doc.correspondence_to != "Representative"]
	return {
		"confidentiality/representatives_verified": those(
			represented, lambda doc: doc.representative_verified_by and doc.representative_authority
		),
		"accessibility/assistance_met": those(
			assisted, lambda doc: all(letter.format_confirmed_by for letter in needing(doc))
		),
	}


def closing(r: Records) -> dict[str, Answer]:
	def sound(doc) -> bool:
		own = [dispute for dispute in r.disputes if dispute.complaint == doc.name]
		undone = any(row.state == "Accepted" for row in doc.redress) or any(not d.closed_on for d in own)
		basis = doc.closure_basis
		if basis not in CLOSURE_BASES or undone:
			return False
		if basis in ("Accepted", "Resolved Early"):
			return doc.response == "Accepted"
		if basis in ("Recourse Exhausted", "Recourse Expired"):
			return doc.response in NEGATIVE
		if basis in ("No Reply", "No Contact Possible"):
			return doc.response == "No Reply"
		return basis != "External Outcome" or any(d.outcome for d in own)

	def redressed(doc) -> bool:
		return any(
			row.remedy == doc.remedy_requested and row.state in ("Implemented", "Verified")
			for row in doc.redress
		)

	outside = {dispute.complaint for dispute in r.disputes}
	return {
		"closing/on_a_basis": those(r.closed, sound),
		"responsiveness/remedy_given": those([doc for doc in r.closed if doc.remedy_requested], redressed),
		"continual-monitoring/referred_outside": those(r.closed, lambda doc: doc.name in outside),
		"satisfaction/asked": those(r.closed, lambda doc: r.told(doc, "feedback_asked")),
	}


def learning(r: Records) -> dict[str, Answer]:
	actions, taken = ("Open", "In Effect", "Effective"), ("In Effect", "Effective")
	upheld = [doc for doc in r.closed if doc.outcome in ("Upheld", "Partly Upheld")]
	acted = [doc for doc in r.closed if doc.action_state in actions]
	effective = those(acted, lambda doc: doc.action_state == "Effective")
	earlier = r.period.before()
	recorded = frappe.get_all(
		"Complaint Action", {"document_name": ("is", "set")}, pluck="name", order_by="name"
	)
	under = {"parenttype": "Complaint Action", "parent": ("in", recorded or [""])}
	linked = set(frappe.get_all("Complaint Action Case", under, pluck="complaint", order_by="complaint"))

	def lately(moment) -> bool:
		return bool(moment) and earlier.start <= get_datetime(moment).date() <= earlier.end

	causes = {
		doc.root_cause
		for doc in r.counting
		if lately(doc.closed_on) and doc.action_state in taken and doc.root_cause
	}
	before, after = (
		sum(1 for doc in r.counting if doc.root_cause in causes and when(doc.received_on))
		for when in (lately, r.has)
	)
	return {
		"investigation/root_cause": those(upheld, lambda doc: doc.root_cause),
		"activities/linked_actions": those(acted, lambda doc: doc.name in linked),
		"customer-focus/actions_traced": those(upheld, lambda doc: doc.action_state in actions),
		"improvement/register": those(r.closed, lambda doc: doc.action_state in actions),
		"improvement/before_after": (after - before, before),
		"continual-improvement/effective": effective,
		"continual-monitoring/effective_actions": effective,
		"continual-monitoring/improvements": those(r.closed, lambda doc: doc.action_state in taken),
	}


def redress(r: Records) -> dict[str, Answer]:
	rows = [row for doc in r.closed for row in doc.redress]
	given = ("Offered", "Accepted", "Implemented", "Verified")
	promised = [row for row in rows if row.amount > 0 and row.state in ("Approved", *given)]

	def limits(row) -> list:
		found = r.remedies[row.remedy].authority_limits
		return [
			limit
			for limit in found
			if not limit.currency or not row.currency or limit.currency == row.currency
		]

	def may(row) -> bool:
		roles = frappe.get_roles(row.approved_by) if row.approved_by else []
		return any(limit.role in roles and limit.amount >= row.amount for limit in limits(row))

	return {
		"response/types": those(rows, lambda row: row.state in given),
		"response/within_authority": those([row for row in promised if limits(row)], may),
	}


def satisfaction(r: Records) -> dict[str, Answer]:
	given = [rating for rating in r.ratings if r.has(rating.submitted_on)]
	occasions = {"feedback_asked": "Closing", "feedback_asked_open": "Unresolved"}
	asked = [event for event in r.events if event.kind in occasions and r.has(event.at)]
	answered = {(rating.complaint, rating.occasion) for rating in r.ratings}

	def points(*names: str) -> Answer:
		answers = [rating.get(name) for rating in given for name in names if rating.get(name)]
		return sum(answers), len(answers)

	overall = points("overall")
	return {
		"satisfaction/response_rate": those(
			asked, lambda event: (event.complaint, occasions[event.kind]) in answered
		),
		"satisfaction/process": points(*PROCESS),
		"satisfaction/outcome": points("outcome"),
		"satisfaction/overall": overall,
		"continual-monitoring/satisfaction": overall,
	}


WAYS = (receipt, milestones, the_way, decisions, fairness, people, closing, learning, redress, satisfaction)


def values(r: Records) -> dict[str, float | None]:
	"""Figures that are no share of anything."""
	first = {
		doc.name: min(get_datetime(row.sent_on) for row in doc.decisions if row.sent_on)
		for doc in r.received
		if any(row.sent_on for row in doc.decisions)
	}
	waits = sorted(
		(first[doc.name].date() - doc.received_on.date()).days for doc in r.received if doc.name in first
	)
	until = r.period.until_moment
	still = [
		doc for doc in r.counting if doc.received_on < until and (not doc.closed_on or doc.closed_on >= until)
	]
	loads = Counter(doc.handler for doc in still if doc.handler)
	growth = len(r.received) - len(r.closed)
	views = [
		view
		for view in (frappe.get_doc("View Log", name) for name in all_names("View Log"))
		if r.has(view.creation) and r.all[view.reference_name].confidentiality != "Normal"
	]
	return {
		"responsiveness/time_to_respond": waits[(len(waits) - 1) // 2] if waits else None,
		"principle-capacity/open_load": round(mean(loads.values()), 1),
		"principle-capacity/backlog_trend": share(growth, len(r.received)),
		"continual-monitoring/received": len(r.received),
		"accessibility/channels": len({doc.channel for doc in r.received}),
		"accessibility/languages": len({doc.language for doc in r.received}),
		"analysis/pareto": vital(doc.category for doc in r.received),
		"analysis/causes": vital(doc.root_cause for doc in r.closed),
		"analysis/signals": signals(r),
		"confidentiality/views_logged": len(views) or None,
		"information-integrity/ledger_whole": 100 if r.has(clock.now_site()) else None,
	}


def signals(r: Records) -> int | None:
	"""Of the weeks from half a year before the period on, those that break a run rule in it, by the core's chart."""
	start = r.period.start - timedelta(days=r.period.start.weekday())
	weeks, monday = [], start - timedelta(days=182)
	while monday + timedelta(days=6) <= r.period.end:
		week = Period(monday, monday + timedelta(days=6))
		came = sum(1 for doc in r.counting if week.start <= doc.received_on.date() <= week.end)
		if came or weeks:
			weeks.append(trends.Point(week, came, 1))
		monday += timedelta(days=7)
	if len(weeks) < 12:
		return None
	return sum(1 for one in trends.u_chart(weeks).signals if weeks[one.at].key.end >= r.period.start)


def vital(found) -> int | None:
	numbers = Counter(name for name in found if name)
	total, reached = sum(numbers.values()), 0
	for few, (_name, number) in enumerate(numbers.most_common(), 1):
		reached += number
		if reached >= 0.8 * total:
			return few
	return None


# both ways ---------------------------------------------------------------------------------------------------


def test_both_ways_agree_on_the_demos_year(year):
	for period in (YEAR, QUARTER):
		found = {
			f"{each.clause}/{each.figure}": each
			for _clause, several in registry.compute_all(period)
			for each in several
		}
		records = Records(period)
		again = {key: answer for way in WAYS for key, answer in way(records).items()}
		assert {key: about(found[key]) for key in again} == again, period
		single = values(records)
		assert {key: found[key].value for key in single} == single, period
		told_twice = set(again) | set(single) | TOLD_ONCE
		assert {key for key in found if key in counting.TESTS} <= told_twice
		if period == YEAR:
			nothing = {key for key, (_part, whole) in again.items() if not whole}
			assert nothing <= SELDOM, "there is nothing in the demo to count"


def about(evidence: Evidence) -> Answer:
	return evidence.numerator, evidence.denominator


TOLD_ONCE = {
	"confidentiality/anonymised_on_schedule",  # nothing was ever anonymised in the demo
	"information/disposals",
}
SELDOM = {
	"accessibility/assistance_met",
	"response/within_authority",
	"improvement/before_after",
}
"""What the demo's year has no case of; the forty complaints have."""

"""Figures on audits and management reviews, against figures worked out by hand."""

import frappe
import pytest

from cms_iso10002.iso_10002.evidence import audits, following_up, management_reviews, signals
from cms_iso10002.iso_10002.evidence.model import CONFORMS, GAP, NO_DATA, PARTIAL, SHOWN, Period

from .factories import edit, make_complaint, make_user

YEAR = Period(frappe.utils.getdate("2025-01-01"), frappe.utils.getdate("2025-12-31"))


def write(doctype, tables, **values):
	"""A record with rows as they lie in the database: the doors for them are tested elsewhere."""
	doc = frappe.new_doc(doctype)
	doc.update(values)
	doc.name = doc.name or frappe.generate_hash(length=8)
	doc.db_insert()
	for table, rows in tables.items():
		for row in rows:
			child = doc.append(table, row)
			child.name = frappe.generate_hash(length=8)
			child.db_insert()
	return doc


def audit(reported_on, findings=(), sample=(), **values):
	return write(
		"Complaint Case Audit",
		{"findings": findings, "sample": sample},
		**{
			"title": "Audit",
			"auditor": make_user("auditor"),
			"status": "Reported",
			"reported_on": reported_on,
			"sample_size": 20,
			**values,
		},
	)


def review(held_on, attendees=(), decisions=(), **values):
	return write(
		"Complaint Management Review",
		{"attendees": attendees, "decisions": decisions},
		**{"title": "Review", "status": "Held", "held_on": held_on, **values},
	)


FIGURES = (
	following_up.reviews_and_audits,
	following_up.time_to_implement,
	signals.looked_into,
	audits.audits_held,
	audits.independent,
	audits.findings_closed,
	management_reviews.on_schedule,
	management_reviews.reviews_held,
	management_reviews.decisions_assigned,
	management_reviews.decisions_done,
	management_reviews.attendance,
	management_reviews.resource_decisions,
)


@pytest.mark.parametrize("figure", FIGURES)
def test_nothing_is_no_data(figure):
	found = figure(YEAR, None)
	assert (found.value, found.verdict) == (None, NO_DATA) and found.explanation


def test_audits():
	mine = make_complaint().name
	frappe.db.set_value("Complaint", mine, "reviewer", make_user("auditor"))
	others = make_complaint(subject="Other").name
	audit("2025-03-01", sample=[{"complaint": others}])
	audit(
		"2025-12-31",
		sample=[{"complaint": mine}, {"complaint": others}],
		findings=[
			{"finding": "a", "due_date": "2025-06-01", "closed_on": "2025-05-30"},
			{"finding": "b", "due_date": "2025-06-01", "closed_on": "2025-06-02"},
			{"finding": "c", "due_date": "2025-12-31"},
			{"finding": "not due in the year", "due_date": "2026-01-01"},
		],
	)
	audit("2026-01-01")
	audit("2025-03-01", status="In Progress")  # a day that nobody reported on
	held = audits.audits_held(YEAR, None)
	assert (held.value, held.verdict, list(held.parts.values())) == (2, CONFORMS, [40])
	independent = audits.independent(YEAR, None)
	assert (independent.numerator, independent.denominator, independent.verdict) == (1, 2, GAP)
	closed = audits.findings_closed(YEAR, None)
	assert (closed.numerator, closed.denominator, closed.value) == (1, 3, 33.3)
	assert len(frappe.get_all(held.link.doctype, filters=held.link.filters, order_by="name")) == 2


def test_who_decided_or_was_replaced_is_not_independent():
	"""By the same rule as the draw goes."""
	auditor = make_user("auditor3", "Complaint Auditor", "Complaint Agent")
	case = edit(make_complaint(), handler=auditor)
	edit(case, handler=make_user("agent"))
	audit("2025-03-01", sample=[{"complaint": case.name}], auditor=auditor)
	independent = audits.independent(YEAR, None)
	assert (independent.numerator, independent.denominator) == (0, 1)


def test_reviews():
	review(
		"2024-06-01",
		next_review_on="2025-06-01",
		decisions=[
			{
				"decision": "x",
				"kind": "Other",
				"responsible": "a",
				"due_date": "2025-02-01",
				"done_on": "2025-02-01",
			},
			{"decision": "y", "kind": "Other", "responsible": "a", "due_date": "2025-03-01"},
		],
	)
	review(
		"2025-05-20",
		next_review_on="2025-11-20",
		attendees=[
			{"attendee_name": "A"},
			{"attendee_name": "B"},
			{"attendee_name": "C", "absent": 1},
			{"attendee_name": "D"},
		],
		decisions=[
			{"decision": "z", "kind": "Resources", "responsible": "a", "due_date": "2026-02-01"},
			{"decision": "w", "kind": "Improvement"},
		],
	)
	review("2025-12-15", next_review_on="2026-12-15")
	review("2025-08-01", status="Draft")
	schedule = management_reviews.on_schedule(YEAR, None)
	assert (schedule.numerator, schedule.denominator, schedule.verdict) == (
		1,
		2,
		PARTIAL,
	)  # the second came 25 days late
	assert management_reviews.reviews_held(YEAR, None).value == 2
	assigned = management_reviews.decisions_assigned(YEAR, None)
	assert (assigned.numerator, assigned.denominator) == (1, 2)
	done = management_reviews.decisions_done(YEAR, None)
	assert (done.numerator, done.denominator) == (1, 2)
	there = management_reviews.attendance(YEAR, None)
	assert (there.numerator, there.denominator, there.value, there.verdict) == (3, 4, 75.0, PARTIAL)
	assert management_reviews.resource_decisions(YEAR, None).value == 1


def test_how_long_what_was_recommended_took():
	"""Of what was done in the year: decisions after 10 and 40 days, findings after 5, 30 and, of one closed at once, none."""
	review(
		"2024-12-31",
		decisions=[
			{"decision": "x", "done_on": "2025-01-10"},
			{"decision": "before", "done_on": "2024-12-31"},
			{"decision": "open"},
		],
	)
	review("2025-03-01", decisions=[{"decision": "y", "done_on": "2025-04-10"}])
	review("2025-03-02", status="Draft", decisions=[{"decision": "z", "done_on": "2025-04-10"}])
	review("2025-03-03", company="Elsewhere Ltd", decisions=[{"decision": "w", "done_on": "2025-12-31"}])
	audit(
		"2025-05-01",
		findings=[
			{"finding": "a", "closed_on": "2025-05-06"},
			{"finding": "b", "closed_on": "2025-05-31"},
			{"finding": "c", "closed_on": "2025-04-20"},
			{"finding": "after", "closed_on": "2026-01-01"},
		],
	)
	took = following_up.time_to_implement(YEAR, "Complaints Demo Ltd")
	assert (took.value, took.unit, took.sample, took.verdict) == (10, "days", 5, SHOWN)
	assert took.parts == {"Mean": 17.0, "Longest": 40} and "2 decisions" in took.explanation
	assert following_up.time_to_implement(YEAR, None).sample == 6
	held = following_up.reviews_and_audits(YEAR, "Complaints Demo Ltd")
	assert (held.value, held.parts, held.better) == (2, {"Reviews": 1, "Audits": 1}, "")


def test_what_was_done_about_signals():
	def signal(first_found, state, company=""):
		return write(
			"Complaint Signal", {}, title="S", first_found=first_found, state=state, company=company
		).name

	inside = [
		signal("2025-01-01", "Action Made"),
		signal("2025-12-31", "No Action"),
		signal("2025-05-01", "New"),
	]
	signal("2024-12-31", "New")
	signal("2025-05-01", "Looked Into", "Elsewhere Ltd")
	found = signals.looked_into(YEAR, "Complaints Demo Ltd")
	assert (found.numerator, found.denominator, found.verdict) == (2, 3, SHOWN)
	assert found.parts == {"Action Made": 1, "New": 1, "No Action": 1}
	assert behind(found) == set(inside)
	assert signals.looked_into(YEAR, None).denominator == 4


def behind(found) -> set[str]:
	return set(
		frappe.get_all(found.link.doctype, filters=dict(found.link.filters), pluck="name", order_by="name")
	)


def test_links_lead_to_the_records_whose_rows_were_counted():
	"""Not to all audits and reviews there ever were."""
	due = {"due_date": "2025-06-01"}
	first = audit("2024-12-01", findings=[{"finding": "a", **due, "closed_on": "2025-05-30"}])
	audit("2025-03-01", findings=[{"finding": "b", "due_date": "2026-06-01"}])
	audit("2025-03-02", findings=[{"finding": "c", **due}], company="Elsewhere Ltd")
	found = audits.findings_closed(YEAR, "Complaints Demo Ltd")
	assert (found.numerator, found.denominator, behind(found)) == (1, 1, {first.name})
	planned = review("2024-06-01", next_review_on="2025-06-01", decisions=[{"decision": "x", **due}])
	review("2025-01-10", next_review_on="2026-01-10", decisions=[{"decision": "y", "due_date": "2026-02-01"}])
	review(
		"2025-01-11",
		next_review_on="2025-06-01",
		company="Elsewhere Ltd",
		decisions=[{"decision": "z", **due}],
	)
	review("2025-01-12", next_review_on="2025-06-01", status="Draft", decisions=[{"decision": "w", **due}])
	for figure in (management_reviews.on_schedule, management_reviews.decisions_done):
		found = figure(YEAR, "Complaints Demo Ltd")
		assert (found.denominator, behind(found)) == (1, {planned.name})


def test_of_another_company_is_not_counted_and_of_all_is():
	review("2025-05-20", company="Elsewhere Ltd")
	review("2025-05-21")
	assert management_reviews.reviews_held(YEAR, "Complaints Demo Ltd").value == 1
	assert management_reviews.reviews_held(YEAR, None).value == 2

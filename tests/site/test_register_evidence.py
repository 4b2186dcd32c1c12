"""What the registers prove, on a data set made by hand: every figure beside the one worked out by hand.

The third quarter of 2026 has 92 days. Six people hold complaint roles, five of them those of a handler.
"""

from __future__ import annotations

from datetime import date, datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import acknowledgements
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import CONFORMS, GAP, NO_DATA, PARTIAL, Evidence, Period
from cms_iso10002.iso_10002.report.training_status import training_status
from tests.site.factories import (
	as_user,
	make_complaint,
	make_complaints_policy,
	make_context_item,
	make_objective,
	make_training,
	make_user,
	only_the_cast,
	set_now,
)

QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
OURS = (
	("principle-commitment", "signed_policy"),
	("transparency", "published_policy"),
	("policy", "in_force"),
	("policy", "reviewed_in_time"),
	("policy", "acknowledged"),
	("competence", "trained_handlers"),
	("continual-monitoring", "staff_trained"),
	("competence", "cases_with_trained_handler"),
	("resources", "training_effectiveness"),
	("responsibility", "roles"),
	("responsibility", "authority_limits"),
	("objectives", "with_actual"),
	("monitoring", "objectives_reached"),
	("context", "reviewed_in_time"),
	("activities", "risks_acted_upon"),
)


def at(day: str) -> None:
	set_now(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=timezone.utc))


@pytest.fixture(autouse=True)
def in_november():
	only_the_cast()
	at("2026-11-24")


@pytest.fixture
def company() -> str:
	return frappe.db.get_value("Company", {}, "name")


def figure(clause: str, name: str, period: Period = QUARTER, company: str | None = None) -> Evidence:
	return registry.compute_figure(clause, name, period, company)


def shows(evidence: Evidence) -> tuple:
	"""What was worked out by hand: value, of how many how many, verdict."""
	return evidence.value, evidence.numerator, evidence.denominator, evidence.verdict


def behind(evidence: Evidence) -> int:
	"""How many records the link leads to."""
	link = evidence.link
	if link.report == "Training Status":
		return len(training_status.execute(dict(link.filters))[1])
	assert evidence.as_dict()["link"]["filters"] == dict(link.filters), "as JSON holds it"
	return len(frappe.get_list(link.doctype, filters=dict(link.filters), limit_page_length=0))


# The policy ------------------------------------------------------------------------------------------------


@pytest.fixture
def policies() -> dict:
	"""A: valid to 31 July, not in the portal. B: says from 16 August, was approved on the 20th, its review was due on 15
	September. C, in German, translates B from 11 September on. D is a draft, E was cancelled."""
	at("2026-06-10")
	first = make_complaints_policy(title="A", valid_from="2026-06-01", valid_to="2026-07-31", is_published=0)
	at("2026-08-20")
	second = make_complaints_policy(title="B", valid_from="2026-08-16", next_review_on="2026-09-15")
	at("2026-09-10")
	third = make_complaints_policy(
		title="C", language="de", valid_from="2026-09-11", translation_of=second.name, is_published=0
	)
	make_complaints_policy(approve=False, title="D", language="fr", valid_from="2026-07-01")
	# as sites may have it from before what was in force was refused
	make_complaints_policy(title="E", language="es", valid_from="2026-07-01").db_set("docstatus", 2)
	at("2026-11-24")
	return {"A": first, "B": second, "C": third}


def test_the_days_with_a_signed_policy(policies):
	"""31 days of July, 12 of August from the 20th on, 30 of September: 73 of 92."""
	evidence = figure("principle-commitment", "signed_policy")
	assert shows(evidence) == (79.3, 73, 92, PARTIAL)
	assert behind(evidence) == evidence.sample == 3
	assert "73 of 92" in evidence.explanation and "B 1 (en)" in evidence.explanation


def test_the_days_with_a_published_policy(policies):
	"""Only B stood in the portal: 12 days of August and 30 of September."""
	evidence = figure("transparency", "published_policy")
	assert shows(evidence) == (45.7, 42, 92, GAP)
	assert behind(evidence) == evidence.sample == 1


def test_the_policies_in_force(policies):
	evidence = figure("policy", "in_force")
	assert (evidence.value, evidence.unit, evidence.verdict) == (2, "count", CONFORMS)
	assert behind(evidence) == 2
	assert "B, version 1, approved by manager2 on" in evidence.explanation
	in_between = figure("policy", "in_force", Period(date(2026, 7, 1), date(2026, 8, 19)))
	assert (in_between.value, in_between.verdict) == (0, GAP), "said to be valid, and not signed yet"
	assert "no policy" in in_between.explanation


def test_the_policies_reviewed_in_time(policies):
	"""Of B and C, the review of C only was not overdue on 30 September."""
	evidence = figure("policy", "reviewed_in_time")
	assert shows(evidence) == (50.0, 1, 2, PARTIAL)
	assert behind(evidence) == 2


def test_who_had_acknowledged_the_policy(policies):
	"""The agent read B, the investigator its translation; the manager did after the quarter. Two of six."""
	for day, name, policy in (
		("2026-09-05", "agent", "B"),
		("2026-09-20", "investigator", "C"),
		("2026-10-01", "manager", "B"),
	):
		at(day)
		as_user(make_user(name), lambda p=policy: acknowledgements.acknowledge(policies[p].name))
	at("2026-11-24")
	evidence = figure("policy", "acknowledged")
	assert shows(evidence) == (33.3, 2, 6, GAP)
	assert behind(evidence) == 2
	by_october = figure("policy", "acknowledged", Period(date(2026, 7, 1), date(2026, 10, 1)))
	assert shows(by_october) == (50.0, 3, 6, GAP)


def test_a_company_with_a_policy_of_its_own_goes_by_that(policies, company):
	make_complaints_policy(title="Own", company=company, valid_from="2026-07-01", next_review_on="2027-01-01")
	period = Period(date(2026, 11, 24), date(2026, 11, 24))
	assert figure("policy", "in_force", period).value == 3
	own = figure("policy", "in_force", period, company)
	assert own.value == 1 and "Own" in own.explanation
	assert figure("policy", "in_force", period, "Elsewhere Ltd").value == 2


def test_a_period_that_still_runs_counts_up_to_today(policies):
	evidence = figure("transparency", "published_policy", Period(date(2026, 11, 15), date(2026, 12, 31)))
	assert shows(evidence) == (100.0, 10, 10, CONFORMS)


# The people ------------------------------------------------------------------------------------------------


@pytest.fixture
def trainings() -> None:
	"""On 30 September: agent and second manager have valid training; agent2's ended the day before, the investigator's
	begins the day after, the manager's was not effective."""
	make_training(make_user("agent"))
	make_training(make_user("agent2"), valid_until="2026-09-29")
	make_training(make_user("investigator"), trained_on="2026-10-01")
	make_training(make_user("manager"), valid_until=None, effectiveness="Not Effective")
	make_training(make_user("manager2"), valid_until="2026-09-30")
	make_training(make_user("auditor"))


def test_handlers_with_valid_training(trainings, company):
	evidence = figure("competence", "trained_handlers")
	assert shows(evidence) == (40.0, 2, 5, GAP), "the auditor handles no complaints"
	assert behind(evidence) == evidence.sample == 5
	states = [row["state"] for row in training_status.execute(dict(evidence.link.filters))[1]]
	assert sum(state in training_status.GOOD for state in states) == evidence.numerator
	assert shows(figure("competence", "trained_handlers", company=company)) == (40.0, 2, 5, GAP)
	annex = figure("continual-monitoring", "staff_trained")
	assert (annex.clause, shows(annex), annex.sample) == ("continual-monitoring", shows(evidence), 5)
	a_day_before = figure("competence", "trained_handlers", Period(date(2026, 9, 1), date(2026, 9, 29)))
	assert shows(a_day_before) == (60.0, 3, 5, GAP)


def test_without_any_training_on_record_it_stands_on_nothing():
	"""So that the first training is no improvement upon a year that nothing is known of."""
	evidence = figure("competence", "trained_handlers")
	assert shows(evidence) == (0.0, 0, 5, GAP) and evidence.sample == 0
	make_training(make_user("auditor"), trained_on="2026-09-30")
	assert figure("competence", "trained_handlers").sample == 5


def test_cases_with_a_trained_handler(trainings, company):
	agent, agent2 = make_user("agent"), make_user("agent2")
	for received_on, handler in (
		("2026-07-01 00:00:00", agent),  # trained
		("2026-09-30 23:59:00", agent),  # trained
		("2026-09-29 12:00:00", agent2),  # trained, on the last day
		("2026-09-30 08:00:00", agent2),  # not any more
		("2026-08-01 08:00:00", None),  # nobody's: not among them
		("2026-06-30 23:59:59", agent),  # before
		("2026-10-01 00:00:01", agent),  # after
	):
		make_complaint(received_on=received_on, handler=handler)
	for status in ("Duplicate", "Out of Scope"):
		case = make_complaint(received_on="2026-08-02 08:00:00", handler=agent)
		frappe.db.set_value("Complaint", case.name, "status", status)
	evidence = figure("competence", "cases_with_trained_handler")
	assert shows(evidence) == (75.0, 3, 4, GAP)
	assert (evidence.coverage, evidence.sample, behind(evidence)) == ((4, 5), 4, 4)
	assert shows(figure("competence", "cases_with_trained_handler", company=company))[:3] == (75.0, 3, 4)
	assert figure("competence", "cases_with_trained_handler", company="Elsewhere Ltd").value is None


def test_midnight_belongs_to_the_day_that_begins(trainings):
	"""Of the figure; lists of Frappe before 15.40 show midnight on both days."""
	make_complaint(received_on="2026-10-01 00:00:00", handler=make_user("agent"))
	assert figure("competence", "cases_with_trained_handler").value is None
	make_complaint(received_on="2026-09-30 00:00:00", handler=make_user("agent"))
	assert figure("competence", "cases_with_trained_handler").denominator == 1


def test_two_valid_trainings_of_a_handler_are_one_case(trainings):
	make_training(make_user("agent"), topic="Mediation")
	make_complaint(received_on="2026-08-01 08:00:00", handler=make_user("agent"))
	assert shows(figure("competence", "cases_with_trained_handler")) == (100.0, 1, 1, CONFORMS)


def test_trainings_found_effective(company):
	"""Five were held in the quarter, four checked, two found effective; of the company's people four, three, two."""
	for name, trained_on, found in (
		("agent", "2026-07-01", "Effective"),
		("auditor", "2026-08-08", "Effective"),
		("investigator", "2026-08-01", "Partly Effective"),
		("agent2", "2026-09-30", "Not Checked"),
		("boss", "2026-08-08", "Not Effective"),
		("agent", "2026-06-30", "Effective"),
		("agent", "2026-10-01", "Effective"),
	):
		make_training(make_user(name), trained_on=trained_on, effectiveness=found)
	evidence = figure("resources", "training_effectiveness")
	assert shows(evidence) == (50.0, 2, 4, GAP)
	assert (evidence.coverage, evidence.sample, behind(evidence)) == ((4, 5), 5, 5)
	assert evidence.parts == {"Effective": 2, "Partly Effective": 1, "Not Effective": 1, "Not Checked": 1}
	ours = figure("resources", "training_effectiveness", company=company)
	assert shows(ours)[:3] == (66.7, 2, 3) and behind(ours) == ours.sample == 4


def test_the_roles_that_are_assigned():
	evidence = figure("responsibility", "roles")
	assert shows(evidence) == (100.0, 4, 4, CONFORMS)
	assert evidence.parts == {
		"Complaint Agent": 2,
		"Complaint Investigator": 1,
		"Complaint Manager": 2,
		"Complaint Auditor": 1,
	}
	assert behind(evidence) == evidence.sample == 6
	frappe.db.set_value("User", make_user("auditor"), "enabled", 0)
	evidence = figure("responsibility", "roles")
	assert shows(evidence) == (75.0, 3, 4, PARTIAL) and evidence.parts["Complaint Auditor"] == 0


def test_the_remedies_with_authority_limits():
	frappe.db.delete("Complaint Remedy")
	frappe.db.delete("Complaint Authority Limit")
	for name, needs_amount, disabled, limits in (
		("Refund", 1, 0, [{"role": "Complaint Agent", "amount": 100, "currency": "EUR"}]),
		("Voucher", 1, 0, []),
		("Apology", 0, 0, []),
		("Credit, as it was", 1, 1, []),
	):
		remedy = frappe.new_doc("Complaint Remedy")
		remedy.update(
			{"remedy_name": name, "type": "Money", "needs_amount": needs_amount, "disabled": disabled}
		)
		remedy.update({"authority_limits": limits})
		remedy.insert()
	evidence = figure("responsibility", "authority_limits")
	assert shows(evidence) == (50.0, 1, 2, PARTIAL)
	assert behind(evidence) == evidence.sample == 2


# The objectives and the context ----------------------------------------------------------------------------


@pytest.fixture
def the_objectives(company) -> None:
	"""Five run in the quarter: on track, met, missed, without data, and off track (the company's own)."""
	for status, values in {
		"On Track": {},
		"Met": {"from_date": "2026-07-01", "to_date": "2026-09-30"},
		"Missed": {"from_date": "2026-01-01", "to_date": "2026-07-01"},
		"No Data": {"from_date": "2026-09-30"},
		"Off Track": {"company": company},
	}.items():
		doc = make_objective(**values)
		frappe.db.set_value(doc.doctype, doc.name, "status", status)
	for values in ({"to_date": "2026-06-30"}, {"from_date": "2026-10-01"}):
		doc = make_objective(**values)
		frappe.db.set_value(doc.doctype, doc.name, "status", "Missed")


def test_the_objectives_with_an_actual(the_objectives, company):
	evidence = figure("objectives", "with_actual")
	assert shows(evidence) == (80.0, 4, 5, PARTIAL)
	assert behind(evidence) == evidence.sample == 5
	elsewhere = figure("objectives", "with_actual", company="Elsewhere Ltd")
	assert shows(elsewhere)[:3] == (75.0, 3, 4) and behind(elsewhere) == 4
	assert shows(figure("objectives", "with_actual", company=company))[:3] == (80.0, 4, 5)


def test_the_objectives_reached(the_objectives):
	evidence = figure("monitoring", "objectives_reached")
	assert shows(evidence) == (50.0, 2, 4, PARTIAL)
	assert (evidence.coverage, behind(evidence)) == ((4, 5), 5)
	assert evidence.parts == {"On Track": 1, "Off Track": 1, "Met": 1, "Missed": 1, "No Data": 1}
	elsewhere = figure("monitoring", "objectives_reached", company="Elsewhere Ltd")
	assert shows(elsewhere)[:3] == (66.7, 2, 3)


@pytest.fixture
def the_context(company) -> None:
	"""Open in the quarter: two risks (12 with an action, 6 without), an issue, a small opportunity of the company; the
	review of the second risk was overdue on 30 September."""
	make_context_item(action="Two more people from May on", review_on="2026-10-01")
	make_context_item(likelihood="Unlikely", review_on="2026-09-29")
	make_context_item(kind="Internal Issue", likelihood=None, impact=None, review_on="2026-09-30")
	make_context_item(kind="Opportunity", likelihood="Rare", impact="Minor", company=company)
	make_context_item(status="Closed", action="Done")
	make_context_item(identified_on="2026-10-01", action="Later")


def test_the_context_reviewed_in_time(the_context, company):
	evidence = figure("context", "reviewed_in_time")
	assert shows(evidence) == (75.0, 3, 4, PARTIAL)
	assert behind(evidence) == evidence.sample == 4
	assert evidence.parts == {"Internal Issue": 1, "Opportunity": 1, "Risk": 2}
	elsewhere = figure("context", "reviewed_in_time", company="Elsewhere Ltd")
	assert shows(elsewhere)[:3] == (66.7, 2, 3) and behind(elsewhere) == 3


def test_the_risks_acted_upon(the_context):
	"""The opportunity's weight is 2: low, so it needs no action."""
	evidence = figure("activities", "risks_acted_upon")
	assert shows(evidence) == (50.0, 1, 2, GAP)
	assert behind(evidence) == evidence.sample == 2


# Nothing, and everything -----------------------------------------------------------------------------------


def empty() -> None:
	for doctype in (
		"Complaints Policy",
		"Complaint Handler Training",
		"Complaint Objective",
		"Complaint Context Item",
		"Complaint Remedy",
		"Complaint",
	):
		frappe.db.delete(doctype)
	frappe.db.delete("Has Role", {"role": ("like", "Complaint %")})


@pytest.mark.parametrize("clause, name", OURS)
def test_no_data_is_no_data(clause, name, company):
	empty()
	for whose in (None, company):
		evidence = figure(clause, name, company=whose)
		assert (evidence.value, evidence.verdict) == (None, NO_DATA)
		assert evidence.explanation and evidence.label and evidence.unit
		assert (evidence.clause, evidence.figure) == (clause, name)


@pytest.mark.parametrize("clause, name", [pair for pair in OURS if pair[0] in ("policy", "transparency")])
def test_a_period_to_come_has_no_data(clause, name, policies):
	evidence = figure(clause, name, Period(date(2027, 1, 1), date(2027, 3, 31)))
	assert (evidence.value, evidence.verdict) == (None, NO_DATA)


def test_whoever_looks_the_figures_are_the_same(policies, trainings, the_objectives, the_context):
	make_complaint(
		received_on="2026-08-01 08:00:00", handler=make_user("agent"), confidentiality="Restricted"
	)

	def look():
		return [shows(figure(clause, name)) for clause, name in OURS]

	assert as_user(make_user("agent2"), look) == look() == as_user("Guest", look)


def test_the_number_of_queries_does_not_grow_with_the_complaints(
	policies, trainings, the_objectives, the_context, monkeypatch
):
	asked = []
	sql = frappe.db.sql
	monkeypatch.setattr(frappe.db, "sql", lambda *a, **k: (asked.append(a), sql(*a, **k))[1])

	def queries() -> int:
		asked.clear()
		for clause, name in OURS:
			figure(clause, name)
		return len(asked)

	make_complaint(received_on="2026-08-01 08:00:00", handler=make_user("agent"))
	queries()
	before = queries()
	for name in ("agent", "agent2", "investigator", "manager"):
		make_complaint(received_on="2026-08-02 08:00:00", handler=make_user(name))
	assert queries() == before
	assert before < 80

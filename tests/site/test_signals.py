"""The weekly look at the numbers: signals are found, told once with their evidence, and turned into actions."""

from datetime import date, datetime, timedelta, timezone

import frappe
import pytest

from cms_iso10002.complaints import counting, signal_decisions, signals
from tests.site.factories import as_user, make_complaint, make_item, make_user, set_now

NOW = datetime(2026, 11, 2, 6, tzinfo=timezone.utc)
"""A Monday: the last whole week ends on 1 November."""
COMPANY = "Complaints Demo Ltd"


@pytest.fixture(autouse=True)
def one_monday():
	set_now(NOW)
	frappe.db.delete("Complaint Count")
	frappe.db.delete("Complaint Signal")
	frappe.db.delete("Sales Invoice")
	yield
	set_now(None)


def received(numbers, dimension=None, value=None):
	"""So many complaints received on each day; with a dimension, so many of those that there are get its value."""
	for day, number in numbers.items():
		if dimension:
			give(day, number, dimension, value)
			continue
		fields = ("name", "creation", "modified", "status", "company", "received_on")
		at = datetime.combine(day, datetime.min.time()) + timedelta(hours=10)
		names = [f"SIG-{day}-{place:03}" for place in range(number)]
		frappe.db.bulk_insert("Complaint", fields, [(name, at, at, "Closed", COMPANY, at) for name in names])


def give(day, number, dimension, value):
	"""A value to so many complaints of a day which have none."""
	names = frappe.get_all("Complaint", {"name": ("like", f"SIG-{day}-%")}, pluck="name", order_by="name")
	taken = (
		{"parent": ("in", names)}
		if dimension == "item_code"
		else {"name": ("in", names), dimension: ("!=", "")}
	)
	doctype, field = ("Complaint Subject", "parent") if dimension == "item_code" else ("Complaint", "name")
	taken = set(frappe.get_all(doctype, taken, pluck=field, order_by=field)) if names else set()
	free = [name for name in names if name not in taken][:number]
	if dimension != "item_code":
		frappe.db.set_value("Complaint", {"name": ("in", free)}, dimension, value)
		return
	fields = ("name", "parent", "parenttype", "parentfield", "idx", "item_code")
	rows = [(f"S{name}", name, "Complaint", "subjects", 1, value) for name in free]
	if rows:
		frappe.db.bulk_insert("Complaint Subject", fields, rows)


def weeks(numbers, **options):
	"""So many received in each week up to the last whole one, all on its Wednesday."""
	last = date(2026, 10, 28)
	received(
		{last - timedelta(weeks=back): number for back, number in enumerate(reversed(numbers))}, **options
	)


def found(**filters):
	return frappe.get_all("Complaint Signal", filters=filters, fields=["*"], order_by="name")


def told():
	return frappe.get_all(
		"Notification Log",
		filters={"document_type": "Complaint Signal"},
		fields=["for_user", "subject", "email_content", "document_name"],
		order_by="for_user",
	)


@pytest.mark.parametrize("counted", [False, True])
def test_steady_numbers_are_no_signal(counted):
	weeks([10, 11, 9, 10, 12] * 5 + [10])
	if counted:
		counting.rebuild(None)
	assert signals.run() == [] and found() == [] and told() == []


def test_nothing_at_all_is_no_signal():
	assert signals.run() == []


@pytest.mark.parametrize("counted", [False, True])
def test_a_week_beyond_the_limits_is_told_once_with_its_evidence(counted):
	weeks([10, 11, 9, 10, 12] * 5 + [40])
	if counted:
		counting.rebuild(None)
	(name,) = signals.run()
	(signal,) = found()
	assert (signal.kind, signal.state, signal.direction, signal.company) == (
		"Control Chart",
		"New",
		"Up",
		COMPANY,
	)
	assert (signal.period_start, signal.period_end) == (date(2026, 10, 26), date(2026, 11, 1))
	assert "One point beyond the limits" in signal.evidence and "2026-W44" in signal.evidence
	assert "40.0 complaints" in signal.evidence
	notes = told()
	assert {note.for_user for note in notes} == {make_user("manager"), make_user("manager2")}
	assert all(note.document_name == name and "2026-W44" in note.email_content for note in notes)
	# the same week again, and the week after: nothing new to tell
	assert signals.run() == []
	set_now(NOW + timedelta(days=7))
	received({date(2026, 11, 4): 10})
	if counted:
		counting.rebuild(None)
	assert signals.run() == []
	assert len(told()) == len(notes)


def test_held_against_sales_a_busy_week_is_no_signal():
	weeks([10, 11, 9, 10, 12] * 5 + [40])
	first = date(2026, 10, 28)
	for back in range(26):
		for _one in range(200 if back == 0 else 50):
			invoice = frappe.new_doc("Sales Invoice")
			invoice.update(
				{"company": COMPANY, "posting_date": first - timedelta(weeks=back), "docstatus": 1}
			)
			invoice.name = frappe.generate_hash(length=12)
			invoice.db_insert()
	assert signals.run() == []


@pytest.mark.parametrize(
	("dimension", "name"),
	[
		("item_code", "Item"),
		("root_cause", "Root Cause"),
		("territory", "Territory"),
		("category", "Category"),
	],
)
def test_a_sudden_share_is_told_once_while_it_lasts(dimension, name):
	weeks([10] * 56)
	weeks([0] * 52 + [8, 8, 8, 8], dimension=dimension, value="Blue")
	weeks([5] * 56, dimension=dimension, value="Red")
	made = signals.run()
	(signal,) = found(kind="Share")
	assert made == [signal.name]
	assert (signal.dimension, signal.value, signal.direction) == (name, "Blue", "Up")
	assert "of 40 complaints (80.0 %)" in signal.evidence and "0 of" in signal.evidence
	number = len(told())
	set_now(NOW + timedelta(days=7))
	received({date(2026, 11, 4): 10})
	received({date(2026, 11, 4): 8}, dimension=dimension, value="Blue")
	assert signals.look_at(COMPANY) == [] and len(told()) == number
	(signal,) = found(kind="Share")
	assert (signal.first_found, signal.last_found) == (date(2026, 11, 2), date(2026, 11, 9))


def test_a_batch_is_found_in_the_complaints_themselves():
	code = make_item()
	if not frappe.db.exists("Batch", "B-17"):
		batch = frappe.new_doc("Batch")
		batch.update({"batch_id": "B-17", "item": code})
		batch.name = "B-17"
		batch.db_insert()
	weeks([10] * 56)
	for day in range(6):
		subjects = [{"item_code": code, "batch_no": "B-17"}]
		case = make_complaint(subjects=subjects, received_on=f"2026-10-{10 + day} 10:00:00")
		assert case.company == COMPANY
	again = make_complaint(subjects=[{"batch_no": "B-17"}])
	frappe.db.set_value("Complaint", again.name, "status", "Duplicate")
	signals.run()
	(signal,) = found(dimension="Batch")
	assert signal.value == "B-17" and "6 of 46 complaints" in signal.evidence


def test_one_company_that_fails_keeps_no_other_back(monkeypatch):
	weeks([10, 11, 9, 10, 12] * 5 + [40])
	real = signals.look_at
	monkeypatch.setattr(signals, "_companies", lambda: ["Broken Ltd", COMPANY])
	monkeypatch.setattr(
		signals, "look_at", lambda company: 1 / 0 if company == "Broken Ltd" else real(company)
	)
	assert len(signals.run()) == 1


# what people make of it --------------------------------------------------------------------------------------


@pytest.fixture
def signal():
	weeks([10, 11, 9, 10, 12] * 5 + [40])
	return signals.run()[0]


def state(name):
	return frappe.db.get_value("Complaint Signal", name, ["state", "action_type", "action"], as_dict=True)


def test_a_signal_becomes_an_action_linked_both_ways(signal):
	quality = make_user("quality.manager", "Complaint Manager", "Quality Manager", "Desk User")
	made = as_user(quality, lambda: signal_decisions.make_action(signal))
	action = frappe.get_doc(made["doctype"], made["name"])
	assert made["doctype"] == "Quality Action" and action.complaint_signal == signal
	assert "One point beyond the limits" in action.resolutions[0].problem
	assert state(signal) == {"state": "Action Made", "action_type": "Quality Action", "action": action.name}
	with pytest.raises(frappe.ValidationError, match="already"):
		as_user(quality, lambda: signal_decisions.make_action(signal))
	assert frappe.db.count("Quality Action", {"complaint_signal": signal}) == 1


def test_it_is_looked_into_and_dismissed_with_a_reason(signal):
	manager = make_user("manager")
	as_user(manager, lambda: signal_decisions.look_into(signal, "The shop was closed the week before."))
	assert state(signal).state == "Looked Into"
	for empty in ("", "  "):
		with pytest.raises(frappe.ValidationError, match="Write down"):
			as_user(manager, lambda empty=empty: signal_decisions.dismiss(signal, empty))
	as_user(manager, lambda: signal_decisions.dismiss(signal, "A holiday moved the complaints."))
	doc = frappe.get_doc("Complaint Signal", signal)
	assert (doc.state, doc.decided_by) == ("No Action", manager)
	assert doc.conclusion == "A holiday moved the complaints."
	with pytest.raises(frappe.ValidationError, match="already"):
		as_user(manager, lambda: signal_decisions.look_into(signal, "Again."))


@pytest.mark.parametrize("name", ["agent", "investigator", "auditor"])
def test_others_decide_nothing(signal, name):
	user = make_user(name)
	assert frappe.has_permission("Complaint Signal", "read", signal, user=user) is (name == "auditor")
	for call in (
		lambda: signal_decisions.make_action(signal),
		lambda: signal_decisions.look_into(signal, "x"),
		lambda: signal_decisions.dismiss(signal, "x"),
	):
		with pytest.raises(frappe.PermissionError):
			as_user(user, call)
	assert state(signal).state == "New"


def test_what_was_seen_stays(signal):
	def change():
		doc = frappe.get_doc("Complaint Signal", signal)
		doc.update({"title": "Nothing", "state": "No Action", "conclusion": "We look at it on Friday."})
		doc.save()

	before = frappe.db.get_value("Complaint Signal", signal, "title")
	as_user(make_user("manager"), change)
	doc = frappe.get_doc("Complaint Signal", signal)
	assert (doc.title, doc.state, doc.conclusion) == (before, "New", "We look at it on Friday.")
	with pytest.raises(frappe.ValidationError, match="is kept"):
		doc.delete()
	with pytest.raises(frappe.ValidationError, match="by hand"):
		frappe.get_doc({"doctype": "Complaint Signal", "title": "Mine"}).insert()


def test_a_signal_that_is_not_there(signal):
	with pytest.raises(frappe.DoesNotExistError, match="no signal"):
		signal_decisions.make_action("CSG-0")

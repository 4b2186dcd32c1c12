"""The daily digest: who gets it, once, and what it keeps to itself."""

from datetime import datetime, timedelta, timezone
from email import message_from_string
from email.header import decode_header, make_header

import frappe
import pytest

from cms_iso10002.complaints import clock, digest
from tests.site.factories import advance, edit, make_complaint, make_user, set_now

TUESDAY = datetime(2026, 3, 3, 6, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def on_a_tuesday_morning():
	set_now(TUESDAY)
	frappe.db.delete("Email Queue")
	yield
	set_now(None)


@pytest.fixture
def agent():
	return make_user("agent")


@pytest.fixture
def manager():
	return make_user("manager")


def a_case(handler=None, due=None, overdue=0, **values):
	case = make_complaint(handler=handler, **values)
	fields = {"due_at": clock.to_site(due or TUESDAY + timedelta(hours=5)), "is_overdue": overdue}
	frappe.db.set_value("Complaint", case.name, {**fields, "due_stage": "decide"})
	return case


def mails():
	"""The text of today's digests by recipient."""
	queued = frappe.get_all(
		"Email Queue",
		filters={"reference_doctype": digest.REFERENCE},
		fields=["name", "message", "reference_name"],
		order_by="name",
	)
	return {row.reference_name.split(" ")[1]: readable(row.message) for row in queued}


def readable(message):
	mail = message_from_string(message)
	html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
	return str(make_header(decode_header(mail["Subject"]))) + html.get_payload(decode=True).decode()


def test_handlers_are_told_of_their_own_and_managers_of_all(agent, manager):
	mine = a_case(agent, subject="Kettle leaks")
	other = a_case(make_user("agent2"), subject="Kettle whistles", overdue=1, due=TUESDAY - timedelta(days=1))
	assert digest.send_all() >= 3
	found = mails()
	assert mine.name in found[agent] and other.name not in found[agent]
	assert mine.name in found[manager] and other.name in found[manager]
	assert "Complaints: 0 overdue, 1 due today" in found[agent]
	assert "Complaints: 1 overdue, 1 due today" in found[manager]
	assert "Overdue by Handler" in found[manager] and "Overdue by Handler" not in found[agent]
	assert frappe.utils.get_url_to_form("Complaint", mine.name) in found[agent]


def test_once_a_day_however_often_it_is_run(agent):
	a_case(agent)
	first = digest.send_all()
	assert first and digest.send_all() == 0
	assert list(mails()).count(agent) == 1
	set_now(TUESDAY + timedelta(days=1))
	assert digest.send_all() == first
	assert frappe.db.count("Email Queue", {"reference_doctype": digest.REFERENCE}) == 2 * first


def test_who_was_left_out_by_the_first_run_is_told_by_the_second(agent):
	assert digest.send_all() == 0
	a_case(agent)
	digest.send_all()
	assert agent in mails()


def test_nothing_to_say_is_no_mail(agent):
	case = a_case(agent)
	later = clock.to_site(TUESDAY + timedelta(days=20))
	frappe.db.set_value("Complaint", case.name, "due_at", later)
	assert digest.send_all() == 0
	assert not mails()


def test_switched_off(agent):
	a_case(agent)
	frappe.db.set_single_value("Complaint Settings", "daily_digest", 0)
	assert digest.send_all() == 0
	assert not mails()


def test_sections(agent, manager):
	a_case(agent, due=TUESDAY + timedelta(days=2))
	waiting = a_case(agent, due=TUESDAY + timedelta(days=9))
	frappe.db.set_value("Complaint", waiting.name, "status", "Awaiting Complainant")
	free = a_case(due=TUESDAY + timedelta(days=9))
	digest.send_all()
	assert "Due This Week (1)" in mails()[agent] and "Waiting for the Complainant (1)" in mails()[agent]
	assert "Unassigned" not in mails()[agent]
	assert "Unassigned (1)" in mails()[manager] and free.name in mails()[manager]


@pytest.mark.parametrize("level", ["Confidential", "Restricted"])
def test_of_a_confidential_case_only_the_number_is_told(agent, manager, level):
	secret = a_case(agent, subject="The director was drunk", confidentiality=level)
	digest.send_all()
	found = mails()
	assert secret.name in found[agent] and secret.name in found[manager]
	assert not [text for text in found.values() if "drunk" in text]


def test_who_is_concerned_is_not_told(manager):
	case = a_case()
	edit(case, persons_concerned=[{"user": manager}], conflict_check="Names Recorded")
	digest.send_all()
	found = mails()
	assert manager not in found
	assert case.name in found[make_user("manager2")]


def test_whose_role_was_taken_away_is_not_told(agent):
	a_case(agent)
	frappe.db.delete("Has Role", {"parent": agent, "role": "Complaint Agent"})
	frappe.clear_cache(user=agent)
	digest.send_all()
	assert agent not in mails()


def test_who_was_disabled_is_not_told(agent):
	a_case(agent)
	frappe.db.set_value("User", agent, "enabled", 0)
	digest.send_all()
	assert agent not in mails()


def test_in_the_language_of_the_recipient(agent, monkeypatch):
	frappe.db.set_value("User", agent, "language", "de")
	frappe.clear_cache(user=agent)
	a_case(agent)
	heard = []
	send = frappe.sendmail
	monkeypatch.setattr(frappe, "sendmail", lambda **words: heard.append(frappe.local.lang) or send(**words))
	digest.send_all()
	assert sorted(set(heard)) == ["de", "en"]
	assert frappe.local.lang == "en"
	assert "3. März 2026" in mails()[agent]


def test_words_of_a_subject_are_no_markup(agent):
	a_case(agent, subject="Kettle <b>leaks</b> & hisses")
	digest.send_all()
	assert "<b>leaks" not in mails()[agent]


def test_one_that_fails_keeps_none_of_the_others_back(agent, manager, monkeypatch):
	a_case(agent)
	gather = digest.gather

	def fails_for_agent(user, is_manager):
		if user == agent:
			raise ValueError("no")
		return gather(user, is_manager)

	monkeypatch.setattr(digest, "gather", fails_for_agent)
	digest.send_all()
	assert agent not in mails() and manager in mails()


def test_many_cases_are_counted_not_listed(agent, monkeypatch):
	monkeypatch.setattr(digest, "MOST_LISTED", 2)
	for _n in range(3):
		a_case(agent)
	digest.send_all()
	assert "Due Today (3)" in mails()[agent] and "and 1 more" in mails()[agent]


def test_a_case_that_goes_on_is_told_of(agent):
	case = advance(a_case(agent), "Acknowledged")
	assert frappe.db.get_value("Complaint", case.name, "due_at")
	digest.send_all()
	assert case.name in mails()[agent]

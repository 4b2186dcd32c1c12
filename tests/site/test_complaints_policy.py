"""The complaints policy: versions without a gap, approved by another than who wrote it, published, and on paper."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import policy_releases, printing_policy, published_policy
from cms_iso10002.portal import policy_page
from tests.site.factories import approve_policy, as_user, make_complaints_policy, make_user, set_now

DOCTYPE = "Complaints Policy"


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


@pytest.fixture
def company() -> str:
	return frappe.db.get_value("Company", {}, "name")


def validity(doc) -> tuple[str, str]:
	row = frappe.db.get_value(DOCTYPE, doc.name, ["valid_from", "valid_to"])
	return tuple(str(day) if day else "" for day in row)


def next_version(doc, **values):
	"""A draft of the next version, written by the manager."""

	def make():
		new = frappe.get_doc(DOCTYPE, policy_releases.make_new_version(doc.name))
		new.update(values)
		return new.save()

	return as_user(make_user("manager"), make)


# Written by some, approved by another


def test_whoever_submits_approves():
	doc = make_complaints_policy()
	assert (doc.author, doc.approved_by) == (make_user("manager"), make_user("manager2"))
	assert str(doc.approved_on) == "2026-11-24 10:00:00"
	assert doc.version == 1 and str(doc.next_review_on) == "2027-01-01"


def test_nobody_approves_what_they_wrote():
	doc = make_complaints_policy(approve=False)
	with pytest.raises(frappe.ValidationError, match="You wrote this policy"):
		as_user(make_user("manager"), frappe.get_doc(DOCTYPE, doc.name).submit)
	assert frappe.db.get_value(DOCTYPE, doc.name, "docstatus") == 0


def test_who_changed_a_word_has_written_it_too():
	doc = make_complaints_policy(approve=False)
	other = make_user("manager2")

	def change():
		again = frappe.get_doc(DOCTYPE, doc.name)
		again.body = "<p>We answer every complaint in ten days.</p>"
		again.save()

	as_user(other, change)
	with pytest.raises(frappe.ValidationError, match="You wrote this policy"):
		as_user(other, frappe.get_doc(DOCTYPE, doc.name).submit)
	assert policy_releases.writers(frappe.get_doc(DOCTYPE, doc.name)) == [make_user("manager"), other]


def test_a_change_in_the_very_act_of_approving_is_writing():
	doc = frappe.get_doc(DOCTYPE, make_complaints_policy(approve=False).name)
	doc.body = "<p>Other words.</p>"
	with pytest.raises(frappe.ValidationError, match="You wrote this policy"):
		as_user(make_user("manager2"), doc.submit)


def test_changing_a_date_is_not_writing():
	doc = make_complaints_policy(approve=False)

	def change():
		again = frappe.get_doc(DOCTYPE, doc.name)
		again.valid_from = "2026-12-01"
		again.save()

	as_user(make_user("manager2"), change)
	assert approve_policy(doc).docstatus == 1


def test_who_wrote_and_who_approved_is_not_a_clients_to_say():
	doc = make_complaints_policy(approve=False)
	doc = frappe.get_doc(DOCTYPE, doc.name)
	doc.update(
		{
			"author": make_user("auditor"),
			"written_by": make_user("auditor"),
			"approved_by": make_user("boss"),
			"approved_on": "2020-01-01 10:00:00",
			"version": 9,
		}
	)
	as_user(make_user("manager"), doc.save)
	assert (doc.author, doc.approved_by, doc.version) == (make_user("manager"), None, 1)
	with pytest.raises(frappe.ValidationError, match="You wrote this policy"):
		as_user(make_user("manager"), frappe.get_doc(DOCTYPE, doc.name).submit)


# Versions


def test_a_new_version_ends_the_one_before_on_the_day_before():
	first = make_complaints_policy()
	second = next_version(first, valid_from="2026-12-01", change_note="Ten days instead of twenty")
	assert (second.docstatus, second.version, second.version_of) == (0, 2, first.name)
	assert validity(first) == ("2026-01-01", "")
	approve_policy(second)
	assert validity(first) == ("2026-01-01", "2026-11-30")
	third = approve_policy(next_version(second, valid_from="2027-01-01"))
	assert validity(second) == ("2026-12-01", "2026-12-31")
	chain = policy_releases.chain(second.name)
	assert [row.name for row in chain] == [first.name, second.name, third.name]
	assert [row.version for row in chain] == [1, 2, 3]


def test_a_new_version_begins_tomorrow_unless_somebody_says_otherwise():
	second = next_version(make_complaints_policy())
	assert str(second.valid_from) == "2026-11-25"
	assert not second.approved_by and not second.change_note and second.author == make_user("manager")


def test_every_day_has_one_version():
	first = make_complaints_policy()
	second = approve_policy(next_version(first, valid_from="2026-12-01"))

	def on(day: str) -> list[str]:
		return [row.name for row in published_policy.in_force(day=frappe.utils.getdate(day))]

	assert on("2025-12-31") == []
	assert on("2026-11-30") == [first.name]
	assert on("2026-12-01") == [second.name]


def test_a_version_begins_after_the_one_before():
	first = make_complaints_policy()
	early = next_version(first, valid_from="2026-01-01")
	with pytest.raises(frappe.ValidationError, match="Valid From must be after"):
		approve_policy(early)
	assert validity(first) == ("2026-01-01", "")


def test_a_version_leaves_no_gap():
	first = make_complaints_policy(valid_to="2026-12-31")
	late = next_version(first, valid_from="2027-02-01")
	with pytest.raises(frappe.ValidationError, match=r"begins on .* at the latest"):
		approve_policy(late)
	late.reload()
	late.valid_from = "2027-01-01"
	as_user(make_user("manager"), late.save)
	approve_policy(late)
	assert validity(first) == ("2026-01-01", "2026-12-31")


def test_what_ended_long_ago_is_followed_from_today():
	first = make_complaints_policy(valid_to="2026-03-31")
	second = next_version(first, valid_from="2026-11-24")
	approve_policy(second)
	assert validity(first) == ("2026-01-01", "2026-03-31"), "nobody makes it have been in force since"


def test_there_is_one_next_version():
	first = make_complaints_policy()
	second = next_version(first)
	with pytest.raises(frappe.ValidationError, match="has a next version already"):
		policy_releases.make_new_version(first.name)
	approve_policy(second)
	with pytest.raises(frappe.ValidationError, match="has a next version already"):
		policy_releases.make_new_version(first.name)


def test_a_draft_has_no_new_version():
	draft = make_complaints_policy(approve=False)
	with pytest.raises(frappe.ValidationError, match="is not approved yet"):
		policy_releases.make_new_version(draft.name)


def test_cancelling_a_version_gives_its_time_back():
	first = make_complaints_policy(valid_to="2027-06-30")
	second = approve_policy(next_version(first, valid_from="2026-12-01"))
	second.cancel()
	assert validity(first) == ("2026-01-01", "2027-06-30")


def test_what_was_in_force_stays_on_record():
	first = make_complaints_policy()
	with pytest.raises(frappe.ValidationError, match="stays on record: make a New Version"):
		frappe.get_doc(DOCTYPE, first.name).cancel()
	assert frappe.db.get_value(DOCTYPE, first.name, "docstatus") == 1


def test_a_version_with_a_next_one_is_not_cancelled():
	first = make_complaints_policy()
	approve_policy(next_version(first))
	with pytest.raises(frappe.ValidationError, match="cancel that one first"):
		frappe.get_doc(DOCTYPE, first.name).cancel()


def test_the_end_of_a_succeeded_version_follows_from_the_next():
	first = make_complaints_policy()
	approve_policy(next_version(first, valid_from="2026-12-01"))
	for day in (None, "2026-12-15", "2026-11-01"):
		first.reload()
		first.valid_to = day
		with pytest.raises(frappe.ValidationError, match="Valid To follows from that"):
			first.save()


@pytest.mark.parametrize("field, value", [("language", "de"), ("company", "CDL")])
def test_a_version_is_for_the_same_people(field, value, company):
	first = make_complaints_policy()
	second = next_version(first, **{field: company if field == "company" else value})
	with pytest.raises(frappe.ValidationError, match="same company and language"):
		approve_policy(second)


# Bad input


def test_two_policies_never_are_valid_on_one_day(company):
	first = make_complaints_policy(valid_to="2026-12-31")
	twin = make_complaints_policy(approve=False, valid_from="2026-12-31")
	with pytest.raises(frappe.ValidationError, match="is valid at the same time"):
		approve_policy(twin)
	twin.reload()
	twin.valid_from = "2027-01-01"
	as_user(make_user("manager"), twin.save)
	approve_policy(twin)
	make_complaints_policy(company=company)
	make_complaints_policy(language="de")
	first.reload()
	first.valid_to = "2027-01-01"
	with pytest.raises(frappe.ValidationError, match="is valid at the same time"):
		first.save()


@pytest.mark.parametrize(
	"values, words",
	[
		({"valid_to": "2025-12-31"}, "Valid To lies before"),
		({"next_review_on": "2026-01-01"}, "Next Review On must be after"),
		({"body": "<p> </p>"}, "no text yet"),
		({"language": "xx-none"}, "Language"),
	],
)
def test_what_cannot_be_is_refused(values, words):
	with pytest.raises(frappe.ValidationError, match=words):
		make_complaints_policy(**values)


def test_a_translation_is_of_the_original_in_another_language(company):
	original = make_complaints_policy()
	german = make_complaints_policy(language="de", translation_of=original.name)
	for values in (
		{"language": "en", "translation_of": original.name},
		{"language": "fr", "translation_of": german.name},
		{"language": "fr", "translation_of": original.name, "company": company},
	):
		with pytest.raises(frappe.ValidationError, match=r"[Tt]ranslation"):
			make_complaints_policy(approve=False, **values)


def test_a_script_in_the_text_is_taken_out():
	doc = make_complaints_policy(body="<p>Hello<script>alert(1)</script><img src=x onerror=alert(1)></p>")
	assert "<script" not in doc.body and "onerror" not in doc.body


# Published


def test_the_portal_shows_the_published_policy_with_version_and_date():
	settings = frappe.get_doc("Complaint Settings")
	settings.policy_text = "<p>Of the settings</p>"
	settings.save()
	assert policy_page.content()["policy"] is None
	assert "Of the settings" in policy_page.content()["text"]
	doc = make_complaints_policy()
	page = policy_page.content()
	assert page["text"] == ""
	shown = page["policy"]
	assert (shown["title"], shown["version"], shown["valid_from"]) == (doc.title, 1, "1 January 2026")
	assert "We answer every complaint" in shown["body"]
	assert "<h3>Promise</h3>" in shown["body"], "below the headings of the page"
	doc.is_published = 0
	doc.save()
	assert policy_page.content()["policy"] is None


def test_a_draft_and_a_later_version_are_not_shown():
	make_complaints_policy(approve=False)
	make_complaints_policy(valid_from="2026-12-01")
	assert policy_page.content()["policy"] is None
	set_now(datetime(2026, 12, 1, 9, tzinfo=timezone.utc))
	assert policy_page.content()["policy"]["version"] == 1


def test_the_page_speaks_the_readers_language_and_for_the_company(company):
	settings = frappe.get_doc("Complaint Settings")
	settings.default_company = company
	settings.save()
	make_complaints_policy(title="For everybody")
	make_complaints_policy(title="Für alle", language="de")

	def shown(language: str) -> str:
		return published_policy.published(company, language).title

	assert [shown(language) for language in ("en", "de", "de-AT", "fr")] == [
		"For everybody",
		"Für alle",
		"Für alle",
		"For everybody",
	]
	make_complaints_policy(title="Our own", company=company)
	assert shown("de") == "Our own", "the company's own policy is what binds it"
	assert published_policy.published(None, "en").title == "For everybody"


def test_headings_keep_their_order():
	below = published_policy.below
	assert below("<h2 class='x'>a</h2><h3>b</h3>", 3) == "<h3 class='x'>a</h3><h4>b</h4>"
	assert below("<h5>a</h5>", 3) == "<h5>a</h5>"
	assert below("<h1>a</h1><h6>b</h6>", 3) == "<h3>a</h3><h6>b</h6>"
	assert below(None, 3) == "" and below("<p>x</p>", 3) == "<p>x</p>"


# On paper


def test_the_print_has_what_a_published_policy_has(company):
	first = make_complaints_policy(company=company, approver_position="Managing Director")
	second = approve_policy(next_version(first, valid_from="2026-11-25", change_note="Shorter <b>times</b>"))
	page = printing_policy.complaints_policy(second)
	assert page["title"] == first.title and page["state"] == "Not in force yet"
	assert [row["version"] for row in page["versions"]] == ["1", "2"]
	assert page["versions"][0]["valid"] == "1 January 2026 to 24 November 2026"
	assert page["versions"][1]["change"] == "Shorter &lt;b&gt;times&lt;/b&gt;"
	assert [row["is_this"] for row in page["versions"]] == [False, True]
	assert page["approval"]["name"] == "manager2" and page["approval"]["position"] == "Managing Director"
	assert page["approval"]["date"] == "24 November 2026"
	assert "<h2>Promise</h2>" in page["body"]
	first.reload()
	assert printing_policy.complaints_policy(first)["state"] == ""


def test_a_draft_says_so_on_paper():
	page = printing_policy.complaints_policy(make_complaints_policy(approve=False))
	assert page["state"].startswith("Draft") and not page["approval"]["said"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_print_format_makes_a_page(language):
	doc = make_complaints_policy(language=language, title="Policy & more")
	html = frappe.get_print(DOCTYPE, doc.name, "Complaints Policy")
	page = html[html.index('<div class="cms"') : html.index('id="footer-html"')]
	assert "Policy &amp; more" in page and "We answer every complaint" in page
	assert "{{" not in page and "None" not in page

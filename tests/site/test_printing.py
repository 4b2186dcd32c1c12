"""What letters say, what they keep to themselves, and that the print formats make pages."""

from __future__ import annotations

import ast
import pathlib
import re
import shutil
import time
from datetime import timedelta
from io import BytesIO

import frappe
import pytest
from frappe.www.printview import validate_print_permission
from jinja2 import Environment, meta
from pypdf import PdfReader

import cms_iso10002
from cms_iso10002.complaints import clock, printing
from cms_iso10002.complaints.letter_language import date_text
from cms_iso10002.setup import seed
from tests.site.factories import act, advance, make_complaint, make_item, make_user, milestone, pass_time

FORMATS = ("Complaint Acknowledgement", "Complaint Form")
ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>"
SOURCE = pathlib.Path(cms_iso10002.__file__).parent


@pytest.fixture
def chatty():
	"""A complaint with something in every field that a letter may use."""
	return {
		"doctype": "Complaint",
		"name": "CMP-2026-00042",
		"subject": "Kettle leaks",
		"description": "<p>It leaks.</p><p>Since <b>Monday</b> &amp; more.</p>",
		"channel": "Phone",
		"received_on": "2026-03-02 10:00:00",
		"company": frappe.db.get_value("Company", {}, "name"),
		"complainant_name": "Erika Muster",
		"complainant_address": "Musterweg 3\n10115 Berlin",
		"complainant_email": "erika@muster.test",
		"representative_name": "Dr. Klug",
		"representative_email": "klug@law.test",
		"customer_reference": "KD-1",
		"remedy_requested": "Refund",
		"remedy_notes": "all of it",
		"occurred_on": "2026-03-01",
		"subjects": [
			{"item_code": "KETTLE", "serial_no": "SN1", "item_name": "Kettle", "qty": 2.0, "uom": "Nos"}
		],
		"decisions": [
			{
				"outcome": "Partly Upheld",
				"reasons": "The seal was missing.",
				"recourse_expires_on": "2026-06-01",
			}
		],
		"aspects": [
			{"what": "It leaks", "outcome": "Upheld", "reasons": "The seal."},
			{"what": "Rude staff", "outcome": "Not Upheld", "reasons": "Nobody heard it."},
		],
		"redress": [
			{"remedy": "Refund", "basis": "Offer", "state": "Offered", "amount": 1234.5, "currency": "EUR"},
			{"remedy": "Apology", "basis": "Goodwill", "state": "Proposed"},
			{"remedy": "Replacement", "basis": "Offer", "state": "Declined"},
		],
		"extensions": [{"reason": "The laboratory is late", "new_due": "2026-05-01 12:00:00"}],
	}


EXTRA = {
	"question": "Where did you buy it?\nAnd when?",
	"answer_by": "2026-04-01",
	"message": "The laboratory has it.",
	"reason": "It is for the court.",
	"duplicate_of": "CMP-2026-00041",
}


def texts(value) -> str:
	"""All texts of a context in one."""
	if isinstance(value, dict):
		return "\n".join(texts(inner) for inner in value.values())
	if isinstance(value, list):
		return "\n".join(texts(inner) for inner in value)
	return str(value)


# The context


def test_an_acknowledgement_knows_what_was_told_and_what_comes_next(body):
	case = make_complaint(
		remedy_requested=None, remedy_notes="my money back", complainant_address="Weg 1\nBerlin"
	)
	context = printing.letter_context(case, "Acknowledgement")
	assert context["reference"] == case.name and context["subject"] == "Kettle leaks"
	assert context["greeting"] == "Dear Erika Muster,"
	assert context["recipient_address"] == ["Weg 1", "Berlin"]
	assert context["what_you_told_us"] == "The kettle has leaked since the first day."
	assert context["remedy_requested"] == "my money back"
	assert context["how_received"] == "by telephone"
	assert context["organisation"]["name"] and context["contact_person"] == "Jana Vogel"
	assert context["recourse"]["body"]["name"] == "Ombudsman of the Trade"
	assert "within 12 months" in context["words"]["outside"]
	labels = [step["label"] for step in context["next_steps"]]
	assert "We tell you what we found and what we decided" in labels
	assert all(re.search(r"\d{4}", step["due"]) for step in context["next_steps"])


def test_next_steps_promise_only_open_milestones_of_the_complainant(chatty):
	now = clock.now_site()
	chatty["milestones"] = [
		{"stage": "decide", "state": "Running", "due_at": now + timedelta(days=40)},
		{"stage": "update", "state": "Running", "due_at": now + timedelta(days=10)},
		{"stage": "update", "state": "Running", "due_at": now + timedelta(days=20)},
		{"stage": "update", "state": "Met", "due_at": now - timedelta(days=3)},
		{"stage": "assess", "state": "Running", "due_at": now + timedelta(days=1)},
		{"stage": "review", "state": "Waiting", "due_at": None},
		{"stage": "implement", "state": "Overdue", "due_at": now - timedelta(days=1)},
	]
	steps = printing.letter_context(chatty, "Acknowledgement")["next_steps"]
	assert [step["label"] for step in steps] == [
		"We carry out what was agreed",
		"We write to you how far we have got",
		"We tell you what we found and what we decided",
	]
	assert steps[0]["due"].startswith("as soon as we can"), "no date that has passed is promised"
	assert str((now + timedelta(days=10)).day) in steps[1]["due"]
	assert printing.letter_context(chatty, "Decision")["next_steps"] == []


@pytest.mark.parametrize("days_later", [0, 3])
def test_the_letter_promises_the_dates_that_the_clocks_keep(days_later):
	"""Sending an acknowledgement starts the clock of the next update: that is the date to tell, not today's."""
	case = make_complaint()
	pass_time(days=days_later)
	steps = printing.letter_context(frappe.get_doc("Complaint", case.name), "Acknowledgement")["next_steps"]
	told = {step["label"]: step["due"] for step in steps}
	act(case, "Acknowledge", channel="Phone")
	for stage in ("update", "decide"):
		assert told[printing.STEPS[stage]] == date_text(milestone(case, stage).due_at, "en"), stage


def test_a_decision_says_outcome_reasons_redress_and_recourse(body, chatty):
	context = printing.letter_context(chatty, "Decision")
	assert context["outcome"] == "justified in part" and context["outcome_code"] == "Partly Upheld"
	assert context["reasons"] == "The seal was missing."
	assert [a["outcome"] for a in context["aspects"]] == ["justified", "not justified"]
	assert [r["remedy"] for r in context["redress"]] == [
		"Refund",
		"Apology, as goodwill, whatever you answer",
	], "not what is declined"
	assert context["redress"][0]["amount"] == "€1,234.50"
	assert context["recourse"]["until"] == "1 June 2026" and "1 June 2026" in context["recourse"]["how"]
	assert not printing.letter_context(chatty, "Progress Update")["outcome"], (
		"a decision is told by its letter only"
	)


def test_the_decision_that_is_sent_is_the_one_that_is_told(body):
	case = advance(make_complaint(), "Decided")
	case = act(case, "Send Response", channel="E-mail" if _can_mail() else "Post", recipient="Weg 1, Berlin")
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name, "kind": "Decision"})
	assert "justified" in letter.content and "The seal was missing." in letter.content
	assert date_text(case.decisions[-1].recourse_expires_on, "en") in letter.content


def _can_mail() -> bool:
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))


def test_words_and_dates_follow_the_language_of_the_letter(chatty):
	before = frappe.local.lang
	context = printing.letter_context(dict(chatty, language="de"), "Decision")
	assert context["greeting"] == "Guten Tag Erika Muster,"
	assert context["received_on"] == "2. März 2026"
	assert context["outcome"] == "teilweise berechtigt"
	assert context["redress"][0]["amount"].replace("\xa0", " ") == "1.234,50 €"
	assert frappe.local.lang == before


def test_a_language_nobody_translated_is_not_mixed_with_english(chatty):
	context = printing.letter_context(dict(chatty, language="xh"), "Acknowledgement")
	assert context["language"] == "en" and context["received_on"] == "2 March 2026"


def test_the_language_is_restored_after_a_failure(chatty):
	before = frappe.local.lang
	with pytest.raises(frappe.DoesNotExistError):
		printing.letter_context(dict(chatty, company="No such company", language="de"), "Decision")
	assert frappe.local.lang == before


def test_every_string_has_its_german():
	"""Of the words that letters and forms use."""
	names = ("printing", "letter_*", "complainant_form", "follow_up_*")
	sources = [path.read_text() for name in names for path in SOURCE.glob(f"complaints/{name}.py")]
	assert len(sources) > 10
	marked = [
		node.args[0].value
		for source in sources
		for node in ast.walk(ast.parse(source))
		if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_") and node.args
		if isinstance(node.args[0], ast.Constant)
	]
	missing = [text for text in marked if text not in GERMAN_ALIKE and frappe._(text, "de") == text]
	assert marked and not missing


GERMAN_ALIKE = ("Name", "Internet")


def test_an_anonymous_complainant_is_greeted_without_a_name(chatty):
	context = printing.letter_context(dict(chatty, is_anonymous=1), "Acknowledgement")
	assert context["recipient_name"] == "" and context["greeting"] == "Hello,"


@pytest.mark.parametrize(
	("html", "text"),
	[
		(None, ""),
		("plain", "plain"),
		("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"),
		("<div>a<script>alert(1)</script> b</div>", "a b"),
		("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
		("<p>before</p><SCRIPT>alert(1)</SCRIPT ><p>after", "before\nafter"),
		("1 < 2 and <b>3 > 2", "1 < 2 and 3 > 2"),
		("<ul><li>x</li><li>y</li></ul>", "x\ny"),
	],
)
def test_rich_text_becomes_plain_text_with_its_paragraphs(html, text):
	assert printing.plain_text(html) == text


@pytest.mark.parametrize("piece", ["<div>", "<p>a<br>", "<script ", "<!-- ", "&lt", "<a href='"])
def test_text_meant_to_take_long_is_read_at_once(piece):
	started = time.monotonic()
	printing.plain_text(piece * (100_000 // len(piece)))
	assert time.monotonic() - started < 3


def test_a_long_story_is_quoted_in_part_and_quickly(chatty):
	context = printing.letter_context(dict(chatty, description="word " * 20_000), "Acknowledgement")
	assert len(context["what_you_told_us"]) < printing.LONGEST_QUOTE + 10
	assert context["what_you_told_us"].endswith("word […]")


# Who may know


@pytest.mark.parametrize("correspondence_to", ["Representative", "Both"])
def test_an_unverified_representative_learns_only_that_it_arrived(body, chatty, correspondence_to):
	chatty.update(correspondence_to=correspondence_to)
	context = printing.letter_context(chatty, "Acknowledgement", EXTRA)
	assert context["recipient_name"] == "Dr. Klug" and context["withheld"]
	told = texts(context)
	for secret in (
		"Kettle",
		"leaks",
		"Monday",
		"Refund",
		"KD-1",
		"Muster",
		"Where did you buy",
		"laboratory",
		"court",
	):
		assert secret not in told, secret
	subject, html = printing.render(chatty, "Acknowledgement", EXTRA, "en")
	assert chatty["name"] in html and "authority signed by" in html
	assert "leak" not in (subject + html).lower() and "Muster" not in html


def test_other_letters_go_to_the_complainant_until_authority_is_verified(chatty):
	chatty.update(correspondence_to="Representative")
	assert printing.letter_context(chatty, "Decision")["recipient_name"] == "Erika Muster"
	chatty.update(representative_verified_by="Administrator")
	context = printing.letter_context(chatty, "Decision")
	assert context["recipient_name"] == "Dr. Klug" and not context["withheld"]
	assert context["on_behalf_of"] == "Erika Muster"
	chatty.update(representative_valid_until=clock.today() - timedelta(days=1))
	assert printing.letter_context(chatty, "Decision")["recipient_name"] == "Erika Muster", "it has run out"


@pytest.mark.parametrize(
	"recipient",
	[
		" KLUG@law.test ",
		"Dr. Klug <klug@law.test>",
		"erika@muster.test, klug@law.test",
		"x@y.test;\nklug@law.test",
	],
)
def test_a_letter_sent_to_the_address_of_an_unverified_representative_is_refused(chatty, recipient):
	with pytest.raises(frappe.ValidationError, match=r"authority of Dr\. Klug is not verified"):
		printing.render(chatty, "Decision", {"recipient": recipient}, "en")


# The templates


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", printing.KINDS)
def test_every_kind_renders_with_text_as_text(body, chatty, kind, language):
	for name in ("subject", "complainant_name", "description", "remedy_notes", "customer_reference"):
		chatty[name] = f"{ATTACK}{name}" if name != "description" else f"&lt;script&gt;{name}"
	for row in chatty["aspects"] + chatty["decisions"]:
		row.update(reasons="&lt;script&gt;reasons" if "what" not in row else ATTACK)
	extra = {name: ATTACK for name in ("question", "message", "reason", "duplicate_of")}
	subject, html = printing.render(chatty, kind, extra, language)
	assert "<script" not in html and "<img" not in html
	assert "&lt;script&gt;" in html
	assert "\n" not in subject and len(subject) <= 140 and "CMP-2026-00042" in subject
	assert "{{" not in subject + html and "{%" not in subject + html and "None" not in html
	assert ("Guten Tag" in html) == (language == "de")
	assert ("Freundliche Grüße" if language == "de" else "Kind regards") in html


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", printing.KINDS)
def test_every_kind_renders_of_a_complaint_with_nothing_in_it(kind, language):
	subject, html = printing.render({"name": "CMP-1", "received_on": "2026-03-02"}, kind, {}, language)
	assert "CMP-1" in subject + html and "None" not in html and "{{" not in html


def test_what_each_kind_is_for_is_in_it(body, chatty):
	expected = {
		"Information Request": ("Where did you buy it?", "1 April 2026"),
		"Progress Update": ("The laboratory has it.",),
		"Extension Notice": ("It is for the court.", "1 May 2026"),
		"Holding Response": ("1 May 2026", "https://ombudsman.test"),
		"Decision": (
			"justified in part",
			"Rude staff",
			"€1,234.50",
			"by 1 June 2026",
			"Ombudsman of the Trade",
		),
		"Summary Resolution": ("justified in part", "The seal was missing."),
		"Review Outcome": ("This is our final answer", "Ombudsman of the Trade"),
		"Out of Scope": ("It is for the court.", "look at it again"),
		"Closure": ("CMP-2026-00041",),
	}
	for kind, words in expected.items():
		_subject, html = printing.render(chatty, kind, EXTRA, "en")
		for word in words:
			assert word in html, (kind, word)


def test_the_letter_of_a_regional_language_uses_that_of_the_language(chatty):
	assert "Guten Tag" in printing.render(chatty, "Closure", EXTRA, "de-CH")[1]
	assert "Dear Erika" in printing.render(chatty, "Closure", EXTRA, "fr")[1]


def test_what_users_made_of_a_template_is_used(chatty):
	template = frappe.get_doc("Email Template", "Complaint Closure")
	template.update(
		{"subject": "Bye {{ reference }}", "response_html": "<p>{{ subject }} {{ greeting|e }}</p>"}
	)
	template.save()
	chatty["subject"] = ATTACK
	subject, html = printing.render(chatty, "Closure", EXTRA, "en")
	assert subject == "Bye CMP-2026-00042"
	assert "<script" not in html, "not even where |e was forgotten"
	assert "&amp;lt;" not in html, "nor escaped twice"
	template.update({"use_html": 0, "response": "<div>Plain {{ reference }}</div>"})
	template.save()
	assert "Plain CMP-2026-00042" in printing.render(chatty, "Closure", EXTRA, "en")[1]
	frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": "Complaint Closure (fr)",
			"subject": "Fin",
			"response": "<p>Fin</p>",
		}
	).insert(set_name="Complaint Closure (fr)")
	assert printing.render(chatty, "Closure", EXTRA, "fr") == (
		"Fin",
		'<div lang="fr" dir="ltr">\n<p>Fin</p>\n</div>',
	)


def test_text_in_a_complaint_is_never_run_as_a_template(chatty):
	chatty["subject"] = "{{ 7 * 7 }}{% for x in () %}"
	_subject, html = printing.render(chatty, "Decision", {}, "en")
	assert "49" not in html and "{{ 7 * 7 }}" in html


def test_a_missing_template_is_one_clear_sentence(chatty):
	for name in ("Complaint Closure", "Complaint Closure (de)"):
		frappe.delete_doc("Email Template", name, force=True)
	with pytest.raises(frappe.ValidationError) as refusal:
		printing.render(chatty, "Closure", {}, "de")
	assert "Complaint Closure" in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
	("source", "words"),
	[
		("{{ nonsense }}", "nonsense"),
		("{{ reference.upper(1, 2) }}", "can't be used"),
		("{{ 1 / 0 }}", "can't be used"),
	],
)
def test_a_broken_template_is_one_clear_sentence(chatty, source, words):
	template = frappe.get_doc("Email Template", "Complaint Closure")
	template.update({"use_html": 1, "response_html": source})
	template.save()
	with pytest.raises(frappe.ValidationError) as refusal:
		printing.render(chatty, "Closure", {}, "en")
	assert words in str(refusal.value) and "Complaint Closure" in str(refusal.value)
	assert "\n" not in str(refusal.value) and "Traceback" not in str(refusal.value)


def test_every_seeded_template_uses_only_names_of_the_context(chatty):
	environment = Environment()
	names = set(printing.letter_context(chatty, "Decision"))
	records = seed.records("Email Template")
	assert {r["name"] for r in records} == {
		f"Complaint {k}{v}" for k in printing.KINDS for v in ("", " (de)")
	}
	for record in records:
		for part in ("subject", "response_html"):
			used = meta.find_undeclared_variables(environment.parse(record[part]))
			assert used <= names, (record["name"], used - names)


def test_print_formats_use_only_our_names():
	"""Frappe's own names differ between its versions, and are missing in one of the runtimes (design, rule 16)."""
	allowed = {
		"complaint_letter",
		"complaint_form",
		"complaint_follow_up",
		"complaint_8d",
		"doc",
		"letter_head",
		"no_letterhead",
		"range",
	}
	files = [*SOURCE.glob("complaints/print_format/*/*.html"), *SOURCE.glob("templates/print/*.html")]
	assert len(files) >= 3
	for path in files:
		used = meta.find_undeclared_variables(Environment().parse(path.read_text()))
		assert used <= allowed, (path.name, used - allowed)
		assert not re.search(r"display:\s*(flex|grid)", path.read_text().replace("not (display: grid)", ""))


# The pages


def pdf_pages(case, print_format: str) -> list[str]:
	"""The text of each page."""
	pdf = frappe.get_print("Complaint", case.name, print_format=print_format, as_pdf=True)
	return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


needs_pdf_engine = pytest.mark.skipif(
	not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf is not installed: apt-get install wkhtmltopdf"
)


def make_full_complaint(**values):
	return make_complaint(
		subject=f"Kettle leaks {ATTACK}",
		complainant_address="Musterweg 3\n10115 Berlin",
		representative_name="Dr. Klug & Partner",
		remedy_notes="my money back",
		occurred_on=clock.today() - timedelta(days=3),
		subjects=[{"item_code": make_item(), "qty": 2}],
		**values,
	)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("print_format", FORMATS)
def test_print_formats_show_the_complaint_with_text_as_text(body, print_format, language):
	case = make_full_complaint(language=language)
	html = frappe.get_print("Complaint", case.name, print_format=print_format)
	assert case.name in html and "Erika Muster" in html and "Musterweg 3" in html
	assert "<script>alert" not in html and "onerror=alert(1)>" not in html.replace("&gt;", "")
	assert "The kettle has leaked since the first day." in html
	heading = {
		("Complaint Acknowledgement", "en"): "What happens next",
		("Complaint Acknowledgement", "de"): "Wie es weitergeht",
		("Complaint Form", "en"): "Date and signature",
		("Complaint Form", "de"): "Datum und Unterschrift",
	}[print_format, language]
	assert heading in html
	if print_format == "Complaint Form":
		assert "Dr. Klug &amp; Partner" in html and "Kettle" in html and "my money back" in html


def test_what_print_formats_are_handed_is_escaped_already(chatty):
	for name in ("subject", "complainant_name", "complainant_address", "remedy_notes", "customer_reference"):
		chatty[name] = ATTACK
	chatty["description"] = "<p>&lt;script&gt;</p>"
	for handed in (printing.complaint_letter(chatty), printing.complaint_form(chatty)):
		assert "<script" not in texts(handed) and "<img" not in texts(handed)
		assert "&lt;script" in texts(handed) and "&amp;lt;" not in texts(handed)


def test_the_language_chosen_in_the_print_view_wins():
	case = make_complaint()
	frappe.form_dict._lang = "../../etc"
	assert printing.complaint_letter(case)["language"] == "en"
	frappe.form_dict._lang = "de"
	assert "Guten Tag Erika Muster," in printing.complaint_letter(case)["content"]
	frappe.form_dict.pop("_lang")
	assert "Dear Erika Muster," in printing.complaint_letter(case)["content"]


def test_the_form_can_be_printed_empty():
	form = printing.complaint_form({})
	assert form["reference"] == "" and form["items"] == [] and form["description"] == ""
	assert [row["lines"] for section in form["sections"] for row in section["rows"]] == [[]] * 10


def test_only_those_who_may_see_a_complaint_print_it():
	case = make_complaint()
	frappe.set_user(make_user("stranger", "Accounts User"))
	with pytest.raises(frappe.PermissionError):
		validate_print_permission(frappe.get_doc("Complaint", case.name))


@needs_pdf_engine
@pytest.mark.parametrize("print_format", FORMATS)
def test_print_formats_become_pdf_pages(web, body, print_format):
	case = make_full_complaint()
	pages = pdf_pages(case, print_format)
	assert len(pages) <= 2
	assert case.name in " ".join(pages) and "Erika Muster" in " ".join(pages)


@needs_pdf_engine
def test_an_ordinary_acknowledgement_fits_on_one_page(web, body):
	case = make_complaint(complainant_address="Musterweg 3\n10115 Berlin", remedy_notes="my money back")
	assert len(pdf_pages(case, "Complaint Acknowledgement")) == 1

"""Each kind of letter as it is recorded and printed: its parts, its language, its page, and that it stays what was sent."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO

import frappe
import pytest
from frappe.www.printview import validate_print_permission
from pypdf import PdfReader

from cms_iso10002.complaints import clock, correspondence, letter_access, printing, redress
from cms_iso10002.core.case import LetterSpec
from tests.site.factories import act, advance, as_user, edit, make_complaint, make_item, make_user

PICTURES = os.environ.get("CMS_LETTER_PICTURES")
"""A folder that takes each letter as a PDF: for the pictures of docs/letters.md."""
ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>"
LANGUAGES = ("en", "de")

TEXTS = {
	"en": {
		"subject": "Kettle leaks",
		"description": "The kettle I bought in May leaks at the bottom.\nYour hotline hung up on me twice.",
		"question": "Which serial number is printed under the kettle?\nDo you still have the receipt?",
		"message": "Our laboratory has the kettle and is testing the seal.",
		"reason": "The maker's test report is late.",
		"scope": "Your letter is about your employment with us. Please turn to the works council.",
		"findings": "The seal was missing: a fault in our assembly. We have checked the other kettles of that day.",
		"aspects": (
			("The kettle leaks", "The seal was missing."),
			("The hotline hung up", "No such call is on record."),
		),
		"remedy": "my money back",
	},
	"de": {
		"subject": "Wasserkocher undicht",
		"description": "Der im Mai gekaufte Wasserkocher ist unten undicht.\nIhre Hotline hat zweimal aufgelegt.",
		"question": "Welche Seriennummer steht unter dem Gerät?\nHaben Sie den Kassenzettel noch?",
		"message": "Unser Labor hat den Wasserkocher und prüft die Dichtung.",
		"reason": "Der Prüfbericht des Herstellers verspätet sich.",
		"scope": "Ihr Schreiben betrifft Ihr Arbeitsverhältnis mit uns. Bitte wenden Sie sich an den Betriebsrat.",
		"findings": "Die Dichtung fehlte: ein Fehler unserer Montage. Die anderen Geräte jenes Tages haben wir geprüft.",
		"aspects": (
			("Das Gerät ist undicht", "Die Dichtung fehlte."),
			("Die Hotline legt auf", "Kein solcher Anruf ist verzeichnet."),
		),
		"remedy": "mein Geld zurück",
	},
}
PARTS = {
	"Acknowledgement": ("{subject}", "{description}", "{remedy}", "What happens next|Wie es weitergeht"),
	"Information Request": ("{question}", "Our question|Unsere Frage"),
	"Progress Update": ("{message}", "What happens next|Wie es weitergeht"),
	"Extension Notice": ("{reason}", "1 May 2027|1. Mai 2027"),
	"Holding Response": ("{reason}", "1 May 2027|1. Mai 2027", "Ombudsman of the Trade"),
	"Decision": (
		"justified in part|teilweise berechtigt",
		"{findings}",
		"€49.90|49,90 €",
		"If you do not agree|Wenn Sie nicht einverstanden sind",
		"Ombudsman of the Trade",
		"Point by point|Punkt für Punkt",
	),
	"Summary Resolution": ("{findings}", "€49.90|49,90 €", "justified in part|teilweise berechtigt"),
	"Review Outcome": ("{findings}", "final answer|letztes Wort|abschließende", "Ombudsman of the Trade"),
	"Out of Scope": ("{scope}", "look at it again|noch einmal"),
	"Closure": ("is closed|abgeschlossen", "https://complain.test/feedback/abc"),
}
"""What must stand in a letter of each kind: a text of TEXTS, or the words in English|in German."""


def make_case(language: str = "en", **values):
	"""A complaint that was decided, by somebody with a postal address only, with something in every part of a letter."""
	told = TEXTS[language]
	case = make_complaint(
		language=language,
		subject=told["subject"],
		description=told["description"],
		remedy_notes=told["remedy"],
		complainant_address="Musterweg 3\n10115 Berlin",
		customer_reference="KD-4711",
		subjects=[{"item_code": make_item(), "qty": 1}],
		**{"complainant_email": None, "complainant_phone": None, **values},
	)
	case.update(
		{
			"decisions": [
				{
					"round": 1,
					"outcome": "Partly Upheld",
					"reasons": told["findings"],
					"recourse_expires_on": "2027-02-01",
				}
			],
			"aspects": [
				{"what": what, "outcome": outcome, "reasons": why}
				for (what, why), outcome in zip(told["aspects"], ("Upheld", "Not Upheld"), strict=True)
			],
			"redress": [
				{"remedy": "Refund", "basis": "Offer", "state": "Offered", "amount": 49.9, "currency": "EUR"},
				{"remedy": "Apology", "basis": "Goodwill", "state": "Approved"},
			],
		}
	)
	return case


def send(case, kind: str, channel: str = "Post", **values):
	"""The Complaint Letter of a letter that was sent just now."""
	told = TEXTS.get(case.language, TEXTS["en"])
	context = {
		"Information Request": {"question": told["question"], "answer_by": "2026-12-20"},
		"Progress Update": {"body": told["message"]},
		"Extension Notice": {"reason": told["reason"], "new_due": "2027-05-01"},
		"Holding Response": {"reason": told["reason"], "new_due": "2027-05-01"},
		"Out of Scope": {"reason": told["scope"]},
	}.get(kind, {})
	event = correspondence.send(case, LetterSpec(kind, channel, context=context, **values))
	return frappe.get_doc("Complaint Letter", event.data["letter"])


@pytest.fixture
def portal(monkeypatch):
	"""A portal that gives codes and links, as its hooks would."""
	monkeypatch.setattr(
		letter_access,
		"_from_hook",
		lambda hook, complaint, kind: "K7QM-3XFA" if "code" in hook else "https://complain.test/feedback/abc",
	)


@pytest.fixture
def company():
	"""The company's address and ways to reach it, as a letterhead needs them."""
	name = frappe.db.get_value("Company", {}, "name")
	frappe.db.set_value(
		"Company",
		name,
		{"email": "service@complaints.test", "phone_no": "+49 40 5550", "website": "https://complaints.test"},
	)
	frappe.clear_document_cache("Company", name)
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": name,
			"address_type": "Office",
			"address_line1": "Speicherstraße 12",
			"city": "Hamburg",
			"pincode": "20457",
			"country": "Germany",
			"is_primary_address": 1,
			"links": [{"link_doctype": "Company", "link_name": name}],
		}
	).insert()


def printed(letter, **values) -> str:
	return frappe.get_print("Complaint Letter", letter.name, print_format="Complaint Letter", **values)


class Outline(HTMLParser):
	"""What a screen reader goes by: headings, languages, and the cells that are headers."""

	def __init__(self, html: str):
		super().__init__()
		self.headings, self.languages, self.unscoped, self.open = [], set(), 0, []
		self.feed(html)

	def handle_starttag(self, tag, attrs):
		attrs = dict(attrs)
		if attrs.get("lang"):
			self.languages.add((attrs["lang"], attrs.get("dir")))
		if tag == "th" and not attrs.get("scope"):
			self.unscoped += 1
		if tag in ("h1", "h2", "h3"):
			self.headings.append(tag)


# What was sent is what is printed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", printing.KINDS)
def test_each_letter_prints_its_parts_from_the_record(body, portal, kind, language):
	letter = send(make_case(language), kind)
	html = printed(letter)
	told = TEXTS[language]
	for part in PARTS[kind]:
		words = part.format(**{k: v for k, v in told.items() if isinstance(v, str)})
		wanted = words.split("|") if "|" in part else words.split("\n")
		text = html.replace("\xa0", " ").replace("&#39;", "'")
		found = [word in text for word in wanted]
		assert any(found) if "|" in part else all(found), (kind, language, words)
	assert letter.complaint in letter.subject and letter.complaint in html
	assert "Musterweg 3<br>10115 Berlin" in html and "KD-4711" in html
	assert ("Freundliche Grüße" if language == "de" else "Kind regards") in html
	assert "None" not in html.partition('class="cms"')[2] and "{{" not in html


def test_what_changes_later_changes_no_letter_that_was_sent(body):
	case = make_case()
	letter = send(case, "Decision")
	before = printed(letter)
	frappe.db.set_value("Complaint", case.name, {"complainant_address": "Elsewhere 9", "subject": "Another"})
	template = frappe.get_doc("Email Template", "Complaint Decision")
	template.update({"subject": "New", "response_html": "<p>New</p>"})
	template.save()
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"contact_phone": "+49 40 999"})
	settings.save()
	frappe.form_dict._lang = "de"
	after = printed(frappe.get_doc("Complaint Letter", letter.name))
	frappe.form_dict.pop("_lang")
	assert cms(after) == cms(before)


def cms(html: str) -> str:
	"""Our part of a printed page."""
	return '<div class="cms"' + html.partition('<div class="cms"')[2].partition('<div id="footer-html"')[0]


def test_the_letter_of_a_mail_is_the_mail(body):
	case = make_case(complainant_email="erika@muster.test")
	composed, html = printing.render(case, "Decision", {"channel": "E-mail"}, "en")
	letter = send(case, "Decision", "Post")
	assert letter.subject == composed
	assert plain(html).replace("this message", "") == plain(letter.content).replace("this letter", "")


def plain(html: str) -> str:
	return " ".join(printing.plain_text(html).split())


def test_the_print_button_of_a_letter_prints_the_letter(body):
	letter = send(make_case(), "Closure")
	assert cms(frappe.get_print("Complaint Letter", letter.name)) == cms(printed(letter))


def test_a_letter_recorded_before_pages_were_kept_prints_what_is_known(body):
	letter = send(make_case(), "Acknowledgement")
	frappe.db.set_value("Complaint Letter", letter.name, "page", None)
	html = printed(frappe.get_doc("Complaint Letter", letter.name))
	assert "Musterweg 3<br>10115 Berlin" in html and "leaks at the bottom" in html


def test_a_letter_posted_to_another_address_shows_that_one_in_its_window(body):
	letter = send(make_case(), "Closure", recipient="Erika Muster, Am Hafen 1, 20457 Hamburg")
	assert "Erika Muster<br>Am Hafen 1<br>20457 Hamburg</div>" in printed(letter)
	assert "Musterweg" not in cms(printed(letter))


def test_a_letter_posted_yesterday_is_dated_yesterday(body):
	yesterday = clock.now_utc() - timedelta(days=1)
	letter = send(make_case(), "Closure", sent_at=yesterday)
	day = clock.to_site(yesterday)
	assert f"{day.day} {day:%B %Y}</td>" in printed(letter)


@pytest.mark.parametrize("kind", printing.KINDS)
def test_a_preview_says_that_it_was_not_sent(body, kind):
	case = advance(make_complaint(), "Acknowledged")
	html = frappe.get_print("Complaint", case.name, print_format=f"Complaint {kind}")
	assert "Preview: this letter has not been sent" in html and case.name in html
	assert not frappe.db.exists(
		"Complaint Letter", {"complaint": case.name, "kind": ("!=", "Acknowledgement")}
	)
	assert "Preview" not in cms(printed(frappe.get_last_doc("Complaint Letter", {"complaint": case.name})))


# Readable by everybody


@pytest.mark.parametrize("kind", printing.KINDS)
def test_letters_have_headings_table_headers_and_a_language(body, portal, kind):
	letter = send(make_case("de"), kind)
	mail, page = Outline(letter.content), Outline(cms(printed(letter)))
	assert mail.languages == {("de", "ltr")}, "what is stored and mailed keeps its language"
	assert mail.unscoped == page.unscoped == 0
	assert page.headings[0] == "h1" and page.headings.count("h1") == 1
	assert "h1" not in mail.headings
	if kind in ("Decision", "Acknowledgement", "Holding Response", "Review Outcome"):
		assert mail.headings


def test_large_print_is_large_in_the_mail_and_on_paper(body):
	letter = send(make_case(correspondence_format="Large Print"), "Decision")
	assert re.search(r"font-size: ?18pt", letter.content)
	assert "font-size: 18pt" in printed(letter) and letter.format == "Large Print"
	assert not re.search(r"font-size: ?18pt", send(make_case(), "Decision").content)


def test_a_language_written_from_right_to_left_is_set_so(body, monkeypatch):
	frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": "Complaint Closure (ar)",
			"subject": "شكواك {{ reference }}",
			"use_html": 1,
			"response_html": "<p>{{ greeting|e }}</p><ul><li>نص</li></ul>",
		}
	).insert(set_name="Complaint Closure (ar)")
	case = make_case()
	case.language = "ar"
	letter = send(case, "Closure")
	html = printed(letter)
	assert re.search(r'<div dir="rtl" lang="ar">', letter.content) or re.search(
		r'<div lang="ar" dir="rtl">', letter.content
	)
	assert re.search(r'<div class="cms" dir="rtl" lang="ar">', html)
	assert "text-align: right" in html and "padding-right: 1.4em" in html


def test_no_text_of_anybody_becomes_markup(body):
	case = make_case()
	for name in ("subject", "complainant_name", "customer_reference", "remedy_notes"):
		case.set(name, ATTACK)
	case.complainant_address = f"{ATTACK}\nBerlin"
	for row in [*case.aspects, *case.decisions]:
		row.reasons = ATTACK
	for kind in printing.KINDS:
		letter = send(case, kind)
		html = cms(printed(letter))
		assert "<script" not in html and "<img" not in html, kind
	assert "&lt;script" in html


# Who may know, and in which format


def test_an_unverified_representative_is_acknowledged_and_told_nothing_else(body, portal):
	case = make_case(
		representative_name="Dr. Klug",
		representative_email="klug@law.test",
		correspondence_to="Representative",
	)
	letter = send(case, "Acknowledgement", recipient="Dr. Klug, Kanzleiweg 1, Berlin")
	stored = (
		json.dumps([letter.subject, letter.content, letter.page])
		+ printed(letter).partition('class="cms"')[2]
	)
	assert "Dr. Klug" in stored and case.name in stored
	for secret in ("Kettle", "leaks", "Muster", "KD-4711", "money", "Refund", "K7QM"):
		assert secret not in stored, secret
	for kind in set(printing.KINDS) - {"Acknowledgement"}:
		with pytest.raises(frappe.ValidationError, match=r"authority of Dr\. Klug"):
			correspondence.send(case, LetterSpec(kind, "Post", "klug@law.test"))


@pytest.mark.parametrize("wanted", ["Easy Read", "Audio", "Braille", "Interpreter"])
def test_a_plain_letter_waits_until_the_format_they_need_is_confirmed(wanted):
	case = make_complaint(complainant_address="Weg 1\nBerlin", correspondence_format=wanted)
	with pytest.raises(frappe.ValidationError) as refusal:
		act(case, "Acknowledge", channel="Post")
	assert wanted in str(refusal.value) and "confirm" in str(refusal.value)
	assert not frappe.db.exists("Complaint Letter", {"complaint": case.name})
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"
	agent = make_user("agent")
	frappe.set_user(agent)
	act(case, "Acknowledge", channel="Post", format_confirmed="1")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	assert (letter.format, letter.format_confirmed_by) == (wanted, agent)


@pytest.mark.parametrize("answer", ["0", 0, False, "", "no", None])
def test_only_a_yes_confirms(answer):
	case = make_complaint(complainant_address="Weg 1\nBerlin", correspondence_format="Braille")
	with pytest.raises(frappe.ValidationError, match="Braille"):
		act(case, "Acknowledge", channel="Post", format_confirmed=answer)


@pytest.mark.parametrize("wanted, asked", [("Braille", False), ("Audio", False), ("Interpreter", True)])
def test_what_is_spoken_needs_an_interpreter_but_no_braille(wanted, asked):
	case = make_complaint(correspondence_format=wanted)
	if asked:
		with pytest.raises(frappe.ValidationError, match="Interpreter"):
			act(case, "Acknowledge", channel="Phone")
	act(case, "Acknowledge", channel="Phone", format_confirmed=int(asked))
	assert frappe.db.get_value("Complaint", case.name, "status") == "Acknowledged"


def test_large_print_and_who_cannot_be_reached_need_no_confirming():
	act(
		make_complaint(complainant_address="Weg 1\nBerlin", correspondence_format="Large Print"),
		"Acknowledge",
		channel="Post",
	)
	nobody = make_complaint(
		correspondence_format="Braille",
		is_anonymous=1,
		complainant_name=None,
		complainant_email=None,
		complainant_phone=None,
	)
	act(nobody, "Acknowledge")
	assert frappe.get_last_doc("Complaint Letter", {"complaint": nobody.name}).delivery == "Not Possible"


def test_the_letter_button_and_the_deadlines_ask_for_the_format_as_well():
	case = advance(
		make_complaint(complainant_address="Weg 1\nBerlin", correspondence_format="Audio"), "Acknowledged"
	)
	with pytest.raises(frappe.ValidationError, match="Audio"):
		correspondence.send_letter(case.name, "Progress Update", "Post", "News")
	assert correspondence.send_letter(case.name, "Progress Update", "Post", "News", format_confirmed=True)


def test_dialogs_ask_about_the_format_only_where_one_is_needed():
	from cms_iso10002.complaints import actions

	for wanted, asked in (("Standard", False), ("Large Print", False), ("Easy Read", True)):
		case = make_complaint(correspondence_format=wanted)
		fields = [field["fieldname"] for field in actions.get_dialog(case.name, "Acknowledge")["fields"]]
		assert ("format_confirmed" in fields) == asked, wanted


def test_letters_without_e_mail_show_a_code_and_a_way_by_phone(body, portal):
	html = cms(printed(send(make_case(), "Information Request")))
	assert "K7QM-3XFA" in html and "call +49 40 555" in html and "this letter" in html
	mailed = printing.letter_context(
		make_case(complainant_email="erika@muster.test"), "Information Request", {"action_code": "K7QM-3XFA"}
	)
	assert mailed["action_code"] == mailed["phone_way"] == ""


def test_the_page_holds_the_whole_letter_with_its_tags_in_balance(body, portal):
	html = cms(printed(send(make_case(), "Decision")))
	assert html.count("<div") == html.count("</div>")
	assert html.index("K7QM-3XFA") < html.index("Kind regards") < html.index("Jana Vogel<br>")
	template = frappe.get_doc("Email Template", "Complaint Closure")
	template.update({"response_html": "<p>All is well.</p>"})
	template.save()
	html = cms(printed(send(make_case(), "Closure")))
	assert "All is well." in html and "K7QM-3XFA" in html
	assert html.count("<div") == html.count("</div>")


def test_without_a_portal_there_is_no_code_and_no_link(body, monkeypatch):
	monkeypatch.setattr(letter_access, "_from_hook", lambda *_args: "")
	letter = send(make_case(), "Closure")
	assert "Your code" not in printed(letter) and "How was it to complain" not in letter.content


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ATTACK])
def test_a_feedback_link_is_a_web_address_or_nothing(url):
	assert printing.letter_context(make_case(), "Closure", {"feedback_url": url})["feedback_url"] == ""


def test_who_may_not_see_the_complaint_prints_no_letter_of_it(body):
	letter = send(make_case(), "Closure")
	edit(frappe.get_doc("Complaint", letter.complaint), confidentiality="Restricted")
	frappe.set_user(make_user("agent2"))
	with pytest.raises(frappe.PermissionError):
		validate_print_permission(frappe.get_doc("Complaint Letter", letter.name))


# The follow-up form


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_follow_up_form_tells_how_far_it_has_come(language):
	case = advance(make_complaint(subject=f"Kettle {ATTACK}", category=None), "Response Sent")
	frappe.form_dict._lang = language
	form = printing.complaint_follow_up(case)
	html = frappe.get_print("Complaint", case.name, print_format="Complaint Follow-up Form")
	frappe.form_dict.pop("_lang")
	assert [bool(step["date"]) for step in form["steps"]] == [True] * 5 + [False] * 3
	assert form["steps"][3]["name"] == "investigator"
	assert len(form["sections"]) == 6
	assert ("Complaint acknowledged" if language == "en" else "Eingang der Beschwerde bestätigt") in html
	assert "<script" not in cms(html) and case.name in html
	assert Outline(cms(html)).unscoped == 0


def test_the_german_form_and_letter_use_no_words_of_the_books():
	"""In ERPNext's German *Post* is a verb, and *Duplicate* one too."""
	case = act(make_complaint(language="de"), "Acknowledge", channel="Post", recipient="Weg 1, Berlin")
	frappe.form_dict._lang = "de"
	steps = printing.complaint_follow_up(case)["steps"]
	other = act(make_complaint(language="de"), "Mark as Duplicate", duplicate_of=case.name, channel="Phone")
	closed = printing.complaint_follow_up(other)["steps"]
	frappe.form_dict.pop("_lang")
	assert steps[0]["remark"] == "per Brief"
	assert closed[7]["remark"] == "mit einer anderen Beschwerde zusammengeführt"


def test_redress_that_is_described_by_its_own_name_is_named_once():
	case = make_case("de")
	case.redress[0].description = "Refund"
	[first, _second] = printing.letter_context(case, "Decision", language="de")["redress"]
	assert first["remedy"] and first["description"] == ""


def test_a_correction_counts_once_all_of_it_is_made_and_verified():
	case = advance(make_complaint(), "Response Sent")
	case = edit(case, redress=[{"remedy": "Refund", "basis": "Offer", "amount": 20}])
	for step in ("Agree", "Carry Out"):
		redress.take_step(case.name, case.redress[0].name, step)
	case.reload()
	dates = [step["date"] for step in printing.complaint_follow_up(case)["steps"]]
	today = clock.today()
	assert dates[5] == f"{today.day} {today:%B %Y}" and not dates[6]
	as_user(make_user("manager"), lambda: redress.take_step(case.name, case.redress[0].name, "Verify"))
	case.reload()
	steps = printing.complaint_follow_up(case)["steps"]
	assert steps[6]["date"] and steps[6]["name"] == "manager"


def test_the_follow_up_form_can_be_printed_empty():
	form = printing.complaint_follow_up({})
	assert [step["date"] for step in form["steps"]] == [""] * 8
	assert not any(row["lines"] for section in form["sections"] for row in section["rows"])


# The pages


needs_pdf_engine = pytest.mark.skipif(
	not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf is not installed: apt-get install wkhtmltopdf"
)


def pdf(doctype: str, name: str, print_format: str, picture: str = "") -> PdfReader:
	made = frappe.get_print(doctype, name, print_format=print_format, as_pdf=True)
	if PICTURES and picture:
		(pathlib.Path(PICTURES) / f"{picture}.pdf").write_bytes(made)
	return PdfReader(BytesIO(made))


@needs_pdf_engine
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", printing.KINDS)
def test_each_letter_fits_its_pages(web, body, company, portal, kind, language):
	letter = send(make_case(language), kind)
	pages = pdf("Complaint Letter", letter.name, "Complaint Letter", f"{frappe.scrub(kind)}-{language}").pages
	assert len(pages) <= (
		2 if kind in ("Decision", "Summary Resolution", "Review Outcome", "Acknowledgement") else 1
	)
	last = " ".join(pages[-1].extract_text().split())
	assert "complaints@example.test" in last and "Jana Vogel" in last, "no signature alone on a page"
	text = " ".join(pages[0].extract_text().split())
	assert "Musterweg 3" in text and letter.complaint in text


@needs_pdf_engine
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_follow_up_form_fits_two_pages(web, company, language):
	case = advance(make_complaint(language=language), "Response Sent")
	frappe.form_dict._lang = language
	pages = pdf("Complaint", case.name, "Complaint Follow-up Form", f"follow_up_form-{language}").pages
	frappe.form_dict.pop("_lang")
	assert len(pages) <= 2


@needs_pdf_engine
@pytest.mark.parametrize("size, width", [("A4", 595), ("Letter", 612)])
def test_letters_are_printed_on_a4_and_on_letter(web, body, company, size, width):
	frappe.db.set_single_value("Print Settings", "pdf_page_size", size)
	frappe.clear_document_cache("Print Settings", "Print Settings")
	pages = pdf(
		"Complaint Letter", send(make_case(), "Decision").name, "Complaint Letter", f"page-{size}"
	).pages
	assert abs(float(pages[0].mediabox.width) - width) < 2


@needs_pdf_engine
def test_large_print_makes_pages_too(web, body, company, portal):
	letter = send(make_case(correspondence_format="Large Print"), "Decision")
	assert 2 <= len(pdf("Complaint Letter", letter.name, "Complaint Letter", "large_print-en").pages) <= 5


@needs_pdf_engine
def test_large_print_is_large_in_window_and_references_and_keeps_dates_and_references_whole(
	web, body, company, portal
):
	letter = send(make_case(correspondence_format="Large Print"), "Acknowledgement")
	page = printed(letter)
	assert "0.78em" not in page and "13pt" not in page and 'colspan="3"' in page
	pages = pdf("Complaint Letter", letter.name, "Complaint Letter", "large_print_acknowledgement-en").pages
	lines = [" ".join(line.split()) for page in pages for line in page.extract_text().splitlines()]
	assert any(letter.complaint in line for line in lines)
	assert not any(
		line.endswith(("CMP-", "CMP-2026-", letter.complaint.rpartition("-")[0] + "-")) for line in lines
	)
	from cms_iso10002.complaints.letter_language import date_text

	for row in frappe.get_doc("Complaint", letter.complaint).milestones:
		due = date_text(row.due_at, "en")
		if row.stage == "decide":
			assert any(due in line for line in lines), due

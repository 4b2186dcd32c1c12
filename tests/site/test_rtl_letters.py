"""Letters in a language that is written from right to left: the words, the window, the tables and the page."""

from __future__ import annotations

import re

import frappe
import pytest
from markupsafe import Markup

from cms_iso10002.complaints import letter_language, letter_text
from tests.site.test_letters import cms, make_case, needs_pdf_engine, pdf, printed, send

ARABIC = """<p>{{ greeting|e }}</p>
<p>لقد درسنا شكواك المؤرخة {{ received_on|e }} (<i>{{ subject|e }}</i>) بعناية. هذا هو ردنا.</p>
<h2>أسبابنا</h2>
<p>{{ reasons|e }}</p>
{% if aspects %}<h2>نقطة بنقطة</h2>
<table>
<tr><th scope="col">ما اشتكيت منه</th><th scope="col">النتيجة</th><th scope="col">السبب</th></tr>
{% for aspect in aspects %}<tr><td>{{ aspect.what|e }}</td><td>{{ aspect.outcome|e }}</td><td>{{ aspect.reasons|e }}</td></tr>{% endfor %}
</table>{% endif %}
{% if redress %}<h2>ما نقدمه لك</h2><ul>{% for item in redress %}<li>{{ item.remedy|e }}: {{ item.amount|e }}</li>{% endfor %}</ul>{% endif %}
<h2>إذا كنت لا توافق</h2>
<p>يمكنك إخبارنا بذلك حتى {{ recourse.until|e }}، وسينظر فيها شخص آخر.</p>
<p>مع أي سؤال اتصل بنا على {{ contact_phone|e }}.</p>
<p class="cms-closing">مع أطيب التحيات</p>
<p class="cms-signed">{{ organisation.name|e }}</p>"""


@pytest.fixture
def arabic():
	"""The decision in Arabic, by a template as an organisation would add it."""
	name = "Complaint Decision (ar)"
	template = {
		"doctype": "Email Template",
		"name": name,
		"subject": "ردنا على شكواك {{ reference }}",
		"use_html": 1,
		"response_html": ARABIC,
	}
	frappe.get_doc(template).insert(set_name=name)


def arabic_case(**values):
	case = make_case(**values)
	case.update(
		{
			"subject": "غلاية الماء تسرب",
			"complainant_name": "ليلى منصور",
			"complainant_address": "شارع النخيل 3\n10115 برلين",
		}
	)
	case.language = "ar"
	case.decisions[0].reasons = "كان الختم مفقودا: خطأ في التجميع لدينا."
	for row, words in zip(case.aspects, ("الغلاية تسرب", "الخط الساخن"), strict=True):
		row.update({"what": words, "reasons": "لم يكن هناك ختم."})
	return case


@pytest.mark.parametrize(
	"language, direction",
	[("ar", "rtl"), ("he", "rtl"), ("fa", "rtl"), ("ur", "rtl"), ("de", "ltr"), ("ar-EG", "rtl")],
)
def test_the_direction_is_that_of_the_language(language, direction):
	assert letter_language.direction(language) == direction


@pytest.mark.parametrize(
	"html, expected",
	[
		("<p title='نص'>نص 26، نص</p>", "<p title='نص'><span>نص</span> 26، <span>نص</span></p>"),
		("plain &lt;b&gt; text", "plain &lt;b&gt; text"),
		("می‌خواهم", "<span>می‌خواهم</span>"),  # what parts letters of one word does not part the word
		("שלום", "שלום"),
	],
)
def test_words_whose_letters_join_stand_apart(html, expected):
	assert letter_text.words_apart(Markup(html)) == expected


def test_everything_on_the_page_begins_at_the_right(web, body, arabic):
	letter = send(arabic_case(), "Decision")
	html = printed(letter)
	page = cms(html)
	assert re.search(r'<div class="cms" dir="rtl" lang="ar">', page)
	assert 'dir="rtl"' in letter.content and 'lang="ar"' in letter.content
	plain = page.replace("<span>", "").replace("</span>", "")
	assert "شارع النخيل 3<br>10115 برلين" in plain and "ليلى منصور" in plain
	assert "<span>النخيل</span>" in page  # see letter_text.words_apart
	assert "\u200e+49 40 555" in page
	styles = html.partition('<div class="cms"')[0]
	assert "text-align: right" in styles and "text-align: left" not in styles.partition(".cms {")[2]
	# what stands on one side of something stands on the other one here
	assert "padding-right: 1.4em; padding-left: 0" in styles and "padding-left: 3mm !important" in styles
	footer = html.partition('id="footer-html"')[2]
	assert 'dir="rtl"' in footer and "text-align: left" in footer


@needs_pdf_engine
@pytest.mark.parametrize("size", ["Standard", "Large Print"])
def test_the_pages_of_a_letter_from_right_to_left(web, body, arabic, size):
	letter = send(arabic_case(correspondence_format=size), "Decision")
	pages = pdf("Complaint Letter", letter.name, "Complaint Letter", f"decision-ar-{size[:5]}").pages
	assert len(pages) <= (1 if size == "Standard" else 3)
	assert letter.complaint in pages[0].extract_text()
	width = float(pages[0].mediabox.width)
	outside = [(x, text) for x, text in placed(pages[0]) if not 50 < x < width - 50]
	assert outside == [], "words beyond the margins"


def placed(page) -> list[tuple[float, str]]:
	"""Where each word of a page begins, in points from its left edge."""
	found: list[tuple[float, str]] = []

	def note(text, page_matrix, text_matrix, _font, _size):
		if text.strip():
			found.append((text_matrix[4] * page_matrix[0] + page_matrix[4], text))

	page.extract_text(visitor_text=note)
	assert len(found) > 20
	return found

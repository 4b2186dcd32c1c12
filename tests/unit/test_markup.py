"""Which HTML of strangers may be handed to a parser that builds a tree of it."""

from __future__ import annotations

import time

import pytest

from cms_iso10002.core import markup

OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style><!-- p.MsoNormal > a { margin: 0cm; font-family: "Calibri", sans-serif; } --></style></head>
<body lang="DE" link="#0563C1"><div class="WordSection1">
<p class="MsoNormal">Hello,<o:p></o:p></p><p class='MsoNormal'>3 &lt; 5 and 3 < 5, it's "broken"<br>
<img width=1 alt="Don't look" src="cid:x"><a href="https://shop.test/?a=1&b=2">Shop</a></p>
<table border=0><tr><td>one<td>two</tr></table><ul><li>a<li>b</ul></div></body></html>"""

SIMPLE = {
	"Outlook": OUTLOOK,
	"text": "Hello, 3 < 5",
	"empty": "",
	"a long letter": "<p>It does not <b>work</b>.</p>\n" * 1500,
	"paragraphs that nobody closed": "<p>One<p>Two" * 20,
}


@pytest.mark.parametrize("name", SIMPLE)
def test_what_people_write_is_simple(name):
	assert markup.is_simple(SIMPLE[name])


MANY = 20_000
HOSTILE = {
	"tags in tags": "<div>" * 2000,
	"formats in paragraphs": "<p><b>" * 2000,
	"closed in another order": "<b></i>" * 2000,
	"closed crosswise": "".join(f"<b title={n}><p></b></p>" for n in range(2000)),
	"one tag of many attributes": "<p " + "a=1 " * 5000 + ">",
	"attributes behind a quote": '<p x=">" ' + "b " * 5000 + ">",
	"attributes behind an apostrophe": "<p x='>' " + "b " * 5000 + ">",
	"a tag that does not end": "<a " + "b " * 5000,
	"tags that do not end": "<a" * MANY,
	"comments that do not end": "<!--" * MANY,
	"half comments": "<!" * MANY,
	"closing tags": "</a>" * MANY,
	"signs": "<" * MANY,
	"much of it": "<p>x</p>" * 20_000,
	"hidden in comments": "<!-- <p> -->" + "<b>" * 2000,
	"comment that ends at once": "<!-->" + "<i><b>" * 2000,
	"comment that ends at once and again": "<!-->" + "<i><b>" * 2000 + "-->",
	"comment that ends otherwise": "<!-- --!>" + "<i><b>" * 2000 + "-->",
	"script": "<script>" + "<p>" * 2000,
	"elements that seem to close themselves": "<p><b/>" * 2000,
	"attributes between slashes": "<p" + "/a" * 5000 + ">",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_takes_a_parser_minutes_is_not_simple(name):
	began = time.monotonic()
	assert not markup.is_simple(HOSTILE[name])
	assert time.monotonic() - began < 0.5

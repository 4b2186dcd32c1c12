"""Duplicate candidates: their laws, the cases a handler meets, and that no input makes them slow."""

from __future__ import annotations

import time
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms_iso10002.core import similarity
from cms_iso10002.core.similarity import normal_email, normal_phone, plain_text, rank, same_complainant

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

BROKEN_TV = (
	"<p>Television arrived with a cracked screen.</p><p>The TV was delivered on Monday and when I unpacked it the "
	"screen was cracked in the upper left corner. I would like a replacement as soon as possible.</p>"
)
BROKEN_TV_AGAIN = (
	"Cracked screen on new TV. My new television was delivered Monday. On unpacking it I found a crack in the upper "
	"left corner of the screen. Please send me a replacement."
)
CHARGED_TWICE = (
	"My bank statement shows that you took the amount of 129.50 twice on the third of March. I only ordered once. "
	"Please refund the second payment."
)


def complaint(name="CMP-1", **values):
	return {"name": name, "received_on": datetime(2026, 3, 2, 10), **values}


def score(a, b):
	return similarity.similarity(a, b)[0]


def why(a, b):
	return [template.format(*args) for template, args in similarity.similarity(a, b)[1]]


# -- laws

few = st.sampled_from(["", None, "A", "B", "C"])
emails = st.sampled_from(["", None, "ann@example.com", "bob@example.com", "nonsense"])
phones = st.sampled_from(["", None, "+49 30 1234567", "030 1234567", "+49 89 7654321", "112"])
words = st.lists(
	st.sampled_from("the screen of my new television is cracked please refund ü <b>".split()), max_size=12
)
complaints = st.fixed_dictionaries(
	{
		"customer": few,
		"contact": few,
		"complainant_email": emails,
		"complainant_phone": phones,
		"complainant_name": few,
		"representative_email": emails,
		"representative_phone": phones,
		"category": few,
		"subject": words.map(" ".join),
		"description": words.map(" ".join) | st.none(),
		"subjects": st.none()
		| st.lists(
			st.fixed_dictionaries(
				dict.fromkeys(
					("item_code", "serial_no", "batch_no", "reference_doctype", "reference_name"), few
				)
			),
			max_size=3,
		),
	}
)


@patient
@given(complaints, complaints)
def test_the_score_is_the_same_both_ways_and_between_0_and_100(a, b):
	assert score(a, b) == score(b, a)
	assert 0 <= score(a, b) <= 100
	assert same_complainant(a, b) == same_complainant(b, a)


@patient
@given(complaints)
def test_a_complaint_that_says_the_same_scores_100_unless_it_says_nothing(a):
	assert score(a, dict(a)) in (0, 100)
	if a["category"] or a["customer"] or plain_text(a["subject"]):
		assert score(a, dict(a)) == 100


@patient
@given(complaints, complaints)
def test_a_score_always_comes_with_its_reasons(a, b):
	# a likeness too small for one point still has its reason
	assert why(a, b) if score(a, b) else True
	assert len(why(a, b)) == len(set(why(a, b)))


@patient
@given(complaints)
def test_nothing_is_like_nothing(a):
	empty = {name: None for name in a}
	assert score(a, empty) == 0
	assert score(empty, {name: "" for name in a}) == 0
	assert not same_complainant(a, empty)
	assert not same_complainant({}, {})


@patient
@given(complaints, st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_compared(a, subject, description):
	other = {**a, "subject": subject, "description": description}
	assert 0 <= score(a, other) <= 100


@patient
@given(complaints, st.lists(complaints, max_size=15), st.integers(0, 100))
def test_candidates_are_the_best_in_order_above_the_minimum(case, others, minimum):
	others = [complaint(f"CMP-{n}", **values) for n, values in enumerate(others)]
	found = rank(complaint("CMP-x", **case), others, 30, minimum)
	assert [(-c.score, c.name) for c in found] == sorted((-c.score, c.name) for c in found)
	assert len(found) <= similarity.MOST_CANDIDATES
	assert all(candidate.score >= minimum and candidate.why for candidate in found)
	left_out = [
		o for o in others if o["name"] not in {c.name for c in found} and score(case, o) >= max(minimum, 1)
	]
	assert not left_out or len(found) == similarity.MOST_CANDIDATES
	assert all(score(case, other) <= found[-1].score for other in left_out)


# -- what a handler meets (the settings show from 50 on)


def test_the_same_matter_told_again_by_the_same_person_is_shown():
	first = complaint(complainant_email="Ann@Example.com", subject="Broken TV", description=BROKEN_TV)
	again = complaint(
		"CMP-2", complainant_email="ann@example.com ", subject="tv broken", description=BROKEN_TV_AGAIN
	)
	assert score(first, again) >= 75
	assert why(first, again)[0] == "Same e-mail address"
	assert why(first, again)[1].startswith("Similar text: ")


def test_the_same_customer_with_another_matter_is_not_shown():
	first = complaint(customer="C-1", category="Damaged", subject="TV", description=BROKEN_TV)
	other = complaint(
		"CMP-2", customer="C-1", category="Billing", subject="Charged", description=CHARGED_TWICE
	)
	assert score(first, other) < 50


def test_the_same_customer_item_and_category_is_shown_whatever_the_words():
	rows = [{"item_code": "TV-55"}]
	first = complaint(customer="C-1", category="Damaged", subject="TV", description=BROKEN_TV, subjects=rows)
	other = complaint("CMP-2", customer="C-1", category="Damaged", subject="Kaputt", subjects=rows)
	assert score(first, other) >= 50
	assert why(first, other) == ["Same customer", "Same item: TV-55", "Same category: Damaged"]


def test_somebody_elses_complaint_of_the_same_item_in_other_words_is_not_shown():
	rows = [{"item_code": "TV-55"}]
	first = complaint(customer="C-1", category="Damaged", subject="TV", description=BROKEN_TV, subjects=rows)
	other = complaint("CMP-2", customer="C-2", category="Damaged", subject=CHARGED_TWICE, subjects=rows)
	assert score(first, other) < 50


def test_an_unrelated_text_earns_nothing():
	first, other = complaint(description=BROKEN_TV), complaint("CMP-2", description=CHARGED_TWICE)
	assert score(first, other) == 0
	assert why(first, other) == []


def test_a_short_text_is_not_taken_for_any_long_one_that_holds_its_words():
	assert score(complaint(subject="Screen cracked"), complaint("CMP-2", description=BROKEN_TV)) == 0


def test_the_finer_a_product_agrees_the_more_it_counts():
	def row(**values):
		return complaint(subjects=[{"item_code": "TV", **values}])

	serial = score(row(serial_no="S1", batch_no="B1"), row(serial_no="S1", batch_no="B1"))
	batch = score(row(serial_no="S1", batch_no="B1"), row(serial_no="S2", batch_no="B1"))
	item = score(row(serial_no="S1", batch_no="B1"), row(serial_no="S2", batch_no="B2"))
	assert (serial, batch, item) == (100, 70, 50)
	assert score(row(), row()) == 100
	assert why(row(batch_no="B1"), row(batch_no="B1")) == ["Same batch: B1"]


def test_the_same_sales_document_needs_doctype_and_name():
	def refers(doctype, name):
		return complaint(subjects=[{"reference_doctype": doctype, "reference_name": name}])

	invoice = refers("Sales Invoice", "0001")
	assert why(invoice, refers("Sales Invoice", "0001")) == ["Same document: Sales Invoice 0001"]
	assert score(invoice, refers("Sales Order", "0001")) == 0
	assert score(refers("Sales Invoice", ""), refers("Sales Invoice", "")) == 0


def test_the_complaint_itself_and_those_outside_the_window_are_left_out():
	case = complaint(customer="C-1")
	names = {
		"CMP-1": datetime(2026, 3, 2),
		"CMP-in": datetime(2026, 4, 1, 23),
		"CMP-text": "2026-01-31 00:00:00.000000",
		"CMP-date": date(2026, 3, 2),
		"CMP-undated": None,
		"CMP-out": datetime(2026, 4, 2),
		"CMP-before": "2026-01-30",
	}
	others = [{"name": name, "customer": "C-1", "received_on": day} for name, day in names.items()]
	found = rank(case, others, 30, 50)
	assert [candidate.name for candidate in found] == ["CMP-date", "CMP-in", "CMP-text", "CMP-undated"]


def test_a_complaint_not_yet_saved_can_be_compared():
	(found,) = rank({"customer": "C-1"}, [complaint(customer="C-1")], 30, 50)
	assert (found.name, found.score, found.why) == ("CMP-1", 100, [("Same customer", ())])


# -- the same complainant


@pytest.mark.parametrize(
	("a", "b", "same"),
	[
		({"customer": "C-1"}, {"customer": "C-1"}, True),
		({"customer": "C-1"}, {"customer": "C-2"}, False),
		({"contact": "Ann"}, {"contact": "Ann"}, True),
		({"complainant_email": "ann@x.org"}, {"complainant_email": "Ann <ANN@x.org>"}, True),
		({"complainant_email": "ann@x.org"}, {"complainant_email": "bob@x.org"}, False),
		(
			{"customer": "C-1", "complainant_email": "a@x.org"},
			{"customer": "C-2", "complainant_email": "a@x.org"},
			True,
		),
		({"complainant_phone": "030 1234567"}, {"complainant_phone": "+49 (0)30 123-4567"}, True),
		(
			{"complainant_phone": "030 1234567", "customer": "C-1"},
			{"complainant_phone": "030 1234567", "customer": "C-2"},
			False,
		),
		({"complainant_name": "Ann Doe"}, {"complainant_name": "Ann Doe"}, False),
		({"complainant_email": "ann@x.org"}, {"representative_email": "ann@x.org"}, True),
		({"complainant_phone": "030 1234567"}, {"representative_phone": "030 1234567"}, True),
		({"representative_email": "law@x.org"}, {"representative_email": "law@x.org"}, False),
		(
			{"representative_email": "law@x.org", "complainant_name": "Ann Doe"},
			{"representative_email": "law@x.org", "complainant_name": "Bob Roe"},
			False,
		),
		(
			{"representative_email": "law@x.org", "complainant_name": "Ann Doe"},
			{"representative_email": "law@x.org", "complainant_name": "ann  doe"},
			True,
		),
		(
			{"complainant_email": "law@x.org", "customer": "C-1"},
			{"representative_email": "law@x.org", "customer": "C-2"},
			False,
		),
		({"is_anonymous": 1}, {"is_anonymous": 1}, False),
	],
)
def test_who_is_the_same_complainant(a, b, same):
	assert same_complainant(a, b) is same
	assert same_complainant(b, a) is same


@pytest.mark.parametrize(
	("number", "normal"),
	[
		("030 1234567", "301234567"),
		("+49 (0)30 123-4567", "+49301234567"),
		("0049 30 1234567", "+49301234567"),
		("(+49) 30/1234567 ext. 12", "+49301234567"),
		("(415) 555-2671 x9", "4155552671"),
		("fax 030 1234567", "301234567"),
		("٠٣٠١٢٣٤٥٦٧", "301234567"),
		("110", ""),
		("unknown", ""),
		(None, ""),
	],
)
def test_phone_numbers_in_normal_form(number, normal):
	assert normal_phone(number) == normal


@pytest.mark.parametrize(
	("a", "b"),
	[
		("415 555 2671", "515 555 2671"),
		("415 555 2671", "+1 515 555 2671"),
		("555 2671", "+1 415 555 2671"),
		("+49 30 1234567", "+43 30 1234567"),
	],
)
def test_other_phone_numbers_are_not_taken_for_the_same(a, b):
	assert not same_complainant({"complainant_phone": a}, {"complainant_phone": b})


@pytest.mark.parametrize(
	("address", "normal"),
	[(" Ann@X.org ", "ann@x.org"), ("Ann <a@x.org>", "a@x.org"), ("none", ""), ("@", ""), (None, "")],
)
def test_email_addresses_in_normal_form(address, normal):
	assert normal_email(address) == normal


@pytest.mark.parametrize(
	("markup", "text"),
	[
		("<p>Große&nbsp;Straße</p><p>2&amp;3</p>", "grosse strasse 2 3"),
		("a < b", "a b"),
		("<img src='data:image/png;base64,AAAA'>text", "text"),
		("&lt;b&gt;", "b"),
		(None, ""),
	],
)
def test_text_without_markup(markup, text):
	assert plain_text(markup) == text


# -- bounds


@pytest.mark.parametrize(
	"text",
	[
		"<" * 2_000_000,
		"<a" * 1_000_000,
		"&" * 2_000_000,
		"a " * 1_000_000,
		"ab" * 1_000_000,
		"1 " * 1_000_000,
	],
)
def test_no_text_makes_it_slow(text):
	case = complaint(
		subject=text, description=text, complainant_email=text, complainant_phone=text, complainant_name=text
	)
	others = [{**case, "name": f"CMP-{n}", "description": text + str(n)} for n in range(2, 5)]
	started = time.process_time()
	rank(case, others, 30, 0)
	assert time.process_time() - started < 5


def test_two_hundred_long_complaints_are_compared_at_once():
	others = [
		complaint(f"CMP-{n}", customer="C-1", description=f"{n} " + BROKEN_TV * 200) for n in range(200)
	]
	started = time.process_time()
	found = rank(complaint("CMP-x", customer="C-1", description=BROKEN_TV_AGAIN * 200), others, 90, 50)
	assert time.process_time() - started < 5
	assert len(found) == similarity.MOST_CANDIDATES

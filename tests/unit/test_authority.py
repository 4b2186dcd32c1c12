"""Who may grant how much."""

from decimal import Decimal

import pytest

from cms_iso10002.core.authority import within

LIMITS = [
	{"role": "Complaint Agent", "amount": 50, "currency": "EUR"},
	{"role": "Complaint Manager", "amount": 1000, "currency": "EUR"},
	{"role": "Complaint Manager", "amount": 800, "currency": "USD"},
]


@pytest.mark.parametrize(
	("amount", "currency", "roles", "wanted"),
	[
		(50, "EUR", ["Complaint Agent"], True),
		(50.01, "EUR", ["Complaint Agent"], False),
		("999.99", "EUR", ["Complaint Agent", "Complaint Manager"], True),
		(900, "USD", ["Complaint Manager"], False),
		(1, "CHF", ["Complaint Manager"], False),
		(1, "EUR", [], False),
	],
)
def test_within(amount, currency, roles, wanted):
	assert within(amount, currency, roles, LIMITS) is wanted


def test_a_role_without_a_limit_in_the_currency_is_held_to_the_one_it_has():
	rates = {("USD", "EUR"): Decimal("0.5")}
	assert within(100, "USD", ["Complaint Agent"], LIMITS, rates=rates) is True
	assert within(100.02, "USD", ["Complaint Agent"], LIMITS, rates=rates) is False
	# who has a limit in it is held to that one, whatever the rate says
	assert within(900, "USD", ["Complaint Manager"], LIMITS, rates=rates) is False


def test_what_was_granted_before_counts_in_whatever_currency():
	rates = {("USD", "EUR"): Decimal("0.5")}
	assert within(10, "EUR", ["Complaint Agent"], LIMITS, [(80, "USD")], rates) is True
	assert within(10.01, "EUR", ["Complaint Agent"], LIMITS, [(80, "USD")], rates) is False
	assert within(1, "EUR", ["Complaint Agent"], LIMITS, [(1, "CHF")], rates) is False


def test_a_limit_without_currency_holds_in_any():
	assert within(10, "CHF", ["A"], [{"role": "A", "amount": 10, "currency": None}]) is True


def test_no_limits_tell_nothing():
	assert within(10, "EUR", ["A"], []) is None

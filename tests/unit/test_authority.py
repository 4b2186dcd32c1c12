"""Who may grant how much."""

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


def test_a_limit_without_currency_holds_in_any():
	assert within(10, "CHF", ["A"], [{"role": "A", "amount": 10, "currency": None}]) is True


def test_no_limits_tell_nothing():
	assert within(10, "EUR", ["A"], []) is None

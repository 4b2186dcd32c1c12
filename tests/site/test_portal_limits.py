"""Limits that nobody gets around: by spelling a reference in another way, by a second secret, or by another address."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.portal import api, keys, limits
from tests.site.factories import as_user, make_complaint
from tests.site.portal_factories import file_as_guest, guest, make_portal_user, request, start_counting_anew


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def tried(number: int, user: str = "Guest", address: str = "", **values) -> str:
	"""What the `number`th attempt to follow a case comes to."""
	with request(address=address or f"198.51.100.{number % 250}"):
		try:
			return as_user(user, lambda: api.track(**values)) and "in"
		except frappe.DoesNotExistError:
			return "not found"
		except frappe.RateLimitExceededError:
			return "too often"


def test_a_code_is_not_guessed_more_often_beside_a_key():
	case = make_complaint()
	wrong = {"reference": case.name, "key": "C-0", "code": "AAAA-BBBB-CCCC"}
	answers = [tried(number, **wrong) for number in range(40)]
	assert answers.count("not found") == limits.WRONG_CODES_ON_CASE


def spellings(name: str) -> list[str]:
	"""Names that the database takes for `name`, or might."""
	return [
		name,
		name.lower(),
		f"{name[0].lower()}{name[1:]}",
		name.replace("C", "Ç"),
		name.replace("M", "\uff2d"),  # a letter of full width
		f"{name}\x01",
		f"{name[:3]}\u200b{name[3:]}",
		f" {name} ",
	]


def test_a_reference_spelled_in_another_way_is_counted_as_the_same():
	case = make_complaint()
	answers = [
		tried(number, reference=spelled, code="AAAA-BBBB-CCCC")
		for spelled in spellings(case.name)
		for number in range(limits.WRONG_CODES_ON_CASE)
	]
	# of spellings that name no case, guesses lead nowhere
	assert tried(99, reference=case.name, code=keys.action_code(case.name)) == "too often"
	assert answers.count("too often")
	for spelled in spellings(case.name)[3:7]:
		limits.forget()
		assert tried(1, reference=spelled, code=keys.action_code(case.name)) == "not found"
	limits.forget()
	assert tried(1, reference=case.name.lower(), code=keys.action_code(case.name)) == "in"


def test_what_writes_is_counted_by_the_case_however_it_is_spelled():
	filed = file_as_guest()
	most = limits.LIMITS["add_message"].per_case
	for number in range(most):
		name = (filed["reference"], filed["reference"].lower(), f" {filed['reference']}\t")[number % 3]
		guest(api.add_message, reference=name, key=filed["key"], text=f"Message {number}")
	with pytest.raises(frappe.RateLimitExceededError):
		guest(api.add_message, reference=filed["reference"], key=filed["key"], text="One more")


def test_who_sees_a_case_anyhow_guesses_its_key_no_more_often():
	me, colleague = make_portal_user("sharing", "Muster GmbH"), make_portal_user("guessing", "Muster GmbH")
	name = guest(api.file_complaint, user=me, subject="x", description="x", share_with_company=1)["reference"]
	answers = [
		tried(number, colleague, reference=name, code=f"{number:012}")
		for number in range(limits.WRONG_CODES_ON_CASE + 5)
	]
	assert answers.count("too often") == 5


@pytest.mark.parametrize(
	"direct, forwarded, counted_as",
	[
		# whoever has one address of IPv6 has the whole network of it
		("2001:db8:1:2::5", "", "2001:db8:1:2::/64"),
		("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
		("::ffff:203.0.113.7", "", "203.0.113.7"),
		("127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
		("127.0.0.1", "203.0.113.9:51234", "203.0.113.9"),
		("127.0.0.1", "[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
		("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
		# by a socket of this machine there is no address: only a proxy of ours can come that way
		("", "203.0.113.9", "203.0.113.9"),
		("127.0.0.1", "nonsense", "127.0.0.1"),
	],
)
def test_addresses_are_counted_as_who_has_them(direct, forwarded, counted_as):
	with request(address=direct, **({"X-Forwarded-For": forwarded} if forwarded else {})):
		assert limits.address() == counted_as


def test_a_counter_never_outlives_its_window(monkeypatch):
	"""Not even where the worker is killed right after it counted."""
	monkeypatch.setattr(type(limits._cache()), "expire", lambda *args, **kwargs: None)
	with request():
		limits.check("track", "CMP-1")
		key = limits._key(("track", limits.address()))
	assert 0 < limits._cache().ttl(key) <= limits.HOUR


def test_a_filing_with_a_mistake_in_it_is_not_counted():
	frappe.db.set_single_value("Complaint Settings", "filings_an_hour", 2)
	frappe.clear_document_cache("Complaint Settings", "Complaint Settings")
	for _number in range(5):
		assert "errors" in guest(api.file_complaint, subject="x")
	assert file_as_guest()["key"] and file_as_guest()["key"]
	with pytest.raises(frappe.RateLimitExceededError):
		file_as_guest()

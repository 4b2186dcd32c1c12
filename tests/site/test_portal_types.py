"""What is posted as JSON may be of any type: it is refused, or read as text, and never reaches a query as a filter."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.portal import api
from tests.site.portal_factories import PNG, file_as_guest, guest, start_counting_anew

ODD = ({"name": ("like", "%")}, ["like", "%"], [["name", "like", "%"]], 5, True)


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("field", ("reference", "key", "code", "file"))
def test_no_filter_goes_for_a_text(field, odd):
	filed = file_as_guest(files=[("a.png", PNG)])
	values = {"reference": filed["reference"], "key": filed["key"], "file": "x", field: odd}
	if field == "code":
		values["key"] = ""
	with pytest.raises((frappe.exceptions.FrappeTypeError, frappe.DoesNotExistError)):
		guest(api.download, **values)


@pytest.mark.parametrize("odd", ODD[:3], ids=str)
def test_no_list_and_no_dict_is_an_answer(odd):
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	for method, field in (
		(api.add_message, "text"),
		(api.respond_to_decision, "answer"),
		(api.withdraw, "words"),
		(api.reissue_key, "email"),
		(api.file_complaint, "subject"),
	):
		before = written()
		known = {api.file_complaint: {}, api.reissue_key: {"reference": me["reference"]}}.get(method, me)
		answer = guest(method, **known, **{field: odd})
		assert "errors" in answer or method == api.reissue_key  # which says the same whatever is asked
		assert written() == before


def written() -> list:
	"""What a filing or an answer would add to."""
	tables = ("Complaint", "Complaint Event", "Communication", "Email Queue")
	return [frappe.db.count(table) for table in tables]


METHODS = [name for name, value in vars(api).items() if getattr(value, "__module__", "") == api.__name__]
WHITELISTED = [name for name in METHODS if name.islower() and not name.startswith("_")]


@pytest.mark.parametrize("method", WHITELISTED)
def test_whatever_is_posted_is_answered_and_never_fails(method):
	"""A status from 400 to 499, or an answer: no traceback is anybody's answer."""
	import inspect

	filed = file_as_guest()
	function = getattr(api, method)
	fields = inspect.signature(function).parameters
	mine = {
		"reference": filed["reference"],
		"key": filed["key"],
		"file": "x",
		"email": "a@b.test",
		"token": "x",
	}
	good = {name: mine.get(name, "x") for name, field in fields.items() if field.default is field.empty}
	for field in fields:
		for odd in (*ODD, None, 1.5, [1], {"a": {"b": []}}, "\x00", "x" * 3000):
			start_counting_anew()
			try:
				guest(function, **{**good, **({"key": filed["key"]} if "key" in fields else {}), field: odd})
			except Exception as error:
				assert 400 <= getattr(error, "http_status_code", 500) < 500, (field, odd, repr(error))


def test_no_traceback_is_sent_to_callers_of_the_portal():
	from cms_iso10002.portal import requests
	from tests.site.portal_factories import request

	for path, kept_back in (
		("/api/method/cms_iso10002.portal.api.track", True),
		("/api/v2/method/cms_iso10002.portal.api.track", True),
		("/api/method/ping", False),
	):
		frappe.local.flags.disable_traceback = False
		with request(path=path):
			requests.before()
		assert bool(frappe.local.flags.disable_traceback) is kept_back
	assert "cms_iso10002.portal.requests.before" in frappe.get_hooks("before_request")

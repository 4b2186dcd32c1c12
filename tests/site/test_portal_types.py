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
		with pytest.raises(frappe.exceptions.FrappeTypeError):
			guest(method, **{**me, field: odd} if method != api.file_complaint else {field: odd})

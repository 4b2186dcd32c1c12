"""A wrong key takes the same path as a case that is not there: the same functions and the same queries, so as long.

`benchmarks/bench_wrong_keys.py` measures that it does.
"""

from __future__ import annotations

import re
import sys
from functools import partial

import frappe
import pytest

from cms_iso10002.portal import access, api, keys
from tests.site.factories import make_user
from tests.site.portal_factories import file_as_guest, guest, make_portal_user, start_counting_anew

ABSENT = "CMP-1999-00001"
WRONG = {
	"key": lambda reference: partial(api.track, reference=reference, key="C-" + "0" * 32),
	"representative's key": lambda reference: partial(api.track, reference=reference, key="R-" + "0" * 32),
	"code": lambda reference: partial(api.track, reference=reference, code="AAAA-BBBB-CCCC"),
	"nothing": lambda reference: partial(api.track, reference=reference),
	"feedback key": lambda reference: partial(
		api.give_feedback, reference=reference, feedback_key="0" * 32, occasion="Closing", overall=1
	),
	"occasion": lambda reference: partial(
		api.give_feedback, reference=reference, feedback_key="0" * 32, occasion="Christmas", overall=1
	),
	"token": lambda reference: partial(api.renew_key, reference=reference, token="C0.0"),
}


def path_of(user: str, call) -> tuple[list[str], list[str]]:
	"""The functions of ours and the queries that a refused call goes through, in order."""
	start_counting_anew()
	functions: list[str] = []
	queries: list[str] = []

	def note(frame, event, _argument):
		module = str(frame.f_globals.get("__name__"))
		if event == "call" and module.startswith("cms_iso10002."):
			functions.append(f"{module}.{frame.f_code.co_name}")

	plain_sql = frappe.db.sql

	def sql(query, *args, **kwargs):
		queries.append(re.sub(r"'[^']*'|complaints_[0-9a-f]{8}|\d+", "?", str(query)))
		return plain_sql(query, *args, **kwargs)

	frappe.db.sql = sql
	sys.setprofile(note)
	try:
		with pytest.raises(frappe.DoesNotExistError):
			guest(call, user=user)
	finally:
		sys.setprofile(None)
		del frappe.db.sql
	return functions, queries


@pytest.mark.parametrize("who", ["Guest", "customer", "agent"])
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_key_goes_the_way_of_a_case_that_is_not_there(what, who):
	user = {
		"Guest": "Guest",
		"customer": make_portal_user("prober", "Andere AG"),
		"agent": make_user("agent2"),
	}[who]
	there = file_as_guest(description="It leaks. " * 2000)["reference"]
	anonymised = file_as_guest()["reference"]
	frappe.db.set_value("Complaint", anonymised, "anonymised_on", frappe.utils.now())
	path_of(user, WRONG[what](ABSENT))  # what is cached is cached for both
	absent = path_of(user, WRONG[what](ABSENT))
	assert absent[0] and absent[1]
	assert path_of(user, WRONG[what](there)) == absent
	assert path_of(user, WRONG[what](anonymised)) == absent


def test_the_right_key_on_another_case_goes_that_way_too():
	one, other = file_as_guest(), file_as_guest()
	crossed = partial(api.track, reference=one["reference"], key=other["key"])
	absent = partial(api.track, reference=ABSENT, key=other["key"])
	path_of("Guest", absent)
	assert path_of("Guest", crossed) == path_of("Guest", absent)


def test_what_is_read_for_a_wrong_key_does_not_grow_with_the_case():
	from cms_iso10002.portal import reading

	long_fields = ("Text Editor", "Text", "Small Text", "Long Text", "Code", "HTML Editor")
	meta = frappe.get_meta("Complaint")
	assert [
		name
		for name in reading.FIELDS
		if meta.has_field(name) and meta.get_field(name).fieldtype in long_fields
	] == []
	case = file_as_guest()
	assert access.find(case["reference"], case["key"]).doc.description
	assert keys.holder(case["key"], reading.row(case["reference"]).tracking_key_hash)

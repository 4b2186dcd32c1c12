"""Who gets how far, by which door: one table for the API and the pages alike.

Each role meets its own case, one that is shared with its company, and a confidential one; each by every door.
"""

from __future__ import annotations

from functools import partial

import frappe
import pytest

from cms_iso10002.portal import api, keys, pages
from tests.site.factories import as_user, edit, make_complaint, make_user
from tests.site.portal_factories import PNG, guest, make_portal_user, start_counting_anew
from tests.site.test_portal_pages import opened

ACTS, LOOKS, ARRIVES, NOTHING = "acts", "looks", "learns that it arrived", "nothing"
KINDS = ("own", "shared", "confidential")
"""How the case is kept: for its complainant, for the colleagues too, or hidden from most of the organisation."""
TABLE = {
	"guest": (NOTHING, NOTHING, NOTHING),
	"guest with key": (ACTS, ACTS, ACTS),
	"guest with code": (ACTS, ACTS, ACTS),
	"guest with another's key": (NOTHING, NOTHING, NOTHING),
	"complainant": (ACTS, ACTS, ACTS),
	"representative": (ACTS, ACTS, ACTS),
	"unverified representative": (ARRIVES, ARRIVES, ARRIVES),
	"representative whose time is over": (ARRIVES, ARRIVES, ARRIVES),
	"colleague": (NOTHING, LOOKS, NOTHING),
	"other customer": (NOTHING, NOTHING, NOTHING),
	"user of nobody": (NOTHING, NOTHING, NOTHING),
	"person concerned": (NOTHING, NOTHING, NOTHING),
	"agent": (NOTHING, NOTHING, NOTHING),
	"manager": (NOTHING, NOTHING, NOTHING),
}
"""How far each role gets in the portal; who works on complaints does so in the desk."""
DONE, WRONG, REFUSED, ABSENT = "done", "said at the field", "refused", "as if it were not there"
DOORS = {
	#                  acts    looks    learns   nothing
	"track": (DONE, DONE, DONE, ABSENT),
	"add_message": (DONE, REFUSED, DONE, ABSENT),
	"upload": (DONE, REFUSED, DONE, ABSENT),
	"respond_to_decision": (WRONG, REFUSED, REFUSED, ABSENT),  # there is no decision yet
	"request_review": (WRONG, REFUSED, REFUSED, ABSENT),
	"give_feedback": (WRONG, REFUSED, REFUSED, ABSENT),  # nor is it closed
	"download": (ABSENT, ABSENT, ABSENT, ABSENT),  # a file that is not the case's
	"withdraw": (DONE, REFUSED, REFUSED, ABSENT),
}
GIVEN = {
	"add_message": {"text": "Hello"},
	"respond_to_decision": {"answer": "Accepted"},
	"give_feedback": {"overall": 3},
	"download": {"file": "nothing"},
	"withdraw": {"words": "Enough"},
}
ON_PAGE = {
	"track": {"do": "look"},
	"add_message": {"do": "message", "text": "Hello"},
	"upload": {"do": "upload"},
	"respond_to_decision": {"do": "respond", "answer": "Accepted"},
	"request_review": {"do": "request_review"},
	"give_feedback": {"do": "rate", "overall": "3"},
	"withdraw": {"do": "withdraw", "words": "Enough"},
}
LEVELS = (ACTS, LOOKS, ARRIVES, NOTHING)
CELLS = [(role, kind, levels[KINDS.index(kind)]) for role, levels in TABLE.items() for kind in KINDS]


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def cast(role: str, kind: str) -> tuple[str, dict[str, str]]:
	"""The user who plays a role in a case of a kind, and what they know of the case."""
	owner = make_portal_user("matrixowner", "Muster GmbH")
	lawyer = make_portal_user("matrixlawyer")
	concerned = make_portal_user("matrixconcerned", "Muster GmbH")
	users = {
		"complainant": lambda: owner,
		"representative": lambda: lawyer,
		"unverified representative": lambda: lawyer,
		"representative whose time is over": lambda: lawyer,
		"colleague": lambda: make_portal_user("matrixcolleague", "Muster GmbH"),
		"other customer": lambda: make_portal_user("matrixother", "Andere AG"),
		"user of nobody": lambda: make_portal_user("matrixnobody"),
		"person concerned": lambda: concerned,
		"agent": lambda: make_user("agent2"),
		"manager": lambda: make_user("manager"),
	}
	verified = {"representative_verified_by": make_user("agent"), "representative_authority": "Accept"}
	verified["representative_proof_notes"] = "Power of attorney seen"
	if role == "unverified representative":
		verified = {}
	if role == "representative whose time is over":
		verified["representative_valid_until"] = "2020-01-01"
	case = make_complaint(
		channel="Portal",
		customer="Muster GmbH",
		complainant_email=owner,
		share_with_company=int(kind != "own"),
		representative_name="Rita Recht" if "representative" in role else None,
		representative_email=lawyer if "representative" in role else None,
		conflict_check="Names Recorded",
		persons_concerned=[{"user": concerned}],
		**(verified if "representative" in role else {}),
	)
	if kind == "confidential":
		edit(case, confidentiality="Confidential")
	key, hashed = keys.new()
	frappe.db.set_value("Complaint", case.name, "tracking_key_hash", hashed, update_modified=False)
	known = {"reference": case.name}
	if role == "guest with key":
		known["key"] = key
	if role == "guest with code":
		known["code"] = keys.action_code(case.name)
	if role == "guest with another's key":
		known["key"] = keys.new()[0]
	return users.get(role, lambda: "Guest")(), known


def by_api(user: str, known: dict[str, str], door: str) -> str:
	files = [("proof.png", PNG)] if door == "upload" else ()
	try:
		answer = guest(getattr(api, door), user=user, files=files, **known, **GIVEN.get(door, {}))
	except frappe.DoesNotExistError:
		return ABSENT
	except frappe.PermissionError:
		return REFUSED
	return WRONG if isinstance(answer, dict) and "errors" in answer else DONE


def by_page(user: str, known: dict[str, str], door: str) -> str:
	"""What the tracking page does with the form of a door."""
	files = [("proof.png", PNG)] if door == "upload" else ()
	frappe.db.commit()  # what a page does wrong it rolls back whole
	context = opened(pages.track, user=user, files=files, **known, **ON_PAGE[door])
	said = " ".join(context.errors.values())
	if not context.errors:
		return DONE
	if "We find no complaint" in said:
		assert context.complaint is None
		return ABSENT
	return REFUSED if "proven authority" in said else WRONG


@pytest.mark.parametrize("role, kind, level", CELLS)
def test_the_table_by_the_api(role, kind, level):
	user, known = cast(role, kind)
	found = {door: by_api(user, known, door) for door in DOORS}
	assert found == {door: expected[LEVELS.index(level)] for door, expected in DOORS.items()}


@pytest.mark.parametrize("role, kind, level", CELLS)
def test_the_table_by_the_pages(role, kind, level):
	user, known = cast(role, kind)
	found = {door: by_page(user, known, door) for door in ON_PAGE}
	assert found == {door: DOORS[door][LEVELS.index(level)] for door in ON_PAGE}


@pytest.mark.parametrize("role, kind, level", [cell for cell in CELLS if not cell[0].startswith("guest")])
def test_the_list_and_the_link_show_the_same(role, kind, level):
	user, known = cast(role, kind)
	listed = guest(api.list_complaints, user=user)["complaints"]
	assert [row["reference"] for row in listed] == ([known["reference"]] if level != NOTHING else [])
	page = opened(pages.complaints, user=user, method="GET")
	assert page.complaints == listed
	shown = opened(pages.track, user=user, method="GET", **known).complaint
	assert bool(shown) == (level != NOTHING)
	if shown:
		withheld = level == ARRIVES
		assert shown["withheld"] is withheld and bool(shown["subject"]) is not withheld
		assert bool(listed[0]["subject"]) is not withheld
		assert (shown["actions"] == []) == (level == LOOKS)


def test_no_role_of_the_portal_reads_the_records_themselves():
	for role, kind, _level in CELLS:
		if role in ("agent", "manager"):
			continue
		user, known = cast(role, kind)
		read = partial(frappe.has_permission, "Complaint", "read", known["reference"])
		assert not as_user(user, read), role

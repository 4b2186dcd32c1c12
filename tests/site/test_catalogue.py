"""The catalogue on a site: what comes with the app stays the app's, what users say about it and add stays theirs."""

import json
from pathlib import Path

import frappe
import pytest
from frappe.client import set_value
from frappe.core.doctype.data_import.data_import import import_doc
from frappe.desk.query_report import run
from frappe.utils.fixtures import export_fixtures, sync_fixtures

from cms_iso10002.iso_10002 import shipped
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.setup import names, seed
from tests.site.factories import as_user, make_user

CLAUSE, QUESTION = "ISO 10002 Clause", "ISO 10002 Question"


def migrate() -> None:
	"""What a migrate does to the catalogue, in its order."""
	sync_fixtures(names.APP)
	seed.make()


def own_row(**values):
	return frappe.get_doc(
		{
			"doctype": CLAUSE,
			"title": "Complaints at Our Fairs",
			"clause_group": "Operation",
			"expected": "Complaints at the stand are taken down at once.",
			**values,
		}
	).insert()


def own_question(clause: str, **values):
	return frappe.get_doc(
		{"doctype": QUESTION, "clause": clause, "question": "Is there a pad at every stand?", **values}
	).insert()


def attach(clause: str) -> str:
	return (
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "procedure.txt",
				"content": "How we acknowledge",
				"is_private": 1,
				"attached_to_doctype": CLAUSE,
				"attached_to_name": clause,
			}
		)
		.insert()
		.name
	)


# What comes with the app. ------------------------------------------------------------------------------------


def test_every_row_is_there_as_it_was_written():
	for row in shipped.clauses():
		doc = frappe.get_doc(CLAUSE, row["slug"])
		for field, value in row.items():
			if field not in ("modified", "doctype"):
				assert (doc.get(field) or None) == (value or None), (doc.name, field)
		assert (doc.annex_letter or None) == shipped.LETTERS.get(doc.name)
		assert not doc.disabled
	assert frappe.db.count(CLAUSE, {"is_standard": 1}) == len(shipped.clauses())


def test_they_come_in_the_order_of_the_standard():
	meta = frappe.get_meta(CLAUSE)
	order = f"{meta.sort_field} {meta.sort_order.lower()}"
	listed = frappe.get_list(CLAUSE, pluck="name", order_by=order, limit_page_length=0)
	assert listed == [row["slug"] for row in shipped.clauses()]


def test_a_user_sees_which_questions_come_with_the_app():
	assert frappe.get_doc(QUESTION, "acknowledgement-1").is_standard
	mine = own_question("acknowledgement")
	assert not mine.is_standard
	mine.is_standard = 1
	mine.save()
	assert not mine.reload().is_standard


@pytest.mark.parametrize(
	("field", "value"),
	[
		("title", "Another title"),
		("expected", "Something else"),
		("number_2018", "7.99"),
		("sort_order", 1),
		("is_computed", 0),
		("slug", "another"),
		("parent_clause", "receipt"),
		("feature", ""),
	],
)
def test_a_standard_row_refuses_what_an_update_would_undo(field, value):
	doc = frappe.get_doc(CLAUSE, "acknowledgement")
	doc.set(field, value)
	with pytest.raises(frappe.ValidationError, match=r"comes with the app|cannot be changed"):
		doc.save()
	with pytest.raises(frappe.ValidationError, match=r"comes with the app|cannot be changed"):
		set_value(CLAUSE, "acknowledgement", field, value)


def test_calling_a_standard_row_ones_own_opens_nothing():
	doc = frappe.get_doc(CLAUSE, "acknowledgement")
	doc.update({"is_standard": 0, "title": "Another title"})
	with pytest.raises(frappe.ValidationError, match="comes with the app"):
		doc.save()
	doc.reload().is_standard = 0
	doc.save()
	assert doc.reload().is_standard


def test_a_standard_row_is_disabled_rather_than_deleted():
	with pytest.raises(frappe.ValidationError, match="disable it"):
		frappe.delete_doc(CLAUSE, "charges")
	doc = frappe.get_doc(CLAUSE, "charges")
	doc.disabled = 1
	doc.save()


# Migrating. --------------------------------------------------------------------------------------------------


def test_what_users_said_about_a_standard_row_survives_two_migrates():
	letter = frappe.get_doc(CLAUSE, "continual-monitoring")
	letter.annex_letter = "I"
	letter.save()
	emptied = frappe.get_doc(CLAUSE, "small-business")
	emptied.annex_letter = ""
	emptied.save()
	off = frappe.get_doc(CLAUSE, "charges")
	off.disabled = 1
	off.save()
	file = attach("acknowledgement")
	for _time in range(2):
		migrate()
		assert frappe.db.get_value(CLAUSE, "continual-monitoring", "annex_letter") == "I"
		assert not frappe.db.get_value(CLAUSE, "small-business", "annex_letter")
		assert frappe.db.get_value(CLAUSE, "complainant-form", "annex_letter") == "C"
		assert frappe.db.get_value(CLAUSE, "charges", "disabled") == 1
		assert frappe.db.get_value("File", file, "attached_to_name") == "acknowledgement"
		assert frappe.get_doc("File", file).get_content() == "How we acknowledge"


def test_what_nobody_may_change_is_put_right_by_a_migrate():
	frappe.db.set_value(CLAUSE, "acknowledgement", {"title": "Quite something else", "is_standard": 0})
	frappe.db.set_value(CLAUSE, "acknowledgement", "is_standard", 1)
	frappe.db.delete(CLAUSE, {"name": "closing"})
	migrate()
	assert frappe.db.get_value(CLAUSE, "acknowledgement", "title") == "Acknowledgement"
	assert frappe.db.exists(CLAUSE, "closing")


def test_own_rows_and_questions_survive_two_migrates():
	row = own_row(records="Complaint", number_2018="7.2 a")
	mine = own_question(row.name)
	more = own_question("receipt", question="Do we hear it at fairs, too?")
	edited = frappe.get_doc(QUESTION, "receipt-1")
	edited.update({"question": "Do we write it down, all of us?", "guidance": ""})
	edited.save()
	off = frappe.get_doc(QUESTION, "receipt-2")
	off.disabled = 1
	off.save()
	frappe.delete_doc(QUESTION, "closing-2")
	before = {name: frappe.get_doc(*name).as_dict() for name in ((CLAUSE, row.name), (QUESTION, mine.name))}
	for _time in range(2):
		migrate()
		for name, values in before.items():
			assert frappe.get_doc(*name).as_dict() == values
		assert frappe.db.exists(QUESTION, more.name)
		assert edited.reload().question == "Do we write it down, all of us?" and not edited.guidance
		assert off.reload().disabled
		assert not frappe.db.exists(QUESTION, "closing-2")


def test_an_own_row_makes_way_for_a_new_one_of_that_name():
	"""A later version ships a clause under a name that an organisation has used already."""
	frappe.db.delete(QUESTION, {"clause": "charges"})
	frappe.db.delete(CLAUSE, {"name": "charges"})
	row = own_row(slug="fairs", title="What It Costs to Complain")
	question = own_question(row.name)
	# as if it had been made before we shipped one
	frappe.rename_doc(CLAUSE, "fairs", "charges", force=True)
	frappe.db.set_value(CLAUSE, "charges", "is_standard", 0)
	migrate()
	assert frappe.db.get_value(CLAUSE, "charges", ["title", "is_standard"]) == ("Charges", 1)
	kept = frappe.get_doc(CLAUSE, "own-charges")
	assert (kept.title, kept.slug, kept.is_standard) == ("What It Costs to Complain", "own-charges", 0)
	assert question.reload().clause == "own-charges"
	migrate()
	assert frappe.db.exists(CLAUSE, "own-charges")


def test_an_own_row_stays_ones_own_though_its_name_is_shipped_by_now(monkeypatch):
	"""Saved between the update of the code and the migrate."""
	row = own_row()
	monkeypatch.setattr(shipped, "slugs", lambda: frozenset({row.name}))
	row.title = "Complaints at our fairs and markets"
	row.save()
	assert not row.reload().is_standard


def test_rows_in_a_fixture_of_another_app_are_not_ours_and_keep_their_names(tmp_path):
	fixture = tmp_path / "iso_10002_clause.json"
	row = own_row(slug="cost-of-fairs").as_dict()
	fixture.write_text(frappe.as_json([{**row, "title": "As the other app has it", "is_standard": 1}]))
	before = frappe.flags.in_fixtures
	frappe.flags.in_fixtures = True
	try:
		for _time in range(2):
			import_doc(str(fixture))
	finally:
		frappe.flags.in_fixtures = before
	found = frappe.get_all(
		CLAUSE, {"is_standard": 0}, ["name", "title", "is_standard"], order_by="name", as_list=True
	)
	assert found == (("cost-of-fairs", "As the other app has it", 0),)


def test_questions_wait_for_their_clauses():
	"""On a new site Frappe calls `after_install` before it writes fixtures."""
	frappe.db.delete(QUESTION)
	frappe.db.delete(CLAUSE)
	frappe.db.delete("DefaultValue", {"parent": "__cms_iso10002", "defkey": QUESTION})
	seed.make()
	assert not frappe.db.count(QUESTION)
	migrate()
	assert frappe.db.count(QUESTION) == len(shipped.questions())


def test_the_fixture_holds_what_frappe_would_export(monkeypatch, tmp_path):
	own_row()
	get_app_path = frappe.get_app_path
	monkeypatch.setattr(
		frappe,
		"get_app_path",
		lambda app, *parts: (
			str(tmp_path.joinpath(*parts[1:])) if parts[:1] == ("fixtures",) else get_app_path(app, *parts)
		),
	)
	export_fixtures(names.APP)
	exported = json.loads((tmp_path / "iso_10002_clause.json").read_text(encoding="utf-8"))
	assert {row["name"] for row in exported} == set(shipped.slugs())
	fields = set(shipped.clauses()[0])
	assert fields <= set(exported[0])
	assert set(exported[0]) - fields <= {"annex_letter", "disabled"}


# Rows of one's own. ------------------------------------------------------------------------------------------


def test_an_own_row_is_named_after_its_title_and_stands_at_the_end_of_its_group():
	row, again = own_row(), own_row()
	assert (row.name, again.name) == ("own-complaints-at-our-fairs", "own-complaints-at-our-fairs-2")
	last = max(one["sort_order"] for one in shipped.clauses() if one["clause_group"] == "Operation")
	assert (row.sort_order, again.sort_order) == (last + 1, last + 2)
	assert not row.is_standard and row.in_2018 and row.in_2004
	assert own_row(title="苦情").name == "own-row"
	question, more = own_question(row.name), own_question(row.name)
	assert (question.name, more.name) == (
		"own-complaints-at-our-fairs-1",
		"own-complaints-at-our-fairs-2",
	)
	assert question.sort_order == row.sort_order + 1
	frappe.delete_doc(QUESTION, question.name)
	frappe.delete_doc(QUESTION, more.name)
	frappe.delete_doc(CLAUSE, row.name)


def test_a_copy_of_a_standard_row_is_an_own_one():
	copy = frappe.copy_doc(frappe.get_doc(CLAUSE, "acknowledgement"), ignore_no_copy=False)
	copy.insert()
	assert copy.name == "own-acknowledgement" and not copy.is_standard
	copy.title = "Acknowledging at fairs"
	copy.save()


def test_an_own_row_has_computed_evidence_when_another_app_computes_some(monkeypatch):
	row = own_row(is_computed=1)
	assert not row.is_computed
	monkeypatch.setattr(registry, "figures", lambda slug: [len] if slug == row.name else [])
	row.save()
	assert row.is_computed


@pytest.mark.parametrize("slug", ["Own Row", "own_row", "own--row", "-own", "own/../row", "<b>own</b>"])
def test_a_short_name_is_short_and_plain(slug):
	with pytest.raises((frappe.ValidationError, frappe.NameError)):
		own_row(slug=slug)


def test_a_row_does_not_belong_to_itself():
	one = own_row()
	other = own_row(parent_clause=one.name)
	for parent in (one.name, other.name):
		one.reload().parent_clause = parent
		with pytest.raises(frappe.ValidationError, match="belong to itself"):
			one.save()


def test_a_row_with_questions_is_not_deleted():
	row = own_row()
	own_question(row.name)
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc(CLAUSE, row.name)


def test_a_question_needs_words_and_a_clause():
	for values in ({"question": ""}, {"question": "  "}):
		with pytest.raises(frappe.ValidationError):
			own_question("receipt", **values)
	for clause in (None, "no-such-clause"):
		with pytest.raises(frappe.ValidationError):
			own_question(clause)


def test_managers_edit_and_the_others_read():
	row = own_row()
	for name, may_write in (("manager", 1), ("boss", 1), ("auditor", 0), ("agent", 0), ("investigator", 0)):

		def look(may_write=may_write):
			for doctype in (CLAUSE, QUESTION):
				assert frappe.has_permission(doctype, "read")
				for right in ("create", "write", "delete"):
					assert bool(frappe.has_permission(doctype, right)) is bool(may_write), (doctype, right)
			assert frappe.get_list(CLAUSE, filters={"name": row.name})

		as_user(make_user(name, "System Manager"), look)


# The report. -------------------------------------------------------------------------------------------------


def report(**filters):
	return run("ISO 10002 Coverage", filters=filters, ignore_prepared_report=True)


def test_the_report_shows_each_clause_with_what_serves_it():
	row = own_row(feature="A pad at every stand", records="Complaint")
	letter = frappe.get_doc(CLAUSE, "audit")
	letter.annex_letter = "I"
	letter.save()
	found = {line["clause"]: line for line in report()["result"]}
	assert len(found) == len(shipped.clauses()) + 1
	assert found[row.name]["feature"] == "A pad at every stand"
	line = found["acknowledgement"]
	assert (line["number_2018"], line["number_2004"]) == ("7.4", "7.4")
	assert line["record_links"] == [["DocType", name, name] for name in ("Complaint", "Complaint Letter")]
	assert "tests/site/test_correspondence.py::test_spoken_counts_with_who_and_when" in line["proof"]
	assert found["information-integrity"]["number_2004"] == ""
	assert found["audit"]["number_2018"] == "Annex I"
	assert found["responses"]["number_2018"] == "Annex"


def test_the_report_names_the_figures_of_the_registry(monkeypatch):
	def one(period, company):
		return None

	one.figure = "on_time"
	monkeypatch.setattr(registry, "figures", lambda slug: [one] if slug == "acknowledgement" else [])
	found = {line["clause"]: line["figures"] for line in report()["result"]}
	assert found.pop("acknowledgement") == "On Time"
	assert set(found.values()) == {""}


@pytest.mark.parametrize(
	("filters", "some", "none"),
	[
		({"edition": "2018"}, "timeliness", None),
		({"edition": "2014"}, "acknowledgement", "timeliness"),
		({"edition": "2004"}, "complainant-form", "context"),
		({"clause_group": "Annexes"}, "audit", "auditing"),
		({"kind": "Computed"}, "auditing", "charges"),
		({"kind": "Matter of People"}, "resources", "auditing"),
		({"disabled": 1}, "responses", None),
		({}, "auditing", "responses"),
	],
)
def test_the_report_is_filtered(filters, some, none):
	off = frappe.get_doc(CLAUSE, "responses")
	off.disabled = 1
	off.save()
	found = {line["clause"] for line in report(**filters)["result"]}
	assert some in found and none not in found


@pytest.mark.parametrize("filters", [{"edition": "2030"}, {"kind": "Whatever"}])
def test_the_report_refuses_filters_that_make_no_sense(filters):
	with pytest.raises(frappe.ValidationError, match="is one of"):
		report(**filters)


def test_the_report_of_nothing():
	found = report(kind="Own Rows")
	assert found["result"] == [] and not found["report_summary"]


def test_who_may_run_the_report():
	for name in ("manager", "auditor", "boss"):
		assert as_user(make_user(name), report)["result"]
	for name in ("agent", "investigator"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(name), report)


# The workspace. ----------------------------------------------------------------------------------------------


def workspace():
	path = Path(frappe.get_app_path(names.APP, "iso_10002", "workspace", "iso_10002", "iso_10002.json"))
	return frappe.get_doc("Workspace", "ISO 10002"), json.loads(path.read_text())


def test_the_workspace_is_made_of_its_parts():
	stored, page = workspace()
	assert stored.public and stored.module == "ISO 10002"
	known = {
		"shortcut": {shortcut.label for shortcut in stored.shortcuts},
		"card": {link.label for link in stored.links if link.type == "Card Break"},
	}
	shown = {kind: set() for kind in known}
	for block in json.loads(page["content"]):
		if block["type"] in shown:
			shown[block["type"]].add(block["data"][f"{block['type']}_name"])
	assert shown == known


def test_the_workspace_leads_to_every_record_of_the_module():
	stored, _page = workspace()
	linked = {link.link_to for link in stored.links if link.link_type == "DocType"}
	ours = frappe.get_all(
		"DocType", filters={"module": "ISO 10002", "istable": 0, "issingle": 0}, pluck="name", order_by="name"
	)
	assert set(ours) <= linked


@pytest.mark.parametrize(
	("name", "gets_it"), [("manager", True), ("auditor", True), ("agent", False), ("investigator", False)]
)
def test_who_gets_the_workspace(name, gets_it):
	from frappe.desk.desktop import get_workspace_sidebar_items

	pages = as_user(make_user(name), get_workspace_sidebar_items)["pages"]
	assert ("ISO 10002" in {page["name"] for page in pages}) is gets_it


# Whole only once every part of the module is there: its doctypes, and the figures of the evidence. ---------------


def test_the_workspace_shows_what_exists():
	stored, _page = workspace()
	links = {(link.link_type, link.link_to) for link in stored.links if link.type == "Link"}
	links |= {(shortcut.type, shortcut.link_to) for shortcut in stored.shortcuts}
	assert not {link for link in links if not frappe.db.exists(*link)}


def test_every_row_marked_as_computed_has_a_figure():
	computed = frappe.get_all(CLAUSE, filters={"is_computed": 1}, pluck="name", order_by="sort_order")
	assert computed
	assert not [slug for slug in computed if not registry.figures(slug)]


def test_every_figure_belongs_to_a_row_marked_as_computed():
	computed = frappe.get_all(CLAUSE, filters={"is_computed": 1}, pluck="name", order_by="sort_order")
	assert not set(registry.clauses()) - set(computed)


# For real: a site of its own. ----------------------------------------------------------------------------------


@pytest.mark.real_commit
def test_installed_on_a_new_site(spare_site):
	done = spare_site.frappe("install-app", names.APP)
	assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
	spare_site.run("from tests.site import test_catalogue as t; t.use_it(); t.migrate(); t.migrate()")
	said = spare_site.run("from tests.site import test_catalogue as t; t.print_state()")
	assert json.loads(said.splitlines()[-1]) == {
		"clauses": len(shipped.clauses()) + 1,
		"questions": len(shipped.questions()) + 1,
		"letter": "H",
		"edited": "As we ask it",
		"own": 1,
	}


def use_it() -> None:
	row = own_row()
	own_question(row.name)
	annex = frappe.get_doc(CLAUSE, "continual-monitoring")
	annex.annex_letter = "H"
	annex.save()
	edited = frappe.get_doc(QUESTION, "receipt-1")
	edited.question = "As we ask it"
	edited.save()


def print_state() -> None:
	print(
		json.dumps(
			{
				"clauses": frappe.db.count(CLAUSE),
				"questions": frappe.db.count(QUESTION),
				"letter": frappe.db.get_value(CLAUSE, "continual-monitoring", "annex_letter"),
				"edited": frappe.db.get_value(QUESTION, "receipt-1", "question"),
				"own": frappe.db.count(CLAUSE, {"name": "own-complaints-at-our-fairs", "is_standard": 0}),
			}
		)
	)

"""Uninstalling leaves the site as it was: every table has the rows it had, every column, every file.

Three lives on a spare site: one without the app, one with it and with traces of its records in every table that can
hold one, one after it has left.
"""

import json
from typing import Any

import frappe
import pytest
from frappe.model.naming import is_autoincremented
from frappe.query_builder.functions import Count
from pypika import Table

from cms_iso10002 import uninstall
from cms_iso10002.setup import names

# Link fields to a doctype, in Frappe's own tables, that `uninstall` need not look at.
NO_TRACE = {
	("DocType Link", "parent_doctype"): "a row of ours goes with our doctype",
	("Email Account", "append_to"): "emptied",
	("IMAP Folder", "append_to"): "emptied",
	("File", "attached_to_doctype"): "taken off the disk one by one",
	("Dashboard Chart", "parent_document_type"): "goes by its document_type",
	("Number Card", "parent_document_type"): "goes by its document_type",
	("Desktop Icon", "_doctype"): "made from a module, and goes with it",
	("Scheduler Event", "scheduled_against"): "a server script's, and goes with that",
	("User Type", "apply_user_permission_on"): "names who a user is, such as Employee",
	("Workspace Link", "report_ref_doctype"): "goes by link_to",
	("Workspace Shortcut", "report_ref_doctype"): "goes by link_to",
}

# Where Frappe itself keeps which apps came and went.
HISTORY = {"tabInstalled Application", "tabVersion"}


def test_every_trace_frappe_can_keep_of_a_record_is_known():
	"""A Frappe that gains a table about records fails here, not on somebody's site."""
	singles = set(frappe.get_all("DocType", filters={"issingle": 1}, pluck="name", order_by="name"))
	frappes = frappe.get_all("Module Def", filters={"app_name": "frappe"}, pluck="name", order_by="name")
	tables = frappe.get_all("DocType", filters={"module": ("in", frappes)}, pluck="name", order_by="name")
	fields = frappe.get_all(
		"DocField",
		filters={"fieldtype": "Link", "options": "DocType", "parent": ("in", tables)},
		fields=["parent", "fieldname"],
		order_by="parent",
	)
	known = {*uninstall.ABOUT_OURS, *uninstall.ROWS_ABOUT_OURS, *NO_TRACE}
	unknown = {(f.parent, f.fieldname) for f in fields if f.parent not in singles} - known
	assert unknown == set()


def test_a_naming_series_is_recognised_by_what_it_counts():
	pattern = uninstall._series_pattern
	assert pattern("CMP-.YYYY.-.#####") == r"^CMP\-\d{4}\-$"
	assert pattern("CSP-.#####") == r"^CSP\-$"
	assert pattern("BESCHWERDE-.YY.MM.-.#####") == r"^BESCHWERDE\-\d{2}\d{2}\-$"
	assert {
		pattern(key)
		for key in ("hash", "field:title", "format:CSP-{#####}", "naming_series:", ".#####", "Prompt", "")
	} == {""}


def test_a_naming_series_users_added_is_ours_too():
	frappe.make_property_setter(
		{
			"doctype": "Complaint",
			"fieldname": "naming_series",
			"property": "options",
			"value": "CMP-.YYYY.-.#####\nBESCHW-",
		}
	)
	frappe.clear_cache(doctype="Complaint")
	assert {r"^CMP\-\d{4}\-$", r"^BESCHW\-$"} <= set(uninstall._our_series())


@pytest.mark.real_commit
def test_a_site_is_as_it_was(spare_site):
	made_before(spare_site)
	before = survey(spare_site)
	installed(spare_site)
	spare_site.run("from tests.site import test_uninstall as t; t.leave_traces()")
	attached = files(spare_site)
	assert len(attached) > len(before["files"])

	done = spare_site.frappe("uninstall-app", names.APP, "--yes", "--no-backup", "--dry-run")
	assert done.returncode == 0, done.stderr
	assert files(spare_site) == attached, "a dry run has deleted something"
	assert survey(spare_site)["rows"]["tabComplaint"] > 0

	uninstalled(spare_site)
	after = survey(spare_site)
	rows = {
		table: (before["rows"].get(table), after["rows"].get(table))
		for table in before["rows"].keys() | after["rows"].keys()
		if before["rows"].get(table) != after["rows"].get(table) and table not in HISTORY
	}
	assert not rows, f"rows before and after: {rows}"
	assert after["columns"] == before["columns"]
	assert after["series"] == before["series"]
	assert after["files"] == before["files"]


@pytest.mark.real_commit
def test_what_others_use_by_now_is_kept(spare_site):
	before = named_as_ours(spare_site)
	installed(spare_site)
	spare_site.run("from tests.site import test_uninstall as t; t.use_what_we_made()")
	uninstalled(spare_site)
	kept = named_as_ours(spare_site)
	assert {doctype: set(kept[doctype]) - set(before[doctype]) for doctype in kept} == {
		"Role": {"Complaint Agent"},
		"Has Role": {"Complaint Agent"},
		"Workflow": {"Issue Handling"},
		"Workflow State": {"Closed", "Received"},
		"Workflow Action Master": {"Close"},
	}

	# And it comes back to a site it has left.
	installed(spare_site)
	uninstalled(spare_site)


# Driving the spare site.


def installed(site) -> None:
	done = site.frappe("install-app", names.APP)
	assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def uninstalled(site) -> None:
	done = site.frappe("uninstall-app", names.APP, "--yes", "--no-backup")
	assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def made_before(site) -> None:
	"""The site has records of its own with names such as ours."""
	site.run("from tests.site import test_uninstall as t; t.make_namesakes()")


def survey(site) -> dict[str, Any]:
	found = json.loads(
		site.run("from tests.site import test_uninstall as t; t.print_survey()").splitlines()[-1]
	)
	return {**found, "files": files(site)}


def named_as_ours(site) -> dict[str, list[str]]:
	said = site.run("from tests.site import test_uninstall as t; t.print_named_as_ours()")
	return json.loads(said.splitlines()[-1])


def files(site) -> set[str]:
	folder = site.runtime.sites / site.name
	kept = [folder / "public/files", folder / "private/files"]
	return {str(path.relative_to(folder)) for root in kept for path in root.rglob("*") if path.is_file()}


# What runs on the spare site.


def print_survey() -> None:
	column = frappe.qb.Schema("information_schema").columns
	columns = (
		frappe.qb.from_(column)
		.select(column.table_name, column.column_name)
		.where(column.table_schema == frappe.conf.db_name)
		.run()
	)
	rows = {
		table: frappe.qb.from_(Table(table)).select(Count("*")).run()[0][0]
		for table in {table for table, _column in columns}
	}
	series = frappe.qb.from_(Table("tabSeries")).select("name").run(pluck=True)
	found = {"rows": rows, "columns": sorted(map(list, columns)), "series": sorted(series)}
	print(json.dumps(found))


def make_namesakes() -> None:
	frappe.get_doc({"doctype": "Role", "role_name": "Complaint Auditor", "desk_access": 1}).insert()
	frappe.get_doc({"doctype": "Workflow State", "workflow_state_name": "Closed", "style": "Danger"}).insert()
	frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": "Close"}).insert()
	# A site counts in the series "" as soon as anything has a name by format:, be it ours or ERPNext's.
	frappe.qb.into(Table("tabSeries")).columns("name", "current").insert("", 1).run()


def leave_traces() -> None:
	"""A complaint with all that gathers around one, and a trace in every table that can hold one."""
	complaint = make_complaint()
	for doctype, field in (*uninstall.ABOUT_OURS, *uninstall.ROWS_ABOUT_OURS):
		if frappe.db.table_exists(doctype):
			make_trace(doctype, field, complaint)
	for name in ("Complaint Agent", "Complaint Manager"):
		frappe.get_doc("User", "Administrator").add_roles(name)
	mail = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"subject": "About your complaint",
			"content": "We are on it.",
			"reference_doctype": "Complaint",
			"reference_name": complaint,
		}
	)
	mail.db_insert()
	make_file("letter.txt", "Dear customer", "Communication", mail.name)
	make_file("proof.txt", "A picture of the kettle", "Complaint", complaint)
	make_file("again.txt", "A picture of the kettle", "Complaint", complaint)
	frappe.get_doc(
		{"doctype": "Comment", "reference_doctype": "Communication", "reference_name": mail.name}
	).db_insert()
	frappe.get_doc({"doctype": "Email Queue", "communication": mail.name, "recipients": []}).db_insert()
	frappe.get_doc({"doctype": "Complaint Category", "category_name": "Gone"}).insert()
	frappe.delete_doc("Complaint Category", "Gone")
	template = frappe.get_doc(
		"Email Template", frappe.get_all("Email Template", pluck="name", order_by="creation desc")[0]
	)
	template.db_set("subject", "Changed by a user")


def make_complaint() -> str:
	complaint = frappe.new_doc("Complaint")
	complaint.update(
		{
			"subject": "Kettle leaks",
			"description": "Since the first day.",
			"channel": "Phone",
			"is_anonymous": 1,
		}
	)
	complaint.company = frappe.db.get_value("Company", {}, "name")
	complaint.insert()
	return complaint.name


def make_trace(doctype: str, field: str, complaint: str) -> None:
	"""A record of `doctype` whose `field` says Complaint, with a row in each of its tables; as bare as can be."""
	doc = frappe.new_doc(doctype)
	doc.set(field, "Complaint")
	if doc.meta.istable:
		doc.update({"parenttype": "User", "parent": "Administrator", "parentfield": "traces"})
	if field != "name" and not counts_itself(doc):
		doc.name = f"trace-{frappe.generate_hash(length=8)}"
	for table in doc.meta.get_table_fields():
		row = frappe.new_doc(table.options)
		if doc.name and not counts_itself(row):
			row.update({"parenttype": doctype, "parent": doc.name, "parentfield": table.fieldname})
			row.name = frappe.generate_hash(length=10)
			row.db_insert()
	doc.db_insert()


def counts_itself(doc) -> bool:
	return is_autoincremented(doc.doctype, doc.meta)


def make_file(name: str, content: str, doctype: str, attached_to: str) -> None:
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": name,
			"content": content,
			"is_private": 1,
			"attached_to_doctype": doctype,
			"attached_to_name": attached_to,
		}
	).insert()


def use_what_we_made() -> None:
	"""Others grant a role of ours something, give it to a user, and build a workflow of our states."""
	frappe.get_doc(
		{"doctype": "Custom DocPerm", "parent": "Issue", "role": "Complaint Agent", "read": 1}
	).insert()
	frappe.get_doc("User", "Administrator").add_roles("Complaint Agent", "Complaint Manager")
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": "Issue Handling",
			"document_type": "Issue",
			"workflow_state_field": "workflow_state",
			"is_active": 1,
			"states": [
				{"state": state, "doc_status": "0", "allow_edit": "Support Team"}
				for state in ("Received", "Closed")
			],
			"transitions": [
				{"state": "Received", "action": "Close", "next_state": "Closed", "allowed": "Support Team"}
			],
		}
	).insert()


def print_named_as_ours() -> None:
	from cms_iso10002.setup import roles, workflow

	states = [row["workflow_state_name"] for row in workflow.states()]
	actions = [row["workflow_action_name"] for row in workflow.actions()]
	print(
		json.dumps(
			{
				"Role": existing("Role", roles.ROLES),
				"Has Role": frappe.get_all(
					"Has Role",
					filters={"role": ("in", roles.ROLES), "parent": "Administrator"},
					pluck="role",
					order_by="role",
				),
				"Workflow": frappe.get_all("Workflow", pluck="name", order_by="name"),
				"Workflow State": existing("Workflow State", states),
				"Workflow Action Master": existing("Workflow Action Master", actions),
			}
		)
	)


def existing(doctype: str, wanted: Any) -> list[str]:
	return frappe.get_all(doctype, filters={"name": ("in", list(wanted))}, pluck="name", order_by="name")

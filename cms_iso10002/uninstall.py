"""What a site loses when this app leaves it, so that it is as it was before.

Frappe's `remove_app` deletes our modules with all that belongs to a module (custom fields, reports, print formats,
workspaces …) and drops our tables. Left behind would be: what other tables say about our records, our roles and
workflow, our e-mail templates, the columns of our custom fields, and a copy of everything deleted.

All of it goes in `after_uninstall`: Frappe calls both hooks on `bench uninstall-app --dry-run` too, and only
afterwards can the two be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import update_progress_bar

from cms_iso10002.erpnext_bridge import custom_fields, permissions
from cms_iso10002.setup import names, written

ABOUT_OURS = (
	("Access Log", "export_from"),
	("Activity Log", "link_doctype"),
	("Activity Log", "reference_doctype"),
	("Activity Log", "timeline_doctype"),
	("Assignment Rule", "document_type"),
	("Auto Repeat", "reference_doctype"),
	("Calendar View", "reference_doctype"),
	("Client Script", "dt"),
	("Comment", "reference_doctype"),
	("Communication", "reference_doctype"),
	("Custom DocPerm", "parent"),
	("Custom Field", "dt"),
	("Dashboard Chart", "document_type"),
	("Data Import", "reference_doctype"),
	("Discussion Topic", "reference_doctype"),
	("DocShare", "share_doctype"),
	("DocType Layout", "document_type"),
	("Document Follow", "ref_doctype"),
	("Document Naming Rule", "document_type"),
	("Document Share Key", "reference_doctype"),
	("Email Queue", "reference_doctype"),
	("Email Unsubscribe", "reference_doctype"),
	("Energy Point Log", "reference_doctype"),
	("Energy Point Rule", "reference_doctype"),
	("Error Log", "reference_doctype"),
	("Form Tour", "reference_doctype"),
	("Integration Request", "reference_doctype"),
	("Kanban Board", "reference_doctype"),
	("List Filter", "reference_doctype"),
	("List View Settings", "name"),
	("Milestone", "reference_type"),
	("Milestone Tracker", "document_type"),
	("Notification", "document_type"),
	("Notification Log", "document_type"),
	("Number Card", "document_type"),
	("Onboarding Step", "reference_document"),
	("Print Format", "doc_type"),
	("Print Format Field Template", "document_type"),
	("Property Setter", "doc_type"),
	("Reminder", "reminder_doctype"),
	("Report", "ref_doctype"),
	("Server Script", "reference_doctype"),
	("Submission Queue", "ref_doctype"),
	("Success Action", "ref_doctype"),
	("Tag Link", "document_type"),
	("ToDo", "reference_type"),
	("User Permission", "allow"),
	("User Permission", "applicable_for"),
	("Version", "ref_doctype"),
	("View Log", "reference_doctype"),
	("Web Form", "doc_type"),
	("Webhook", "webhook_doctype"),
	("Workflow", "document_type"),
	("Workflow Action", "reference_doctype"),
)
"""Records that are about a doctype of ours, by the field that names it: deleted with their tables."""

ABOUT_THOSE = (
	("Data Import Log", "data_import", "Data Import"),
	("Discussion Reply", "topic", "Discussion Topic"),
	("Webhook Request Log", "webhook", "Webhook"),
)
"""Records that are about one of those, by the field that names it: they go with it."""

ROWS_ABOUT_OURS = (
	("Amended Document Naming Settings", "document_type"),
	("Communication Link", "link_doctype"),
	("DocType Link", "link_doctype"),
	("Dynamic Link", "link_doctype"),
	("Event Participants", "reference_doctype"),
	("Global Search DocType", "document_type"),
	("Logs To Clear", "ref_doctype"),
	("Notification Subscribed Document", "document"),
	("Portal Menu Item", "reference_doctype"),
	("Session Default", "ref_doctype"),
	("Transaction Deletion Record Item", "doctype_name"),
	("User Document Type", "document_type"),
	("User Select Document Type", "document_type"),
	("Number Card Link", "card"),
	("Workspace Link", "link_to"),
	("Workspace Number Card", "number_card_name"),
	("Workspace Quick List", "document_type"),
	("Workspace Shortcut", "link_to"),
)
"""Rows in other people's documents that point to a doctype of ours: the row goes, the document stays."""

OUR_ROWS = ("Service Day",)
"""Child doctypes of other apps that ours use as tables."""

EMPTIED = (("Email Account", "append_to"), ("IMAP Folder", "append_to"))
"""Fields of other people's records that may name a doctype of ours: emptied."""

ABOUT_MAIL = (
	("Comment", "reference_doctype", "reference_name"),
	("Communication Link", "parenttype", "parent"),
	("Email Queue", None, "communication"),
	("Notification Log", "document_type", "document_name"),
	("Tag Link", "document_type", "document_name"),
	("ToDo", "reference_type", "reference_name"),
	("Version", "ref_doctype", "docname"),
	("View Log", "reference_doctype", "reference_name"),
)
"""What may point to a communication about one of our records: it goes with it."""

SYSTEM_TABLES = (("__Auth", "doctype"), ("__global_search", "doctype"), ("__UserSettings", "doctype"))


def before_uninstall() -> None:
	"""Notes what can no longer be seen once our doctypes are gone. Changes nothing: this may be a dry run."""
	frappe.flags.cms_iso10002_leaving = frappe._dict(columns=_our_columns(), series=_our_series())


def after_uninstall() -> None:
	"""Takes away what Frappe leaves behind. Does nothing after a dry run."""
	if _is_installed():
		return
	noted = frappe.flags.pop("cms_iso10002_leaving", None) or frappe._dict(columns=[], series=[])
	ours = names.doctypes()
	custom_fields.remove()
	permissions.remove()
	_remove_files(ours)
	_remove_mail(ours)
	_remove_references(ours)
	_remove_named_after_us(ours)
	_remove_made(ours)
	_remove_series(noted.series)
	_remove_copies(ours)
	written.forget()
	# Frappe has committed before it calls us and closes the connection after us.
	frappe.db.commit()
	_drop_columns(noted.columns)
	frappe.clear_cache()


def _is_installed() -> bool:
	"""Whether the app still is on the site, past every cache."""
	installed = frappe.db.get_value(
		"DefaultValue", {"parent": "__global", "defkey": "installed_apps"}, "defvalue"
	)
	return names.APP in frappe.parse_json(installed or "[]")


# What is noted before.


def _our_columns() -> list[tuple[str, str]]:
	rows = frappe.get_all(
		"Custom Field",
		filters={"module": ("in", names.modules())},
		fields=["dt", "fieldname"],
		order_by="name",
	)
	return [(row.dt, row.fieldname) for row in rows]


def _our_series() -> list[str]:
	"""Patterns of the names that count our records, with what users added to the naming series."""
	keys = set()
	for doctype in frappe.get_all(
		"DocType",
		filters={"module": ("in", names.modules()), "istable": 0, "issingle": 0},
		pluck="name",
		order_by="name",
	):
		meta = frappe.get_meta(doctype)
		keys.add(meta.autoname or "")
		if meta.has_field("naming_series"):
			options = (meta.get_options("naming_series") or "").split("\n")
			# Frappe counts at the end of a series that does not say where.
			keys.update(key if "#" in key else f"{key}.#####" for key in options)
	return sorted(filter(None, map(_series_pattern, keys)))


def _series_pattern(key: str) -> str:
	"""The pattern of the Series rows behind a naming series such as CMP-.YYYY.-.#####: ^CMP-\\d{4}-$.

	"" where there is none: a `format:` name counts in one Series row for the whole site, which is not ours.
	"""
	prefix, hashes, _rest = key.partition("#")
	if not hashes or ":" in key or not prefix.strip("."):
		return ""
	known = {"YYYY": r"\d{4}", "YY": r"\d{2}", "MM": r"\d{2}", "DD": r"\d{2}", "WW": r"\d{2}"}
	return "^{}$".format("".join(known.get(part) or re.escape(part) for part in prefix.split(".")))


# What is taken away after.


def _remove_files(ours: Sequence[str]) -> None:
	"""Deletes attachments of our records, and of the mail about them, from the disk too."""
	file, mail = DocType("File"), DocType("Communication")
	about_ours = frappe.qb.from_(mail).select(mail.name).where(mail.reference_doctype.isin(ours))
	attached = file.attached_to_doctype.isin(ours) | (
		(file.attached_to_doctype == "Communication") & file.attached_to_name.isin(about_ours)
	)
	found = frappe.qb.from_(file).select(file.name).where(attached).run(pluck=True)
	if not found:
		return
	# A File on its way out writes a comment on what it is attached to, which no longer exists.
	detached = frappe.qb.update(file).set(file.attached_to_doctype, None).set(file.attached_to_name, None)
	detached.where(attached).run()
	for done, name in enumerate(found, 1):
		# One by one: it takes its file off the disk unless another one still shares that.
		frappe.get_doc("File", name).run_method("on_trash")
		frappe.db.delete("File", {"name": name})
		if len(found) > 100:
			update_progress_bar("Deleting attachments", done - 1, len(found))


def _remove_mail(ours: Sequence[str]) -> None:
	mail = DocType("Communication")
	about_ours = frappe.qb.from_(mail).select(mail.name).where(mail.reference_doctype.isin(ours))
	queue, recipient = DocType("Email Queue"), DocType("Email Queue Recipient")
	queued = frappe.qb.from_(queue).select(queue.name)
	queued = queued.where(queue.reference_doctype.isin(ours) | queue.communication.isin(about_ours))
	frappe.qb.from_(recipient).delete().where(recipient.parent.isin(queued)).run()
	for doctype, type_field, name_field in ABOUT_MAIL:
		table = DocType(doctype)
		condition = table[name_field].isin(about_ours)
		if type_field:
			condition &= table[type_field] == "Communication"
		frappe.qb.from_(table).delete().where(condition).run()


def _remove_references(ours: Sequence[str]) -> None:
	fields = dict(ABOUT_OURS)
	for doctype, field, parent in ABOUT_THOSE:
		if frappe.db.table_exists(doctype) and frappe.db.table_exists(parent):
			table, about = DocType(doctype), DocType(parent)
			doomed = frappe.qb.from_(about).select(about.name).where(about[fields[parent]].isin(ours))
			frappe.qb.from_(table).delete().where(table[field].isin(doomed)).run()
	for doctype, field in ABOUT_OURS:
		_delete_records(doctype, field, ours)
	for doctype, field in ROWS_ABOUT_OURS:
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {field: ("in", ours)})
	for doctype in OUR_ROWS:
		frappe.db.delete(doctype, {"parenttype": ("in", ours)})
	for doctype, field in EMPTIED:
		table = DocType(doctype)
		frappe.qb.update(table).set(field, None).where(table[field].isin(ours)).run()
	# A link to a doctype that is gone keeps its form from being saved.
	frappe.db.delete(
		"Custom Field", {"options": ("in", ours), "fieldtype": ("in", ("Link", "Table MultiSelect"))}
	)
	for table, field in SYSTEM_TABLES:
		frappe.db.delete(table, {field: ("in", ours)})
	frappe.db.delete("Singles", {"doctype": ("in", ours)})


def _delete_records(doctype: str, field: str, values: Sequence[str]) -> None:
	"""Deletes records by a field, with their child tables, without loading one of them."""
	if not frappe.db.table_exists(doctype):
		return
	table = DocType(doctype)
	doomed = frappe.qb.from_(table).select(table.name).where(table[field].isin(values))
	for child in {df.options for df in frappe.get_meta(doctype).get_table_fields()}:
		rows = DocType(child)
		frappe.qb.from_(rows).delete().where((rows.parenttype == doctype) & rows.parent.isin(doomed)).run()
	frappe.qb.from_(table).delete().where(table[field].isin(values)).run()


def _remove_named_after_us(ours: Sequence[str]) -> None:
	"""What points to our code or our reports by name."""
	path = f"{names.APP}.%"
	job, log = DocType("Scheduled Job Type"), DocType("Scheduled Job Log")
	jobs = frappe.qb.from_(job).select(job.name).where(job.method.like(path))
	frappe.qb.from_(log).delete().where(log.scheduled_job_type.isin(jobs)).run()
	frappe.qb.from_(job).delete().where(job.method.like(path)).run()
	patch = DocType("Patch Log")
	frappe.qb.from_(patch).delete().where(patch.patch.like(path)).run()
	frappe.db.delete("Block Module", {"module": ("in", names.modules())})
	_delete_records("Onboarding Step", "name", _shipped("onboarding_step"))
	for doctype in ("Workspace Sidebar", "Desktop Icon"):  # v16 and later
		if frappe.db.table_exists(doctype) and frappe.get_meta(doctype).has_field("app"):
			_delete_records(doctype, "app", [names.APP])
	if reports := _shipped("report"):
		for doctype, field in (
			("Prepared Report", "report_name"),
			("Auto Email Report", "report"),
			("Custom Role", "report"),
		):
			_delete_records(doctype, field, reports)


def _shipped(kind: str) -> list[str]:
	"""Names of what the package ships of a kind (report, print_format …), by its files."""
	package = Path(frappe.get_app_path(names.APP))
	files = (path for path in package.glob(f"*/{kind}/*/*.json") if path.stem == path.parent.name)
	return sorted(frappe.parse_json(path.read_text(encoding="utf-8"))["name"] for path in files)


def _remove_made(ours: Sequence[str]) -> None:
	"""Removes the records we made in other apps' doctypes, unless somebody else uses them now."""
	for doctype in ("Email Template", "Workflow State", "Workflow Action Master", "Role"):
		made = written.ours(doctype)
		free = sorted(set(made) - _used(doctype, made, ours))
		if doctype == "Role":
			frappe.db.delete("Has Role", {"role": ("in", free)})
		for name in free:
			frappe.delete_doc(doctype, name, force=True, delete_permanently=True)


def _used(doctype: str, made: Sequence[str], ours: Sequence[str]) -> set[str]:
	"""Those of the records that something links to which is not ours.

	A role that users have is not used by that: what counts is what it still opens.
	"""
	used: set[str] = set()
	if not made:
		return used
	for field in _links_to(doctype):
		if field.issingle:
			found = [frappe.db.get_single_value(field.parent, field.fieldname)]
		else:
			filters: dict[str, Any] = {field.fieldname: ("in", made)}
			if field.istable:
				filters["parenttype"] = ("not in", (*ours, "User", "Role Profile"))
				filters["parent"] = ("not in", ours)
			found = frappe.get_all(
				field.parent, filters=filters, pluck=field.fieldname, distinct=True, order_by=field.fieldname
			)
		used.update(found)
	return used & set(made)


def _links_to(doctype: str) -> list[Any]:
	"""The link fields of the site's doctypes that point to `doctype`, with what their doctype is."""
	kinds = {
		row.name: row
		for row in frappe.get_all(
			"DocType", fields=["name", "issingle", "istable", "is_virtual"], order_by="name"
		)
	}
	standard = frappe.get_all(
		"DocField",
		filters={"fieldtype": "Link", "options": doctype, "is_virtual": 0},
		fields=["parent", "fieldname"],
		order_by="parent",
	)
	custom = frappe.get_all(
		"Custom Field",
		filters={"fieldtype": "Link", "options": doctype, "is_virtual": 0},
		fields=["dt as parent", "fieldname"],
		order_by="dt",
	)
	found = (frappe._dict(field, **_kind(kinds.get(field.parent))) for field in [*standard, *custom])
	return [field for field in found if field.real]


def _kind(row: Any) -> dict[str, bool]:
	if not row or row.is_virtual:
		return {"real": False}
	return {"real": True, "issingle": bool(row.issingle), "istable": bool(row.istable)}


def _remove_series(patterns: Iterable[str]) -> None:
	expressions = [re.compile(pattern) for pattern in patterns]
	series = DocType("Series")
	counted = frappe.qb.from_(series).select(series.name).run(pluck=True)
	doomed = [name for name in counted if name and any(e.match(name) for e in expressions)]
	if doomed:
		frappe.db.delete("Series", {"name": ("in", doomed)})


def _remove_copies(ours: Sequence[str]) -> None:
	"""Frappe keeps a copy of what it deletes: of our records, and of our modules with what belonged to them."""
	deleted, modules = DocType("Deleted Document"), names.modules()
	copies = deleted.deleted_doctype.isin(ours)
	copies |= (deleted.deleted_doctype == "DocType") & deleted.deleted_name.isin(ours)
	copies |= (deleted.deleted_doctype == "Module Def") & deleted.deleted_name.isin(modules)
	for module in modules:
		copies |= deleted.data.like(f'%"module": "{module}"%')
	frappe.qb.from_(deleted).delete().where(copies).run()


def _drop_columns(columns: Iterable[tuple[str, str]]) -> None:
	"""Drops the columns of our custom fields, which Frappe leaves in the tables for good."""
	for doctype, column in columns:
		if frappe.db.table_exists(doctype) and column in frappe.db.get_table_columns(doctype):
			# There is no query builder for this. Both names come from our own Custom Fields.
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{column}`")

"""Carries out what the table in `core.erasure` says, for one complaint and all that belongs to it.

Everything happens in the transaction of the caller, who holds the lock and has asked whether it may; so it happens
whole or not at all. Only the contents of files can't be rolled back: their records are marked here, and `remove_files`
takes them off the disk once that is committed; the daily job does so where it was prevented.

It writes past the documents: a closed complaint refuses every edit, and an edit would keep what was in a Version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.model import no_value_fields, table_fields
from frappe.query_builder import DocType
from pypika import Case, Table
from pypika.terms import Criterion

from cms_iso10002.complaints import actors
from cms_iso10002.core import erasure
from cms_iso10002.erpnext_bridge import customer, redress_links

Records = dict[str, list[str]]
"""Names of records, by their doctype."""

MARK = "anonymised_on"
"""What a File says that it is attached to when its content is to go."""
COLUMNS_OF_FRAPPE = ("_user_tags", "_comments", "_liked_by")
"""Columns that Frappe keeps beside a record's fields, and that may hold words."""
UNSENT = ("Not Sent", "Sending", "Partially Sent")
"""What an e-mail in the queue is called that waits to be sent."""
MAY_HOLD_COPIES = ("Comment", "Communication", "Email Queue", "Event", "File", "Tag Link", "ToDo", "Version")
"""Of what of a complaint somebody may have deleted by hand; Frappe keeps a copy in Deleted Document."""


def erase(doc) -> None:
	"""Erase what is personal of the complaint `doc`."""
	company = customer.is_a_company(doc.customer)
	_erase(_own_records(doc.name), doc.as_dict(), company)
	if not company:
		redress_links.forget(doc)
	actors.forget_outsiders(doc.name)


def erase_messages(names: list[str]) -> None:
	"""Erase messages of the triage list that belong to no complaint."""
	if names:
		_erase({"Complaint Mail Triage": names}, frappe._dict(name=""), company=False)


def _erase(own: Records, doc: Mapping[str, Any], company: bool) -> None:
	about = _with_records_about(own)
	insiders = _insiders(doc, own)
	for doctype in erasure.doctypes():
		_erase_fields(doctype, own, insiders, company)
	_mark_files(doc["name"], about)
	_erase_copies(about)
	tags = _names("Tag Link", "document_type", "document_name", about, pluck="tag")
	for trace in erasure.TRACES:
		_erase_trace(trace, about, doc)
	_erase_unused_tags(tags)
	for doctype, names in about.items():
		for name in names:
			frappe.clear_document_cache(doctype, name)


# what there is -------------------------------------------------------------------------------------------


def _own_records(complaint: str) -> Records:
	"""The complaint and the records of ours that name it; child rows go by their parents."""
	found = {"Complaint": [complaint]}
	for doctype in erasure.doctypes():
		if doctype != "Complaint" and not frappe.get_meta(doctype).istable:
			table = DocType(doctype)
			query = frappe.qb.from_(table).select(table.name).where(table.complaint == complaint)
			found[doctype] = query.for_update().run(pluck=True)  # past this transaction's snapshot
	return found


def _with_records_about(own: Records) -> Records:
	"""The same with Frappe's records that have traces of their own: messages, tasks, appointments."""
	found = dict(own)
	found["Communication"] = _names("Communication", "reference_doctype", "reference_name", own)
	# an answer written from a message's own form
	found["Communication"] += _names("Communication", "reference_doctype", "reference_name", found)
	found["ToDo"] = _names("ToDo", "reference_type", "reference_name", found)
	participants = ("Event Participants", "reference_doctype", "reference_docname")
	found["Event"] = _names(*participants, found, pluck="parent")
	return found


def _names(
	doctype: str, type_field: str, name_field: str, records: Records, pluck: str = "name"
) -> list[str]:
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(table[pluck]).distinct()
	return query.where(_about(table, type_field, name_field, records)).for_update().run(pluck=True)


def _about(table, type_field: str, name_field: str, records: Records) -> Criterion:
	"""The condition that a row of `table` is about one of `records`; never empty, which would mean all rows."""
	if not any(records.values()):
		raise ValueError("no records: nothing may be erased")
	return Criterion.any(
		(table[type_field] == doctype) & table[name_field].isin(names)
		for doctype, names in records.items()
		if names
	)


def _insiders(doc: Mapping[str, Any], own: Records) -> list[str]:
	"""Of the users whom the records name: those who work here and are neither complainant nor representative."""
	seen: set[str] = set()
	for doctype in erasure.doctypes():
		table = DocType(doctype)
		columns = ["owner", "modified_by", *_fields(doctype, erasure.STAFF)]
		query = frappe.qb.from_(table).select(*columns).where(_of_case(doctype, own))
		seen.update(value for row in query.run() for value in row if value)
	theirs = {(doc.get(name) or "").lower() for name in ("complainant_email", "representative_email")}
	staff = frappe.get_all(
		"User",
		filters={"name": ("in", sorted(seen) or [""]), "user_type": "System User"},
		pluck="name",
		order_by="name",
	)
	filed = {doc.get("owner")} if doc.get("channel") == "Portal" else set()
	return [*actors.NOBODY, *(user for user in staff if user.lower() not in theirs and user not in filed)]


def _of_case(doctype: str, own: Records) -> Criterion:
	"""The condition that a row of a doctype of the table is one of the complaint's."""
	table = DocType(doctype)
	if not frappe.get_meta(doctype).istable:
		return table.name.isin(own.get(doctype) or [""])
	return _about(table, "parenttype", "parent", own)


# fields of ours ------------------------------------------------------------------------------------------


def _fields(doctype: str, fate: str) -> list[str]:
	"""The fields of a doctype that share a fate, those a site has added with them."""
	known = erasure.fates(doctype)
	return [
		df.fieldname
		for df in frappe.get_meta(doctype).fields
		if df.fieldtype not in (*no_value_fields, *table_fields)
		and not df.get("is_virtual")
		and (known.get(df.fieldname) or erasure.of_unknown(df.fieldtype)) == fate
	]


def _erase_fields(doctype: str, own: Records, insiders: list[str], company: bool) -> None:
	"""One statement for all rows of a doctype: its fields, and who made and last changed it."""
	table, emptied = DocType(doctype), _fields(doctype, erasure.EMPTIED)
	if not company:
		emptied += _fields(doctype, erasure.COMPANY)
	emptied += [name for name in COLUMNS_OF_FRAPPE if name in frappe.db.get_table_columns(doctype)]
	query = frappe.qb.update(table).where(_of_case(doctype, own))
	for name in emptied:
		query = query.set(table[name], None)
	for name in _fields(doctype, erasure.REPLACED):
		said = Case().when(table[name].isnull() | (table[name] == ""), table[name]).else_(erasure.ERASED)
		query = query.set(table[name], said)
	for name in _fields(doctype, erasure.STAFF):
		query = query.set(table[name], Case().when(table[name].isin(insiders), table[name]).else_(None))
	for name in ("owner", "modified_by"):
		query = query.set(table[name], Case().when(table[name].isin(insiders), table[name]).else_("Guest"))
	query.run()
	_delete_added_tables(doctype, own)


def _delete_added_tables(doctype: str, own: Records) -> None:
	"""Rows of tables that a site has added to a doctype of ours."""
	known = erasure.fates(doctype)
	for df in frappe.get_meta(doctype).get_table_fields():
		if df.fieldname not in known:
			frappe.db.delete(df.options, {"parenttype": doctype, "parent": ("in", own.get(doctype) or [""])})


# what Frappe keeps about them ----------------------------------------------------------------------------


def _erase_trace(trace: erasure.Trace, about: Records, doc: Mapping[str, Any]) -> None:
	if trace.doctype == "File" or not frappe.db.table_exists(trace.doctype):
		return  # files have been marked
	table = DocType(trace.doctype)
	condition = _about(table, trace.type_field, trace.name_field, about)
	if trace.fate == erasure.REPLACED:
		query = frappe.qb.update(table).set(table.description, erasure.ERASED).where(condition)
		for name in COLUMNS_OF_FRAPPE:
			query = query.set(table[name], None)
		query.run()
	elif trace.fate == erasure.UNNAMED:
		_unname(table, condition, doc)
	elif trace.doctype == "Event Participants":
		_delete("Event", DocType("Event").name.isin(about["Event"] or [""]))
	elif trace.doctype == "Email Queue":
		_delete(trace.doctype, condition | table.communication.isin(about["Communication"] or [""]))
	else:
		_delete(trace.doctype, condition)


def _delete(doctype: str, condition: Criterion) -> None:
	"""Delete records with their child tables, without a copy of them in Deleted Document.

	They are looked for without a lock and deleted by their names: a search by words would lock all that it passes.
	"""
	table = DocType(doctype)
	names = frappe.qb.from_(table).select(table.name).where(condition).run(pluck=True)
	if not names:
		return
	for child in {df.options for df in frappe.get_meta(doctype).get_table_fields()}:
		frappe.db.delete(child, {"parenttype": doctype, "parent": ("in", names)})
	frappe.db.delete(doctype, {"name": ("in", names)})


def _unname(table, condition: Criterion, doc: Mapping[str, Any]) -> None:
	"""Who looked stands as a reference, as in the events."""
	fields = ("viewed_by", "owner", "modified_by")
	rows = frappe.qb.from_(table).select(*fields).distinct().where(condition).run()
	users = {user for row in rows for user in row if user}
	references = {user: actors.reference(user, doc) for user in sorted(users)}
	if not references:
		return
	query = frappe.qb.update(table).where(condition)
	for name in fields:
		said = Case()
		for user, reference in references.items():
			said = said.when(table[name] == user, reference)
		query = query.set(table[name], said.else_(table[name]))
	query.run()


def _erase_copies(about: Records) -> None:
	"""What is kept a second time, and found by what it says only."""
	names = [name for names in about.values() for name in names]
	if frappe.db.table_exists("Webhook Request Log"):
		_delete("Webhook Request Log", DocType("Webhook Request Log").reference_document.isin(names))
	search = Table("__global_search")
	frappe.qb.from_(search).delete().where(_about(search, "doctype", "name", about)).run()
	deleted = DocType("Deleted Document")
	told = Criterion.any(deleted.data.like(f'%"{_literal(name)}"%') for name in names)
	_delete("Deleted Document", deleted.deleted_doctype.isin(MAY_HOLD_COPIES) & told)
	# Frappe's mails to colleagues about a notification name the record in their text only
	queue = DocType("Email Queue")
	told = Criterion.any(queue.message.like(f"%{_literal(name)}%") for name in about.get("Complaint", ()))
	if about.get("Complaint"):
		_delete("Email Queue", told & queue.status.notin(UNSENT))


def _literal(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _erase_unused_tags(tags: Iterable[str]) -> None:
	"""A tag is named by its words: those that nothing has any more go too."""
	link, tag = DocType("Tag Link"), DocType("Tag")
	used = frappe.qb.from_(link).select(link.tag).where(link.tag.isin(list(tags) or [""]))
	gone = tag.name.isin(list(tags) or [""]) & tag.name.notin(used)
	frappe.qb.from_(tag).delete().where(gone).run()


# files ---------------------------------------------------------------------------------------------------


def _mark_files(complaint: str, about: Records) -> None:
	"""The names of the files go at once, their contents once this is committed (`remove_files`)."""
	file = DocType("File")
	values = {
		"file_name": erasure.ERASED,
		"attached_to_doctype": "Complaint",
		"attached_to_name": complaint,
		"attached_to_field": MARK,
	}
	query = frappe.qb.update(file)
	for name, value in values.items():
		query = query.set(file[name], value)
	query.where(_about(file, "attached_to_doctype", "attached_to_name", about)).run()


def remove_files() -> int:
	"""Delete the marked files, also from the disk unless another record has the same content; returns how many.

	A background job, and part of the daily one: what a crash left over goes then. The caller commits.
	"""
	names = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Complaint", "attached_to_field": MARK},
		pluck="name",
		order_by="creation",
	)
	for name in names:
		_remove_file(frappe.get_doc("File", name))
	return len(names)


def _remove_file(file) -> None:
	# Frappe's own deletion would note the file's name on the complaint, keep a copy of the record, and leave the content
	# where another record has the same at another place.
	if not frappe.db.exists("File", {"file_url": file.file_url, "name": ("!=", file.name)}):
		file.delete_file_data_content()
	frappe.db.delete("File", {"name": file.name})

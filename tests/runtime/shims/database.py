"""The database: reads row by row, locks that do not wait, many documents updated at once."""

import contextlib
import functools
import itertools


def apply() -> None:
	from frappe.database.database import Database

	Database.bulk_update = _bulk_update
	Database.unbuffered_cursor = _unbuffered_cursor
	Database.estimate_count = _estimate_count
	Database.sql = _sql_with_iterator(Database.sql)
	Database.get_values = _get_values_with_locks(Database.get_values)
	Database.get_value = _get_value_with_locks(Database.get_value)


def _bulk_update(
	self,
	doctype: str,
	doc_updates: dict,
	*,
	chunk_size: int = 100,
	modified: str | None = None,
	modified_by: str | None = None,
	update_modified: bool = True,
	debug: bool = False,
) -> None:
	"""Updates many documents, each with values of its own: {name: {field: value}}."""
	import frappe
	from frappe.query_builder import Case

	table, rows = frappe.qb.DocType(doctype), iter(doc_updates.items())
	while chunk := dict(itertools.islice(rows, chunk_size)):
		query = frappe.qb.update(table).where(table.name.isin(list(chunk)))
		for field in dict.fromkeys(field for values in chunk.values() for field in values):
			case = Case()
			for name, values in chunk.items():
				if field in values:
					case = case.when(table.name == name, values[field])
			query = query.set(table[field], case.else_(table[field]))
		if update_modified:
			query = query.set(table.modified, modified or frappe.utils.now())
			query = query.set(table.modified_by, modified_by or frappe.session.user)
		query.run(debug=debug)


@contextlib.contextmanager
def _unbuffered_cursor(self):
	"""Inside, `sql(…, as_iterator=True)` reads rows as they come."""
	from pymysql.cursors import SSCursor

	if not self._conn:
		self.connect()
	usual, self._cursor = self._cursor, self._conn.cursor(SSCursor)
	unbuffered = self._cursor
	try:
		yield
	finally:
		self._cursor = usual
		unbuffered.close()


def _estimate_count(self, doctype: str) -> int:
	where = "select table_rows from information_schema.tables where table_schema = %s and table_name = %s"
	rows = self.sql(where, (self.db_name or self.user, f"tab{doctype}"))
	return int(rows[0][0] or 0) if rows else 0


def _sql_with_iterator(sql):
	"""`as_iterator=True`: rows one after the other; the result is read at once unless the cursor is unbuffered."""

	@functools.wraps(sql)
	def wrapped(self, query, *values, as_iterator: bool = False, **options):
		if not as_iterator:
			return sql(self, query, *values, **options)
		return _rows(self, query, *values, **options)

	return wrapped


def _rows(database, query, values=None, as_dict=False, as_list=False, pluck=False, update=None, **_):
	import frappe

	database._cursor.execute(str(query), values or None)
	while batch := database._cursor.fetchmany(100):
		for row in batch:
			if pluck:
				yield row[0]
			elif as_dict:
				names = (column[0] for column in database._cursor.description)
				yield frappe._dict(zip(names, row, strict=False), **(update or {}))
			else:
				yield list(row)


def _get_values_with_locks(get_values):
	"""`for_update=True` with `skip_locked=True` or `wait=False`."""

	@functools.wraps(get_values)
	def wrapped(
		self, doctype, filters=None, fieldname="name", *args, skip_locked=False, wait=True, **options
	):
		if not options.get("for_update") or (wait and not skip_locked):
			return get_values(self, doctype, filters, fieldname, *args, **options)
		return _locked_values(doctype, filters, fieldname, skip_locked, wait, **options)

	return wrapped


def _locked_values(doctype, filters, fieldname, skip_locked, wait, as_dict=False, pluck=False, **options):
	import frappe

	choice = {key: options[key] for key in ("order_by", "distinct", "limit") if options.get(key)}
	fields = [fieldname] if isinstance(fieldname, str) else list(fieldname)
	query = frappe.qb.get_query(table=doctype, filters=filters, fields=fields, **choice)
	query = query.for_update(skip_locked=skip_locked, nowait=not wait)
	return query.run(as_dict=as_dict, pluck=pluck)


def _get_value_with_locks(get_value):
	@functools.wraps(get_value)
	def wrapped(
		self, doctype, filters=None, fieldname="name", *args, skip_locked=False, wait=True, **options
	):
		if not options.get("for_update") or (wait and not skip_locked):
			return get_value(self, doctype, filters, fieldname, *args, **options)
		options["limit"] = 1
		found = _locked_values(doctype, filters, fieldname, skip_locked, wait, **options)
		if not found:
			return None
		row = found[0]
		return row if options.get("as_dict") or not isinstance(fieldname, str) else row[0]

	return wrapped

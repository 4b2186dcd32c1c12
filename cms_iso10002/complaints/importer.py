"""Complaints from a CSV file, by a map file (docs/import.md): each good row once, each bad row with its reason.

What the map means stands in `core.import_map`, reading CSV in `core.csv_rows`; this is the way into the site.
Every row goes through `intake.register` under a mark of its own, so the same file twice adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields

from cms_iso10002.complaints import clock, intake
from cms_iso10002.complaints.doctype.complaint.complaint import SERVER_FIELDS
from cms_iso10002.core import csv_rows, import_map
from cms_iso10002.core.import_map import Field, ImportMap
from cms_iso10002.core.refusal import N_, Refusal

BATCH = 100
"""Rows between two points where the caller may commit."""
TABLES = ("subjects", "aspects")
"""Tables of which a row of the file may fill one row."""
IMPORTED, KNOWN, BAD = "imported", "already there", "bad"
DEADLOCK_RETRIES = 3


@dataclass(frozen=True)
class Result:
	"""What became of one row: `outcome` is imported, already there or bad; `odd` is what the map's checks say."""

	line: int
	outcome: str
	complaint: str = ""
	reason: str = ""
	odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Row:
	"""A row of the file with the mark it is registered under."""

	row: csv_rows.Row
	key: str = ""
	problem: Refusal | None = None


AT_RECEIPT = ("received_on",)
"""Fields the form leaves alone once a complaint is recorded, but everybody may fill before."""


def importable_fields() -> dict[str, Field]:
	"""The fields of a complaint, and of one row of its tables, that an import may fill."""
	meta = frappe.get_meta("Complaint")
	closed = {*SERVER_FIELDS, *intake.NOT_HANDED_IN, "naming_series"}
	fields = {df.fieldname: _field(df) for df in _open_fields(meta) if df.fieldname not in closed}
	for table in TABLES:
		for df in _open_fields(frappe.get_meta(meta.get_field(table).options)):
			fields[f"{table}.{df.fieldname}"] = _field(df)
	return fields


def _open_fields(meta) -> list:
	shut = (*no_value_fields, *table_fields)
	return [
		df
		for df in meta.fields
		if df.fieldtype not in shut and (not df.read_only or df.fieldname in AT_RECEIPT)
	]


def _field(df) -> Field:
	return Field(df.fieldtype, tuple((df.options or "").split("\n")) if df.fieldtype == "Select" else ())


def read_map(path: str | Path) -> ImportMap:
	"""The map in a file, checked. Raises frappe.ValidationError with what is wrong."""
	with _in_one_sentence():
		try:
			text = Path(path).read_text(encoding="utf-8-sig")
		except UnicodeDecodeError:
			frappe.throw(_("The map {0} is not UTF-8: save it as UTF-8.").format(path))
		return import_map.read(text, importable_fields())


@contextmanager
def _in_one_sentence() -> Iterator[None]:
	try:
		yield
	except Refusal as refusal:
		frappe.throw(_say(refusal))


def _say(refusal: Refusal) -> str:
	"""A Refusal in the user's language."""
	return _(refusal.template).format(
		*(_(part) if isinstance(part, str) else part for part in refusal.arguments)
	)


class Import:
	"""One file read by one map.

	`total` is the number of rows, `unused` the columns the map does not speak of. The file as a whole is checked
	when this is made: frappe.ValidationError says what is wrong with it. `end_batch` is called after each batch, to
	commit it; without it the whole file is in the caller's one transaction.
	"""

	def __init__(
		self,
		path: str | Path,
		mapping: ImportMap,
		*,
		company: str | None = None,
		dry_run: bool = False,
		end_batch: Callable[[], None] | None = None,
	):
		if company and not frappe.db.exists("Company", company):
			frappe.throw(_("There is no company {0}.").format(company), frappe.DoesNotExistError)
		self.path, self.mapping, self.company, self.dry_run = Path(path), mapping, company, dry_run
		self.end_batch = end_batch
		self.made: set[str] = set()
		self._seen: Counter[str] = Counter()
		with _in_one_sentence(), self._opened() as (columns, rows):
			self.unused = mapping.check_header(columns)
			self.total = sum(1 for _row in rows)

	@contextmanager
	def _opened(self) -> Iterator[tuple[list[str], Iterator[csv_rows.Row]]]:
		"""The columns and rows of the file; one sentence where it is not in the encoding the map says."""
		encoding = self.mapping.encoding
		try:
			with open(self.path, encoding=encoding, newline="") as stream:
				yield csv_rows.read(stream, self.mapping.delimiter)
		except UnicodeError:
			frappe.throw(
				_(
					'{0} is not in the encoding {1}{2}: name the right one in the map, such as "encoding": "cp1252".'
				).format(self.path.name, encoding.replace("-sig", ""), self._where_not_decodable())
			)
		except LookupError:
			frappe.throw(
				_('There is no encoding "{0}": name one such as "utf-8" or "cp1252" in the map.').format(
					encoding
				)
			)

	def _where_not_decodable(self) -> str:
		with open(self.path, "rb") as stream:
			for number, line in enumerate(stream, 1):
				try:
					line.decode(self.mapping.encoding)
				except UnicodeError:
					return " " + _("(line {0})").format(number)
		return ""

	def batches(self) -> Iterator[list[Result]]:
		"""What became of the rows, a batch at a time. In a dry run nothing of a batch is left in the database."""
		self._seen.clear()
		with self._opened() as (_columns, rows):
			marked = map(self._mark, rows)
			while batch := list(islice(marked, BATCH)):
				yield self._store(batch)

	def _mark(self, row: csv_rows.Row) -> _Row:
		"""Equal rows of one file are separate complaints, told apart by counting; but a key names one complaint."""
		if row.problem:
			return _Row(row, problem=row.problem)
		identity = self.mapping.identity(row.values)
		self._seen[identity] += 1
		occurrence = self._seen[identity]
		if self.mapping.key and occurrence > 1:
			values = ", ".join(f"{name} {row.values[name]}" for name in self.mapping.key)
			return _Row(row, problem=Refusal(N_("{0} was in an earlier line of this file already"), values))
		return _Row(row, import_map.dedupe_key(identity, occurrence))

	def _store(self, batch: list[_Row]) -> list[Result]:
		attempt = 0
		while True:
			try:
				results = self._store_once(batch)
			except frappe.QueryDeadlockError:
				# the database has undone the whole transaction: that is this batch alone where each is committed
				attempt += 1
				if not self.end_batch or attempt > DEADLOCK_RETRIES:
					raise
				frappe.db.rollback()
				self._forget(set(self.made))
				continue
			if self.end_batch:
				self.end_batch()
			return results

	def _store_once(self, batch: list[_Row]) -> list[Result]:
		frappe.db.savepoint("import_batch")
		known = _registered([row.key for row in batch])
		results = [self._one(row, known) for row in batch]
		if self.dry_run:
			frappe.db.rollback(save_point="import_batch")
			self._forget(set(self.made))
		return results

	def _one(self, marked: _Row, known: dict[str, str]) -> Result:
		row = marked.row
		if marked.problem:
			return Result(row.line, BAD, reason=_say(marked.problem))
		odd = tuple(_say(said) for said in self.mapping.odd(row.values))
		if marked.key in known:
			return Result(row.line, KNOWN, known[marked.key], odd=odd)
		frappe.db.savepoint("import_row")
		made_before = set(self.made)
		try:
			name = self._register(marked, odd)
		except (Refusal, frappe.ValidationError, frappe.PermissionError) as error:
			frappe.db.rollback(save_point="import_row")
			self._forget(self.made - made_before)
			return Result(row.line, BAD, reason=_reason(error))
		finally:
			frappe.clear_messages()
		return Result(row.line, IMPORTED, name, odd=odd)

	def _register(self, marked: _Row, odd: tuple[str, ...]) -> str:
		values = self.mapping.complaint(marked.row.values)
		values = {name: _site_time(value) for name, value in values.items()}
		if self.company:
			values["company"] = self.company
		for name, group in self.mapping.make.items():
			if values.get(name):
				values[name] = self._category(values[name], group)
		doc = intake.register(values, dedupe_key=marked.key)
		if odd:
			doc.add_comment(
				"Info",
				_("Odd in the imported row: {0}").format("; ".join(map(frappe.utils.escape_html, odd))),
			)
		return doc.name

	def _category(self, name: str, group: str) -> str:
		"""The category of that name, made under `group` where it is missing, and the group as well."""
		if name in self.made:
			return name
		found = frappe.db.exists("Complaint Category", name)
		if found:
			return found
		parent = frappe.db.exists("Complaint Category", group) or self._make_category(
			group, _root(), is_group=1
		)
		return self._make_category(name, parent)

	def _make_category(self, name: str, parent: str | None, is_group: int = 0) -> str:
		category = frappe.get_doc(
			{
				"doctype": "Complaint Category",
				"category_name": name,
				"parent_complaint_category": parent,
				"is_group": is_group,
			}
		).insert()
		self.made.add(category.name)
		return category.name

	def _forget(self, names: Iterable[str]) -> None:
		"""Categories that were rolled back must not live on in caches."""
		for name in names:
			self.made.discard(name)
			frappe.clear_document_cache("Complaint Category", name)
		frappe.db.value_cache.clear()


def _root() -> str | None:
	"""The root of the category tree; None where there is none, or more than one."""
	roots = frappe.get_all(
		"Complaint Category",
		filters={"parent_complaint_category": ("is", "not set"), "is_group": 1},
		order_by="lft",
		limit=2,
		pluck="name",
	)
	return roots[0] if len(roots) == 1 else None


def _registered(keys: list[str]) -> dict[str, str]:
	"""The complaints registered under `keys` before."""
	rows = frappe.get_all(
		"Complaint Event",
		filters={"dedupe_key": ("in", [key for key in keys if key] or [""])},
		fields=["dedupe_key", "complaint"],
		order_by="dedupe_key",
	)
	return {row.dedupe_key: row.complaint for row in rows}


def _site_time(value: Any) -> Any:
	return clock.to_site(value) if isinstance(value, datetime) and value.tzinfo else value


def _reason(error: Exception) -> str:
	"""Why a row was refused, as one line of plain text."""
	if isinstance(error, Refusal):
		return _say(error)
	text = frappe.utils.strip_html(str(error))
	if isinstance(error, frappe.MandatoryError) and text.startswith("["):
		labels = [
			_(frappe.get_meta("Complaint").get_label(name.strip()))
			for name in text.partition(": ")[2].split(",")
		]
		return _("Missing: {0}").format(", ".join(labels))
	return " ".join(text.split())

"""The map file of `complaints import`: which column of a CSV file means which field of a complaint.

The format is described for its users in docs/import.md. Here a map is checked as a whole before any row is
read, and turns one row into the values of one complaint, its identity, and what is odd about it.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from cms_iso10002.core.refusal import N_, Refusal

DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
YES, NO = ("1", "yes", "y", "true", "x", "ja"), ("0", "no", "n", "false", "", "nein")
SECTIONS = (
	"about",
	"source",
	"columns",
	"defaults",
	"values",
	"date_formats",
	"make",
	"keep",
	"key",
	"checks",
	"encoding",
	"delimiter",
)
MADE = ("category",)
"""Fields whose missing records an import may make."""
FIELD = N_("field of a complaint that can be imported")
SINGLE_LINE = ("Data", "Link", "Dynamic Link", "Select")


@dataclass(frozen=True)
class Field:
	"""A field that may be imported: its Frappe type, and the options of a Select."""

	kind: str
	options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
	"""What is expected of a column. A row that differs is imported, and reported as odd."""

	column: str
	one_of: tuple[str, ...] = ()
	filled: bool = False
	days_after: str = ""
	at_least: int | None = None
	at_most: int | None = None

	@property
	def columns(self) -> tuple[str, ...]:
		return (self.column, self.days_after) if self.days_after else (self.column,)


@dataclass(frozen=True)
class ImportMap:
	"""A map that was checked; made by `parse`. Field names of table rows are written `table.field`."""

	source: str
	fields: Mapping[str, Field]
	columns: Mapping[str, str]
	defaults: Mapping[str, Any] = field(default_factory=dict)
	values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
	date_formats: Sequence[str] = DATE_FORMATS
	make: Mapping[str, str] = field(default_factory=dict)
	keep: Mapping[str, str] = field(default_factory=dict)
	key: Sequence[str] = ()
	checks: Sequence[Check] = ()
	encoding: str = "utf-8-sig"
	delimiter: str = ","

	def check_header(self, columns: Sequence[str]) -> list[str]:
		"""The columns of the file that the map does not use. Raises Refusal where the file lacks one the map names."""
		checked = [name for check in self.checks for name in check.columns]
		used = dict.fromkeys([*self.columns, *self.keep, *self.key, *checked])
		lacking = [name for name in used if name not in columns]
		if lacking:
			raise Refusal(
				N_("The file has no column {0}, which the map names; its columns are {1}."),
				", ".join(lacking),
				", ".join(columns),
			)
		return [name for name in columns if name not in used]

	def identity(self, row: Mapping[str, str]) -> str:
		"""What makes this row the same as one imported before: its key, or else all of it."""
		known_by = {name: row[name] for name in (self.key or sorted(row))}
		return canonical([self.source, known_by])

	def complaint(self, row: Mapping[str, str]) -> dict[str, Any]:
		"""The values of a complaint. Raises Refusal for a value that does not fit its field."""
		found: dict[str, Any] = dict(self.defaults)
		for column, name in self.columns.items():
			raw = self.values.get(name, {}).get(row[column], row[column])
			if raw != "":
				found[name] = self._convert(column, name, raw)
		found["description"] = self._description(found, row)
		return _nested(found)

	def _convert(self, column: str, name: str, raw: str) -> Any:
		kind, options = self.fields[name].kind, self.fields[name].options
		if kind in ("Date", "Datetime"):
			moment = self.moment(raw)
			if moment is None:
				raise Refusal(
					N_('{0} "{1}" is no date in any of the formats {2}'),
					column,
					raw,
					", ".join(self.date_formats),
				)
			return moment.date() if kind == "Date" else moment
		if kind == "Check":
			return _yes_or_no(column, raw)
		if kind in ("Int", "Float", "Currency"):
			return _number(column, raw, whole=kind == "Int")
		if kind == "Select" and raw not in options:
			raise Refusal(N_('{0} "{1}" is none of {2}'), column, raw, ", ".join(filter(None, options)))
		if kind in SINGLE_LINE and "\n" in raw:
			raise Refusal(N_("{0} has several lines, where {1} takes one"), column, name)
		return raw

	def moment(self, raw: str) -> datetime | None:
		"""The point in time that `raw` is, by the first format that fits; None when none does."""
		for pattern in self.date_formats:
			try:
				return datetime.strptime(raw, pattern)
			except ValueError:
				continue
		return None

	def _description(self, found: Mapping[str, Any], row: Mapping[str, str]) -> str:
		"""The description as HTML: what was said, else the subject; then the columns that are kept."""
		text = found.get("description") or found.get("subject") or ""
		kept = [f"{label}: {row[column]}" for column, label in self.keep.items() if row[column]]
		return paragraphs(text) + (
			"<ul>" + "".join(f"<li>{escape(line)}</li>" for line in kept) + "</ul>" if kept else ""
		)

	def odd(self, row: Mapping[str, str]) -> list[Refusal]:
		"""What is odd about a row by the map's checks, as things to say; the row may be imported all the same."""
		return [said for check in self.checks for said in self._odd(check, row[check.column], row)]

	def _odd(self, check: Check, value: str, row: Mapping[str, str]) -> Iterable[Refusal]:
		if not value:
			if check.filled:
				yield Refusal(N_("{0} is empty"), check.column)
			return
		if check.one_of and value not in check.one_of:
			yield Refusal(N_('{0} "{1}" is none of the values expected'), check.column, value)
		if not check.days_after:
			return
		first, second = self.moment(row[check.days_after]), self.moment(value)
		if not first or not second:
			yield Refusal(N_("{0} or {1} is no date"), check.days_after, check.column)
			return
		days = (second.date() - first.date()).days
		if check.at_least is not None and days < check.at_least:
			yield Refusal(
				N_("{0} is {1} days after {2}, expected at least {3}"),
				check.column,
				days,
				check.days_after,
				check.at_least,
			)
		if check.at_most is not None and days > check.at_most:
			yield Refusal(
				N_("{0} is {1} days after {2}, expected at most {3}"),
				check.column,
				days,
				check.days_after,
				check.at_most,
			)


def canonical(value: Any) -> str:
	"""One text for one value."""
	return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def dedupe_key(identity: str, occurrence: int) -> str:
	"""The mark under which a row is registered: the same row of the same file gives the same mark."""
	return "import:" + hashlib.sha256(canonical([identity, occurrence]).encode()).hexdigest()


def paragraphs(text: str) -> str:
	"""Plain text as HTML: nothing in it is taken for markup."""
	blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
	return "".join("<p>" + escape(block).replace("\n", "<br>") + "</p>" for block in blocks)


def _yes_or_no(column: str, raw: str) -> int:
	if raw.lower() in YES:
		return 1
	if raw.lower() in NO:
		return 0
	raise Refusal(N_('{0} "{1}" is neither yes nor no'), column, raw)


def _number(column: str, raw: str, whole: bool) -> str:
	"""The number as it stands, so that no digit is lost on the way."""
	try:
		number = Decimal(raw)
	except InvalidOperation:
		number = Decimal("NaN")
	if not number.is_finite() or (whole and number != number.to_integral_value()):
		raise Refusal(N_('{0} "{1}" is no number such as {2}'), column, raw, "12" if whole else "1234.50")
	return str(int(number)) if whole else raw


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
	"""`{"subjects.item_code": x}` as `{"subjects": [{"item_code": x}]}`: one row for each table."""
	values: dict[str, Any] = {}
	for name, value in flat.items():
		table, _dot, column = name.rpartition(".")
		if table:
			values.setdefault(table, [{}])[0][column] = value
		else:
			values[name] = value
	return values


# reading a map ------------------------------------------------------------------------------------------


def read(text: str, fields: Mapping[str, Field]) -> ImportMap:
	"""`parse` for the text of a map file. Raises Refusal also where it is no JSON."""
	try:
		data = json.loads(text, object_pairs_hook=_each_name_once)
	except json.JSONDecodeError as error:
		raise Refusal(N_("The map is no JSON: line {0}: {1}."), error.lineno, error.msg) from None
	return parse(data, fields)


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
	names = [name for name, _value in pairs]
	twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
	if twice:
		raise Refusal(N_('The map has "{0}" twice in one place: keep one of them.'), twice[0])
	return dict(pairs)


def parse(data: Any, fields: Mapping[str, Field]) -> ImportMap:
	"""A map from its JSON. `fields` are those that may be imported. Raises Refusal with what is wrong, in one sentence."""
	data = _object(data, N_("The map"))
	for section in data:
		_known(section, SECTIONS, N_("section of a map"))
	columns = _columns(data, fields)
	defaults = _defaults(data, fields)
	if not columns:
		raise Refusal(N_('The map says nothing about any column: fill its section "columns".'))
	for name in ("subject", "received_on"):
		if name not in columns.values() and name not in defaults:
			raise Refusal(N_("The map leaves {0} empty: map a column to it, or give it a default."), name)
	return ImportMap(
		source=_source(data),
		fields=fields,
		columns=columns,
		defaults=defaults,
		values=_values(data, fields),
		date_formats=_date_formats(data),
		make=_make(data),
		keep=_keep(data),
		key=tuple(_texts(data.get("key", []), "key")),
		checks=tuple(_check(check) for check in _list(data.get("checks", []), "checks")),
		encoding=_text(data.get("encoding", "utf-8-sig"), "encoding"),
		delimiter=_delimiter(data),
	)


def _source(data: Mapping[str, Any]) -> str:
	source = _text(data.get("source", ""), "source")
	if not source.strip():
		raise Refusal(
			N_('Give the map a "source": a short name for where these complaints come from, such as "CFPB".')
		)
	return source.strip()


def _columns(data: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, str]:
	columns = _object(data.get("columns", {}), "columns")
	seen: dict[str, str] = {}
	for column, name in columns.items():
		_known(_text(name, f"columns.{column}"), fields, FIELD)
		if name in seen:
			raise Refusal(
				N_("The columns {0} and {1} are both mapped to {2}: choose one."), seen[name], column, name
			)
		seen[name] = column
	return dict(columns)


def _defaults(data: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
	defaults = _object(data.get("defaults", {}), "defaults")
	for name, value in defaults.items():
		_known(name, fields, FIELD)
		if not isinstance(value, (str, int, float)):
			raise Refusal(N_("The default of {0} must be a text or a number."), name)
		_option(name, value, fields[name])
	return dict(defaults)


def _option(name: str, value: Any, known: Field) -> None:
	if known.kind == "Select" and value not in known.options:
		raise Refusal(
			N_('{0} can\'t be "{1}": it is one of {2}.'), name, value, ", ".join(filter(None, known.options))
		)


def _values(data: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, dict[str, str]]:
	found = {}
	for name, mapping in _object(data.get("values", {}), "values").items():
		_known(name, fields, FIELD)
		found[name] = {
			raw: _text(value, f"values.{name}.{raw}")
			for raw, value in _object(mapping, f"values.{name}").items()
		}
		for value in found[name].values():
			_option(name, value, fields[name])
	return found


def _date_formats(data: Mapping[str, Any]) -> tuple[str, ...]:
	formats = tuple(_texts(data.get("date_formats", list(DATE_FORMATS)), "date_formats"))
	for pattern in formats:
		try:
			same = datetime.strptime(
				datetime(2001, 2, 3, 4, 5, 6).astimezone().strftime(pattern), pattern
			).date()
		except ValueError:
			same = None
		if same != date(2001, 2, 3):
			raise Refusal(N_('"{0}" is no date format such as "%d.%m.%Y".'), pattern)
	return formats


def _make(data: Mapping[str, Any]) -> dict[str, str]:
	make = _object(data.get("make", {}), "make")
	for name, parent in make.items():
		_known(name, MADE, N_("field whose records can be made"))
		if not _text(parent, f"make.{name}").strip():
			raise Refusal(N_('Say in "make" under which group new records of {0} are put.'), name)
	return dict(make)


def _keep(data: Mapping[str, Any]) -> dict[str, str]:
	keep = data.get("keep", [])
	if isinstance(keep, Mapping):
		return {column: _text(label, f"keep.{column}") for column, label in keep.items()}
	return {column: column for column in _texts(keep, "keep")}


def _check(data: Any) -> Check:
	data = _object(data, "checks")
	for name in data:
		_known(name, Check.__dataclass_fields__, N_("setting of a check"))
	column = _text(data.get("column", ""), "checks.column")
	limits = {name: data.get(name) for name in ("at_least", "at_most")}
	if any(
		value is not None and (not isinstance(value, int) or isinstance(value, bool))
		for value in limits.values()
	):
		raise Refusal(N_('"at_least" and "at_most" of a check are whole numbers of days.'))
	days_after = _text(data.get("days_after", ""), "checks.days_after")
	measures = bool(days_after) and any(value is not None for value in limits.values())
	if (
		not column
		or bool(days_after) != measures
		or not (data.get("one_of") or data.get("filled") or measures)
	):
		raise Refusal(
			N_(
				'A check names a "column" and what is expected of it: "one_of", "filled", or "days_after" with "at_most" or "at_least".'
			)
		)
	one_of = tuple(_texts(data.get("one_of", []), "checks.one_of"))
	return Check(column, one_of, bool(data.get("filled")), days_after, **limits)


def _delimiter(data: Mapping[str, Any]) -> str:
	delimiter = _text(data.get("delimiter", ","), "delimiter")
	if len(delimiter) != 1 or delimiter in '"\r\n':
		raise Refusal(N_('"delimiter" is the one character between two values, such as ";".'))
	return delimiter


def _known(name: str, known: Iterable[str], what: str) -> None:
	known = list(known)
	if name in known:
		return
	close = difflib.get_close_matches(name, known, 1)
	if close:
		raise Refusal(N_('"{0}" is no {1}; did you mean "{2}"?'), name, what, close[0])
	raise Refusal(N_('"{0}" is no {1}.'), name, what)


def _object(value: Any, where: str) -> Mapping[str, Any]:
	if not isinstance(value, Mapping):
		raise Refusal(N_("{0} must be an object in curly brackets."), where)
	return value


def _list(value: Any, where: str) -> list:
	if not isinstance(value, list):
		raise Refusal(N_("{0} must be a list in square brackets."), where)
	return value


def _texts(value: Any, where: str) -> list[str]:
	return [_text(item, where) for item in _list(value, where)]


def _text(value: Any, where: str) -> str:
	if not isinstance(value, str):
		raise Refusal(N_("{0} must be a text in quotation marks."), where)
	return value

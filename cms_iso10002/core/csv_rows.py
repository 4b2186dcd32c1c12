"""Reading a CSV file row by row, so that a bad row costs that row and not the file.

Every row comes with the line it starts on, and either its values by column or the reason why it can't be read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from cms_iso10002.core.refusal import N_, Refusal

LONGEST_VALUE = 20_000_000
"""Characters. The csv module stops at 131,072 otherwise, and the sentence about a text too long is not its to say."""


@dataclass(frozen=True)
class Row:
	"""A row of the file: `values` by column, stripped, or the `problem` that it could not be read for."""

	line: int
	values: dict[str, str] = field(default_factory=dict)
	problem: Refusal | None = None


def read(stream: TextIO, delimiter: str = ",") -> tuple[list[str], Iterator[Row]]:
	"""The columns and the rows of an open CSV file; blank lines are left out.

	`stream` is opened with `newline=""`. Raises Refusal when there is no usable header.
	"""
	lines = csv.reader(stream, delimiter=delimiter, strict=True)
	try:
		columns = [name.strip() for name in next(lines)]
	except StopIteration:
		raise Refusal(N_("The file is empty: its first line must name the columns.")) from None
	except csv.Error as error:
		raise Refusal(N_("The first line can't be read as CSV: {0}."), error) from None
	_check_header(columns, delimiter)
	return columns, _rows(lines, columns)


def _check_header(columns: Sequence[str], delimiter: str) -> None:
	if not all(columns):
		raise Refusal(
			N_("Column {0} has no name: the first line must name every column."), columns.index("") + 1
		)
	twice = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
	if twice:
		raise Refusal(N_("The column {0} is there twice: give each column a name of its own."), twice[0])
	other = next((mark for mark in ";\t|," if mark != delimiter and mark in columns[0]), None)
	if len(columns) == 1 and other:
		raise Refusal(
			N_(
				'The first line is one single column: its values seem to be parted by {0}, so put "delimiter": {0} into the map.'
			),
			f'"{other}"' if other != "\t" else r'"\t"',
		)


def _rows(lines: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Row]:
	limit = csv.field_size_limit(LONGEST_VALUE)
	try:
		while True:
			start = lines.line_num + 1
			try:
				values = next(lines)
			except StopIteration:
				return
			except csv.Error as error:
				yield Row(start, problem=_unreadable(start, lines.line_num, error))
				continue
			if values:
				yield _row(start, values, columns)
	finally:
		csv.field_size_limit(limit)


def _unreadable(start: int, end: int, error: csv.Error) -> Refusal:
	if "unexpected end of data" in str(error):
		return Refusal(
			N_("a quotation mark is opened and never closed, so the lines {0} to {1} can't be read"),
			start,
			end,
		)
	return Refusal(N_("can't be read as CSV: {0}"), error)


def _row(start: int, values: Sequence[str], columns: Sequence[str]) -> Row:
	if len(values) != len(columns):
		return Row(
			start,
			problem=Refusal(N_("has {0} values where there are {1} columns"), len(values), len(columns)),
		)
	return Row(start, {name: value.strip() for name, value in zip(columns, values, strict=True)})

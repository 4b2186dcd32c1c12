"""Writes docs/coverage.md from the shipped catalogue: `python docs/make_coverage.py`. A test holds them equal."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cms_iso10002.iso_10002 import shipped

HEAD = """# ISO 10002, clause by clause

Made from `cms_iso10002/fixtures/iso_10002_clause.json` by `docs/make_coverage.py`; change it there.

What the standard is about, in our own words: for each clause and annex what of the app serves it, which records prove it,
and which test shows it. The report *ISO 10002 Coverage* has the same in the desk, with an organisation's own rows and the
computed figures. **{features}** of {rows} rows have a feature; **{people}** say that they are a matter of people; for
**{computed}** the evidence is computed. Numbers are those of the 2018 edition, and of 2004 and 2014; letters of annexes
differ between editions and adoptions, so only those that all agree on are given.
"""
NAMES = {
	"DocType": "*{0}*",
	"Report": "report *{0}*",
	"Print Format": "print format *{0}*",
	"Page": "`{0}`",
	"Document": "`{0}`",
}


def _number(row: dict) -> str:
	if row["clause_group"] == "Annexes":
		return f"Annex {shipped.LETTERS.get(row['slug'], '')}".strip()
	return row["number_2018"]


def _computed(row: dict) -> str:
	return "computed" if row["is_computed"] else "–"


def _records(row: dict) -> str:
	found = (shipped.record(line) for line in shipped.lines(row["records"]))
	return ", ".join(NAMES[kind].format(name) for kind, name in found)


def _tests(row: dict) -> str:
	found = (line.partition("::") for line in shipped.lines(row["proof"]))
	return "<br>".join(f"[`{test}`](../{file})" for file, _colons, test in found)


def _line(row: dict) -> str:
	cells = (
		_number(row),
		row["number_2004"] or "–",
		f"**{row['title']}**",
		row["feature"],
		_records(row),
		_computed(row),
		_tests(row) or "–",
	)
	return "| {} |".format(" | ".join(cells))


def text() -> str:
	"""The whole page."""
	rows = shipped.clauses()
	people = sum(row["matter_of_people"] for row in rows)
	computed = sum(row["is_computed"] for row in rows)
	lines = [HEAD.format(rows=len(rows), features=len(rows) - people, people=people, computed=computed)]
	for group, members in groupby(rows, key=lambda row: row["clause_group"]):
		lines += [
			f"## {group}",
			"",
			"| 2018 | 2004 | | feature | records | figures | shown by |",
			"|---|---|---|---|---|---|---|",
		]
		lines += [*map(_line, members), ""]
	return "\n".join(lines)


if __name__ == "__main__":
	Path(__file__).with_name("coverage.md").write_text(text(), encoding="utf-8")

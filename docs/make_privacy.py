"""Writes the tables of docs/privacy.md from `core/erasure.py`: `python docs/make_privacy.py`. A test holds them equal.

Between the two marks of the page stands what is made here; the words around it are written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cms_iso10002.core import erasure

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- made by docs/make_privacy.py from cms_iso10002/core/erasure.py -->"
END = "<!-- end -->"


def labels(doctype: str) -> dict[str, str]:
	"""The labels that the form shows, by field."""
	name = doctype.lower().replace(" ", "_")
	path = ROOT / "cms_iso10002" / "complaints" / "doctype" / name / f"{name}.json"
	return {
		field["fieldname"]: field.get("label") or field["fieldname"]
		for field in json.loads(path.read_text(encoding="utf-8"))["fields"]
	}


def tables() -> str:
	"""The two tables: our records field by field, and Frappe's records about them."""
	lines = ["", "| record | field | what becomes of it | why |", "|---|---|---|---|"]
	for rule in erasure.RULES:
		known = labels(rule.doctype)
		fields = ", ".join(known[field] for field in rule.fields)
		lines.append(f"| {rule.doctype} | {fields} | {erasure.MEANINGS[rule.fate]} | {rule.why} |")
	lines += ["", "Left as they are, though they name a complaint by its number:", ""]
	lines += [f"- **{doctype}** {why}." for doctype, why in erasure.OUTSIDE.items()]
	lines += [
		"",
		"What Frappe keeps about the complaint, its letters, ratings, disputes and messages:",
		"",
		"| record | what becomes of it | why |",
		"|---|---|---|",
	]
	for trace in erasure.TRACES:
		lines.append(f"| {trace.doctype} | {erasure.MEANINGS[trace.fate]} | {trace.why} |")
	return "\n".join([*lines, ""])


def text(page: str) -> str:
	"""`page` with its tables made anew."""
	before, _mark, rest = page.partition(BEGIN)
	_old, _mark, after = rest.partition(END)
	return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
	path = Path(__file__).with_name("privacy.md")
	path.write_text(text(path.read_text(encoding="utf-8")), encoding="utf-8")

"""Makers of self-assessments for site tests: a small catalogue, figures that a test sets, and people."""

from __future__ import annotations

from typing import Any

import frappe

from cms_iso10002.iso_10002.assessment import collecting, lifecycle, rows
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period
from tests.site.factories import as_user, make_user

DOCTYPE = "ISO 10002 Self Assessment"

CLAUSES = (
	# slug, 2018, 2004, title, group, questions
	("test-principles", "4.1", "4.1", "General", "Principles", 1),
	("test-integrity", "4.9", "", "Information integrity", "Principles", 1),
	("test-acknowledgement", "7.4", "7.4", "Acknowledgement", "Operation", 2),
	("test-closing", "7.9", "7.9", "Closing", "Operation", 1),
	("test-form", "", "", "Complainant form", "Annexes", 1),
)
"""A catalogue that a test sees whole."""

ACKNOWLEDGED = "test-acknowledgement"


def make_catalogue() -> None:
	"""The clauses above and their questions, and no others: those of the site are switched off."""
	switch_catalogue(off=True)
	for place, (slug, new, old, title, group, questions) in enumerate(CLAUSES, 1):
		clause = frappe.new_doc("ISO 10002 Clause")
		clause.update(
			{
				"slug": slug,
				"title": title,
				"number_2018": new,
				"number_2004": old,
				"in_2018": 1,
				"in_2004": int(bool(old) or group == "Annexes"),
				"annex_letter": "C" if group == "Annexes" else "",
				"clause_group": group,
				"sort_order": place,
				"expected": f"What is expected of {title}.",
			}
		)
		clause.insert()
		for number in range(1, questions + 1):
			make_question(slug, number)


def switch_catalogue(off: bool) -> None:
	"""Switch off what is on, in a way that can be told from what somebody disabled; or back on."""
	before, after = (0, 2) if off else (2, 0)
	for doctype in ("ISO 10002 Question", "ISO 10002 Clause"):
		frappe.db.set_value(doctype, {"disabled": before}, "disabled", after, update_modified=False)


def make_question(clause: str, number: int, **values: Any) -> str:
	question = frappe.new_doc("ISO 10002 Question")
	question.update(
		{
			"code": f"{clause}-{number}",
			"clause": clause,
			"question": f"Is {clause} done, part {number}?",
			"guidance": f"Look at the records of {clause}.",
			"sort_order": number,
			**values,
		}
	)
	return question.insert().name


class Figures:
	"""Figures for the catalogue above: `figures.now["…"]` is what the period shows, `before` the one before it."""

	def __init__(self, monkeypatch):
		self.now: dict[str, float | None] = {ACKNOWLEDGED: 90.0, "test-closing": None}
		self.before: dict[str, float | None] = {ACKNOWLEDGED: 80.0, "test-closing": None}
		self.verdicts: dict[str, str] = {}
		self.asked: list[tuple[str, Period, str | None]] = []
		self.broken: set[str] = set()
		self.as_of_now: set[str] = set()
		monkeypatch.setattr(registry, "load", lambda: None)
		monkeypatch.setattr(registry, "_OURS", {clause: [self._figure(clause)] for clause in self.now})
		self.latest = Period(*map(frappe.utils.getdate, ("2026-01-01", "2026-12-31")))

	def _figure(self, clause: str):
		def compute(period: Period, company: str | None) -> Evidence:
			self.asked.append((clause, period, company))
			if clause in self.broken:
				raise ZeroDivisionError("nothing to divide by")
			value = (self.now if period == self.latest else self.before)[clause]
			return Evidence(
				clause,
				"on_time",
				f"On time: {clause}",
				value,
				"%",
				numerator=None if value is None else value / 10,
				denominator=None if value is None else 10,
				sample=0 if value is None else 10,
				verdict="No Data" if value is None else self.verdicts.get(clause, "Conforms"),
				explanation="Ten complaints were counted.",
				link=Link("Complaint", filters={"channel": "Phone"}),
				as_of_now=clause in self.as_of_now,
			)

		compute.figure = "on_time"
		return compute


def make_assessment(**values: Any):
	"""A draft over 2026, by the manager, to be approved by the second manager, unless told otherwise."""
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"edition": "2018",
			"company": "",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"assessors": [{"user": make_user("manager")}],
			"approver": make_user("manager2"),
			**values,
		}
	)
	return as_user(make_user("manager"), doc.insert)


def collect(doc):
	"""Compute and write the evidence at once."""
	collecting.run(doc.name)
	return reload(doc)


def reload(doc):
	return frappe.get_doc(DOCTYPE, doc.name)


def row(doc, question: str):
	"""The row of a question, as it is stored."""
	return next(item for item in reload(doc).items if item.question == question)


def answer(doc, question: str, user: str = "", **values: Any) -> dict:
	"""Answer a row as the manager."""
	return as_user(user or make_user("manager"), lambda: rows.answer(row(doc, question).name, values))


def answer_all(doc, **special: dict[str, Any]):
	"""Answer every row plainly (2, Partial); `special` says otherwise by question, with "_" for "-"."""
	for item in reload(doc).items:
		values = special.get(item.question.replace("-", "_"), {"maturity": 2, "status": "Partial"})
		answer(doc, item.question, **values)
	return reload(doc)


def put(doc, user: str = "", **values: Any):
	"""What REST does with a PUT by `user` (the manager); the record as it is stored afterwards."""

	def change():
		stored = frappe.get_doc(doc.doctype, doc.name, for_update=True)
		stored.update(values)
		stored.save()

	as_user(user or make_user("manager"), change)
	return reload(doc)


def under_review(doc):
	"""An assessment with evidence and answers, handed to its approver."""
	doc = answer_all(collect(doc))
	as_user(make_user("manager"), lambda: lifecycle.send_for_review(doc.name))
	return reload(doc)


def approved(doc):
	doc = under_review(doc)
	as_user(make_user("manager2"), lambda: lifecycle.approve(doc.name))
	return reload(doc)

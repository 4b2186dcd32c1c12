"""What counts, and where it is found: the records of complaints, told apart by day, with their numbers.

What is received counts on the day of receipt, what is closed on the day of closing, a request for a rating on the day it
was sent, a rating on the day it was given, redress on the day it was carried out. How a complaint counts says
`core.closure.counts`. Its item is that of the first row of *What It Is About* that names one.

`counting` keeps sums of this; `analysis.figures` reads those, and this itself where there are none.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import NamedTuple

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Count
from frappe.query_builder.terms import SubQuery
from pypika import Case
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion, ExistsCriterion, Term, ValueWrapper

from cms_iso10002.complaints.feedback import ASKED
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import STATES
from cms_iso10002.erpnext_bridge import items

PROCESS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity")
"""The questions of Complaint Feedback about how it was handled; its outcome is apart (ISO 10004)."""
FAMILIES: dict[str, tuple[str, ...]] = {
	"received": ("received", "out_of_scope", "recurrent"),
	"closed": ("closed",),
	"satisfaction": (
		"asked",
		"answered",
		"rated",
		"process_points",
		"process_answers",
		"outcome_points",
		"outcome_answers",
		"overall_points",
		"overall_answers",
	),
	"redress": ("redress_rows", "redress_amount"),
}
"""What is counted together."""
NUMBERS = tuple(number for numbers in FAMILIES.values() for number in numbers)

ITEM = ("item_code", "item_group")
"""What is not said by the complaint, but by what it is about."""
OF_REDRESS = ("remedy", "currency")
"""What only redress is told apart by."""
DONE = ("Implemented", "Verified")
"""States of redress that was carried out."""
COUNTED = [state for state in STATES if counts(state) == "yes"]
APART = [state for state in STATES if counts(state) == "apart"]


class Source(NamedTuple):
	"""Records that count: their query, with the complaint as `case`, nothing selected yet; their moment and numbers."""

	family: str
	query: QueryBuilder
	moment: Term
	numbers: dict[str, Term]
	more: dict[str, Term] = {}

	def told_by(self, name: str) -> Term:
		"""What a record is told apart by; what it does not have is NULL or empty."""
		if name in self.more:
			return self.more[name]
		if name in OF_REDRESS:
			return ValueWrapper(None)
		case = DocType("Complaint")
		return Coalesce(items.first_of(case.name, name), "") if name in ITEM else case[name]


def sources(first: date, last: date) -> list[Source]:
	"""Where all that counts on the days from `first` to `last` is found."""
	return [
		_received(first, last),
		_closed(first, last),
		_requests(first, last),
		_ratings(first, last),
		*_redress(first, last),
	]


def _within(moment: Term, first: date, last: date) -> Criterion:
	return (moment >= first) & (moment < last + timedelta(days=1))


def _received(first: date, last: date) -> Source:
	case, relation = DocType("Complaint"), DocType("Complaint Relation")
	apart = case.status.isin(APART)
	again = frappe.qb.from_(relation).select(relation.name)
	again = again.where((relation.parent == case.name) & (relation.relation == "Repeat"))
	numbers: dict[str, Term] = {
		"received": Case().when(apart, 0).else_(1),
		"out_of_scope": Case().when(apart, 1).else_(0),
		"recurrent": Case()
		.when(apart, 0)
		.when(case.is_recurrent == 1, 1)
		.when(ExistsCriterion(again), 1)
		.else_(0),
	}
	query = frappe.qb.from_(case).where(case.status.isin(COUNTED + APART))
	return Source("received", query.where(_within(case.received_on, first, last)), case.received_on, numbers)


def _closed(first: date, last: date) -> Source:
	case = DocType("Complaint")
	query = frappe.qb.from_(case).where(case.status.isin(COUNTED))
	query = query.where(_within(case.closed_on, first, last))
	return Source("closed", query, case.closed_on, {"closed": ValueWrapper(1)})


def _of_case(table: Selectable, owner: Term) -> QueryBuilder:
	case = DocType("Complaint")
	return frappe.qb.from_(table).join(case).on(case.name == owner).where(case.status.isin(COUNTED))


def _requests(first: date, last: date) -> Source:
	"""Requests for a rating, each with whether it was answered on that occasion."""
	told, rating = DocType("Complaint Event"), DocType("Complaint Feedback")
	occasion = Case()
	for name, kind in ASKED.items():
		occasion = occasion.when(told.kind == kind, name)
	answer = frappe.qb.from_(rating).select(Count("*"))
	answer = answer.where((rating.complaint == told.complaint) & (rating.occasion == occasion))
	query = _of_case(told, told.complaint).where(told.kind.isin(list(ASKED.values())))
	numbers = {"asked": ValueWrapper(1), "answered": SubQuery(answer)}
	return Source("satisfaction", query.where(_within(told.at, first, last)), told.at, numbers)


def _ratings(first: date, last: date) -> Source:
	rating = DocType("Complaint Feedback")
	numbers: dict[str, Term] = {"rated": ValueWrapper(1)}
	for name, questions in (("process", PROCESS), ("outcome", ("outcome",)), ("overall", ("overall",))):
		answers = [rating[question] for question in questions]
		given = [Case().when(answer > 0, 1).else_(0) for answer in answers]
		numbers[f"{name}_points"], numbers[f"{name}_answers"] = reduce(add, answers), reduce(add, given)
	query = _of_case(rating, rating.complaint).where(_within(rating.submitted_on, first, last))
	return Source("satisfaction", query, rating.submitted_on, numbers)


def _redress(first: date, last: date) -> list[Source]:
	"""What was carried out, with its amount; of what has no day of its own, on the day the complaint was closed."""
	case, row = DocType("Complaint"), DocType("Complaint Redress")
	query = _of_case(row, row.parent).where((row.parenttype == "Complaint") & row.state.isin(DONE))
	numbers = {"redress_rows": ValueWrapper(1), "redress_amount": row.amount}
	more = {"remedy": row.remedy, "currency": row.currency}
	dated = query.where(_within(row.implemented_on, first, last))
	undated = query.where(row.implemented_on.isnull() & _within(case.closed_on, first, last))
	return [
		Source("redress", dated, row.implemented_on, numbers, more),
		Source("redress", undated, case.closed_on, numbers, more),
	]

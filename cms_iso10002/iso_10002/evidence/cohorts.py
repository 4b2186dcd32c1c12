"""Which records a figure stands on: cohorts, each the records of one kind that belong to a period by one of their dates.

How a complaint counts says `core.closure.counts`: duplicates don't, those out of scope count apart, and so neither is in
any cohort. No permission is asked for: figures count every case, whoever looks.

A cohort of what belongs to complaints does not join them, where it can do without: it leaves out the few that don't
count. (A complaint with its policy and texts is a big row; reading all of them once a figure is what costs.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Min
from frappe.query_builder.terms import SubQuery
from frappe.utils import add_months, cint
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion, Term

from cms_iso10002.core.closure import NOT_COUNTED
from cms_iso10002.iso_10002.evidence.model import Period

ASKED = {"feedback_asked": "Closing", "feedback_asked_open": "Unresolved"}
"""The events that tell that a rating was asked for, each with the occasion."""
DONE = ("Implemented", "Verified")
GIVEN = ("Offered", "Accepted", *DONE)
"""States of redress that was offered to the complainant, and not refused or taken back."""


@dataclass(frozen=True)
class Reach:
	"""A cohort in one period: its query (nothing selected yet), and the terms by which its records are told.

	`row` is the table of the record where that is not the complaint itself (`case`), which is None where it is not read.
	`complaint` is the column with the complaint's name, `moment` the date by which the record belongs to `period`.
	"""

	query: QueryBuilder
	complaint: Term
	moment: Term
	case: Selectable | None = None
	row: Selectable | None = None
	period: Period | None = None


@dataclass(frozen=True)
class Cohort:
	"""Records that belong to a period."""

	name: str
	find: Callable[[Period, str | None], Reach]

	def reach(self, period: Period, company: str | None) -> Reach:
		"""Those of one period, and of one company (None: of all)."""
		return replace(self.find(period, company), period=period)


def within(moment: Term, start: date | datetime, until: date | datetime) -> Criterion:
	"""`moment` lies between `start` and `until`, which is left out."""
	return (moment >= start) & (moment < until)


def in_period(moment: Term, period: Period) -> Criterion:
	return within(moment, period.from_moment, period.until_moment)


def counted(case: Selectable, company: str | None) -> Criterion:
	"""The complaint counts, and is about `company` (None: any)."""
	found = case.status.notin(NOT_COUNTED)
	return found & (case.company == company) if company else found


def not_left_out(complaint: Term, company: str | None) -> Criterion:
	"""The same, said of a column with a complaint's name: an index names those few that are left out."""
	case = DocType("Complaint").as_("left_out")
	out = case.status.isin(NOT_COUNTED)
	if company:
		out = out | case.company.isnull() | (case.company != company)
	return complaint.notin(frappe.qb.from_(case).select(case.name).where(out))


def filled(column: Term) -> Criterion:
	"""A field that holds something."""
	return column.isnotnull() & (column != "")


def exists(query: QueryBuilder) -> Criterion:
	"""There is a row of `query`, a correlated one."""
	return _Exists(query)


def has_event(case: Selectable, kind: str) -> Criterion:
	"""An event of this kind was recorded of the complaint."""
	query, told = _events(case, kind)
	return exists(query.select(told.sequence))


def first_event(case: Selectable, kind: str) -> Term:
	"""The number of the complaint's first event of this kind; NULL without one."""
	query, told = _events(case, kind)
	return SubQuery(query.select(Min(told.sequence)))


def _events(case: Selectable, kind: str) -> tuple[QueryBuilder, Selectable]:
	told = DocType("Complaint Event").as_("told")
	return frappe.qb.from_(told).where((told.kind == kind) & (told.complaint == case.name)), told


def child(doctype: str, case: Selectable) -> tuple[QueryBuilder, Selectable]:
	"""The rows of a table of the complaint, as a correlated query, and their table for further conditions.

	(The tables are the complaint's alone, so it does not ask for `parenttype`: that would cost reading the rows.)
	"""
	row = DocType(doctype).as_("own")
	return frappe.qb.from_(row).select(row.name).where(row.parent == case.name), row


class _Exists(Criterion):
	"""EXISTS (…): pypika has no word for it that takes part in `&`, `|` and `~`."""

	def __init__(self, query: QueryBuilder):
		super().__init__()
		self.query = query

	def get_sql(self, **kwargs: Any) -> str:
		inner = {name: value for name, value in kwargs.items() if name not in ("subquery", "with_alias")}
		return f"EXISTS ({self.query.get_sql(**{**inner, 'with_namespace': True})})"


# the cohorts -------------------------------------------------------------------------------------------------


def _cases(moment: str) -> Callable[[Period, str | None], Reach]:
	def find(period: Period, company: str | None) -> Reach:
		case = DocType("Complaint")
		query = frappe.qb.from_(case).where(in_period(case[moment], period) & counted(case, company))
		return Reach(query, case.name, case[moment], case)

	return find


def _retained(period: Period, company: str | None) -> Reach:
	"""Closed, and its time of retention ended in the period (and before today)."""
	months, case = retention_months(), DocType("Complaint")
	start, until = (add_months(moment, -months) for moment in (period.from_moment, _over(period)))
	query = frappe.qb.from_(case).where(within(case.closed_on, start, until) & counted(case, company))
	return Reach(query, case.name, case.closed_on, case)


def _over(period: Period) -> datetime:
	"""The end of the period, or of yesterday where that comes first: what falls due today is not late."""
	from cms_iso10002.complaints import clock

	return min(period.until_moment, datetime.combine(clock.today(), datetime.min.time()))


def retention_months() -> int:
	"""After how many months closed complaints are anonymised (Complaint Settings); 0 for never."""
	return cint(frappe.get_cached_doc("Complaint Settings").get("retention_months"))


def _rows(doctype: str, moment: str, link: str) -> Callable[[Period, str | None], Reach]:
	def find(period: Period, company: str | None) -> Reach:
		row = DocType(doctype)
		query = frappe.qb.from_(row).where(in_period(row[moment], period))
		return Reach(query.where(not_left_out(row[link], company)), row[link], row[moment], row=row)

	return find


def _redress(period: Period, company: str | None) -> Reach:
	case, row = DocType("Complaint"), DocType("Complaint Redress")
	query = frappe.qb.from_(case).join(row).on(row.parent == case.name)
	query = query.where(in_period(case.closed_on, period) & counted(case, company))
	return Reach(query, case.name, case.closed_on, case, row)


def _asked(period: Period, company: str | None) -> Reach:
	row = DocType("Complaint Event")
	query = frappe.qb.from_(row).where(row.kind.isin(list(ASKED)) & in_period(row.at, period))
	return Reach(query.where(not_left_out(row.complaint, company)), row.complaint, row.at, row=row)


def _views(period: Period, company: str | None) -> Reach:
	case, row = DocType("Complaint"), DocType("View Log")
	query = (
		frappe.qb.from_(case)
		.join(row)
		.on((row.reference_name == case.name) & (row.reference_doctype == "Complaint"))
		.where(case.confidentiality.isin(("Confidential", "Restricted")) & counted(case, company))
	)
	return Reach(query.where(in_period(row.creation, period)), case.name, row.creation, case, row)


RECEIVED = Cohort("received", _cases("received_on"))
"""Complaints received in the period."""
CLOSED = Cohort("closed", _cases("closed_on"))
"""Complaints closed in the period and not reopened since."""
RETAINED = Cohort("retained", _retained)
"""Complaints whose time of retention ended in the period."""
DISPOSED = Cohort("disposed", _cases("anonymised_on"))
"""Complaints anonymised in the period."""
ANSWERS = Cohort("answers", _rows("Complaint Decision", "sent_on", "parent"))
"""Decisions sent in the period, each round one."""
LETTERS = Cohort("letters", _rows("Complaint Letter", "sent_on", "complaint"))
"""Letters of the period."""
REDRESS = Cohort("redress", _redress)
"""Redress of complaints closed in the period."""
RATINGS = Cohort("ratings", _rows("Complaint Feedback", "submitted_on", "complaint"))
"""Ratings given in the period."""
REQUESTS = Cohort("requests", _asked)
"""Requests for a rating sent in the period."""
VIEWS = Cohort("views", _views)
"""Views of confidential and restricted complaints in the period."""

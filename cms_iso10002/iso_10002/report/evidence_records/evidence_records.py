"""Evidence Records: the records behind a figure, one by one, with which of them pass.

They are found by the words that the figure was counted by (`evidence.counting.Test`). Figures count every case; this
shows those that the viewer may see, and says how many it left out. Where that are fewer than the smallest cell of Complaint
Settings, neither their number is said nor the figure itself, from which it could be worked out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint, escape_html, getdate
from pypika import Order
from pypika.terms import Criterion

from cms_iso10002.complaints import permissions
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.cohorts import Reach
from cms_iso10002.iso_10002.evidence.counting import TESTS, Test, all_of, yes
from cms_iso10002.iso_10002.evidence.model import CONFORMS, GAP, PARTIAL, Evidence, Period

MOST = 10_000
"""Records shown at once."""
COUNTED, PASSING, FAILING, UNKNOWN = "All Counted", "Those That Do", "Those That Don't", "Not Known"
SHOW = (COUNTED, PASSING, FAILING, UNKNOWN)
COLOURS = {CONFORMS: "Green", PARTIAL: "Orange", GAP: "Red"}


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message and summary, as Frappe's query report wants them.

	Raises frappe.ValidationError for filters that make no sense.
	"""
	filters = checked(filters)
	found = _found(filters)
	visible = _visible({row.complaint for row in found})
	rows = [{**row, **visible[row.complaint]} for row in found if row.complaint in visible]
	evidence = _figure(filters)
	hidden = len(found) - len(rows)
	few = is_few([hidden, *_left_out(filters)])
	said = message(evidence, len(found), hidden, few)
	return columns(), rows, said, None, None if few else summary(evidence)


def _figure(filters: frappe._dict) -> Evidence:
	"""The figure itself."""
	clause, name = filters.figure.split("/")
	period = Period(filters.from_date, filters.to_date)
	(function,) = (each for each in registry.figures(clause) if getattr(each, "figure", "") == name)
	return function(period, filters.company or None)


def checked(filters: dict | None) -> frappe._dict:
	"""The filters, complete and sound."""
	filters = frappe._dict(filters or {})
	registry.load()
	if filters.figure not in TESTS:
		frappe.throw(_("Choose a figure: it is named like receipt/complete."))
	filters.show = filters.show or COUNTED
	if filters.show not in SHOW:
		frappe.throw(_("Show is one of {0}.").format(", ".join(map(_, SHOW))))
	if not (filters.from_date and filters.to_date):
		frappe.throw(_("Choose the first and the last day."))
	filters.update({name: getdate(filters[name]) for name in ("from_date", "to_date")})
	if filters.from_date > filters.to_date:
		frappe.throw(_("The first day lies after the last one: swap From Date and To Date."))
	return filters


def _found(filters: frappe._dict) -> list[frappe._dict]:
	"""The records asked for, whoever looks, the latest first."""
	test = TESTS[filters.figure]
	reach = test.cohort.reach(Period(filters.from_date, filters.to_date), filters.company or None)
	passes = yes(all_of(test.passes, reach)).as_("passes")
	row = reach.row or reach.case
	query = reach.query.select(
		reach.complaint.as_("complaint"), reach.moment.as_("moment"), row.name.as_("record"), passes
	)
	query = (
		query.where(_where(test, filters.show, reach))
		.orderby(reach.moment, order=Order.desc)
		.orderby(row.name)
		.limit(MOST)
	)
	return query.run(as_dict=True)


def _left_out(filters: frappe._dict) -> list[int]:
	"""How many records of the figure are about complaints that the viewer may not see: those that pass, that don't, and that
	it can't be told of. Whatever is shown of them, the figure says something of each."""
	names = permissions.visible_names(frappe.session.user)
	if names is None:
		return []
	test = TESTS[filters.figure]
	reach = test.cohort.reach(Period(filters.from_date, filters.to_date), filters.company or None)
	passes, known = (yes(all_of(asks, reach)) for asks in (test.passes, test.known))
	query = reach.query.where(all_of(test.among, reach) & reach.complaint.notin(names))
	query = query.select(passes.as_("passes"), known.as_("known"), Count("*")).groupby(passes, known)
	found: dict[Any, int] = {}
	for passing, told, number in query.run():
		group = passing if told else UNKNOWN
		found[group] = found.get(group, 0) + number
	return [*found.values()]


def is_few(numbers: Iterable[int]) -> bool:
	"""Whether one of them is too small to be told (`smallest_cell` of Complaint Settings)."""
	smallest = cint(frappe.db.get_single_value("Complaint Settings", "smallest_cell"))
	return any(0 < number < smallest for number in numbers)


def _where(test: Test, show: str, reach: Reach) -> Criterion:
	counted, passing = all_of(test.subject, reach), yes(all_of(test.passes, reach))
	if show == UNKNOWN:
		return all_of(test.among, reach) & (yes(all_of(test.known, reach)) == 0)
	if show == COUNTED:
		return counted
	return counted & (passing == (1 if show == PASSING else 0))


def _visible(names: set[str]) -> dict[str, Mapping[str, Any]]:
	"""Of these complaints those the viewer may see, with what is shown of them."""
	if not names:
		return {}
	fields = ["name", "subject", "status", "received_on", "closed_on", "handler"]
	rows = frappe.get_list(
		"Complaint",
		filters={"name": ("in", sorted(names))},
		fields=fields,
		order_by="name",
		limit_page_length=0,
	)
	return {row.pop("name"): row for row in rows}


def columns() -> list[dict[str, Any]]:
	return [
		{
			"fieldname": "complaint",
			"label": _("Complaint"),
			"fieldtype": "Link",
			"options": "Complaint",
			"width": 150,
		},
		{"fieldname": "passes", "label": _("Passes"), "fieldtype": "Check", "width": 90},
		{"fieldname": "moment", "label": _("Counted On"), "fieldtype": "Datetime", "width": 160},
		{"fieldname": "subject", "label": _("Subject"), "fieldtype": "Data", "width": 280},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 140},
		{"fieldname": "received_on", "label": _("Received On"), "fieldtype": "Datetime", "width": 160},
		{"fieldname": "closed_on", "label": _("Closed On"), "fieldtype": "Datetime", "width": 160},
		{
			"fieldname": "handler",
			"label": _("Handler"),
			"fieldtype": "Link",
			"options": "User",
			"width": 180,
		},
		{"fieldname": "record", "label": _("Record"), "fieldtype": "Data", "width": 130},
	]


def message(evidence: Evidence, found: int, hidden: int, few: bool = False) -> str:
	"""What the figure counts, and what the table does not show; of a few that it does not show, nothing but that."""
	said = [escape_html(evidence.label if few else evidence.explanation)]
	if found == MOST:
		said.append(_("Only the latest {0} records are shown: choose a shorter period.").format(MOST))
	if few:
		said.append(
			_(
				"Some that are counted are not shown to you, too few to say how many: so the figure is left out here."
			)
		)
	elif hidden:
		said.append(_("{0} more are counted, of complaints that are not shown to you.").format(hidden))
	return "<br>".join(said)


def summary(evidence: Evidence) -> list[dict[str, Any]] | None:
	"""The card above the table: the figure, in the colour of its verdict."""
	if evidence.value is None:
		return None
	card = {"value": evidence.value, "label": f"{evidence.label} ({_(evidence.unit)})"}
	return [{**card, "datatype": "Float", "indicator": COLOURS.get(evidence.verdict, "Blue")}]


@frappe.whitelist(methods=["GET", "POST"])
def figures(txt: str = "") -> list[str]:
	"""The figures whose records can be listed and whose name holds `txt`, for the report's filter."""
	frappe.has_permission("Complaint", "report", throw=True)
	registry.load()
	return sorted(name for name in TESTS if txt in name)

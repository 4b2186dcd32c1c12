"""Signals (8.2): what the weekly look at the numbers found, and what was done about it."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from cms_iso10002.complaints.signals import SIGNAL
from cms_iso10002.iso_10002.evidence.counting import finished
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, share
from cms_iso10002.iso_10002.evidence.registers import of_company
from cms_iso10002.iso_10002.evidence.registry import computes

UNTOUCHED = "New"


@computes("analysis", "signals_looked_into")
def looked_into(period: Period, company: str | None = None) -> Evidence:
	"""Of the signals first found in the period, those about which somebody wrote down what was found, or made an action;
	parts: what became of them. Not judged."""
	table = DocType(SIGNAL)
	inside = (table.first_found >= period.start) & (table.first_found <= period.end)
	rows = (
		frappe.qb.from_(table)
		.select(table.state, Count("*"))
		.where(inside & of_company(table, company))
		.groupby(table.state)
		.orderby(table.state)
		.run()
	)
	found = dict(rows)
	total, left = sum(found.values()), found.get(UNTOUCHED, 0)
	between = ["between", [str(period.start), str(period.end)]]
	own = {"company": ["in", ["", company]]} if company else {}
	return finished(
		Evidence(
			"analysis",
			"signals_looked_into",
			_("Signals Looked Into"),
			share(total - left, total),
			"%",
			total - left,
			total,
			sample=total,
			explanation=_(
				"Signals that the weekly look at the numbers found in the period, about which somebody wrote down what was found, or made an action."
			),
			parts={_(state): float(number) for state, number in found.items()},
			link=Link(SIGNAL, filters={"first_found": between, **own}),
		)
	)

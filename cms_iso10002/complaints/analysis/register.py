"""The complaints themselves, one a line: those of the filters that the viewer may see, the latest first.

Which they are is asked of all; each batch of names is then asked for as the viewer, so that roles, User Permissions,
shares and confidentiality all count. How many are left out is said only where they are not few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import create_batch
from pypika import Order

from cms_iso10002.complaints import access_log, permissions
from cms_iso10002.complaints.analysis import cases, table
from cms_iso10002.complaints.analysis.filters import checked
from cms_iso10002.core.spreadsheet import harmless
from cms_iso10002.core.states import STATES

SHOWN = (
	"received_on",
	"subject",
	"status",
	"priority",
	"severity",
	"category",
	"root_cause",
	"company",
	"customer",
	"customer_group",
	"territory",
	"channel",
	"handler",
	"due_at",
	"is_overdue",
	"outcome",
	"response",
	"closed_on",
	"closure_basis",
)
WIDTHS = {"subject": 280, "received_on": 175, "due_at": 175, "closed_on": 175, "status": 170, "category": 170}
"""Pixels that a value needs, where it is not as short as most."""
NAMED = (
	"status",
	"priority",
	"severity",
	"category",
	"root_cause",
	"channel",
	"outcome",
	"response",
	"closure_basis",
)
"""What is chosen from a list or tree that has names in several languages."""
OF = {"category": "Complaint Category", "root_cause": "Complaint Root Cause"}
"""The context of a name that is an everyday word elsewhere, such as Credit."""
ANY = "All"
AT_ONCE = 2_000
"""Names asked for at once."""


def execute(filters: dict | None, most: int) -> tuple:
	"""Columns, rows, message, chart and cards of a register with at most `most` lines."""
	filters = checked(filters, status=(ANY, *STATES))
	query = cases.matching(filters)
	if filters.status != ANY:
		query = query.where(DocType("Complaint").status == filters.status)
	rows = list(_rows(query, most))
	found = _number(query)
	chart = _chart(rows)
	return (
		columns(),
		_shown(rows),
		_message(found, len(rows), most),
		chart,
		[table.card(_("Shown"), len(rows))],
	)


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
	"""What has a name in the viewer's language by that name, as in the other reports."""
	return {**row, **{name: _(row[name], context=OF.get(name)) for name in NAMED if row.get(name)}}


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""The rows in words; for a file so that a spreadsheet reckons nothing: anybody outside may have written a subject."""
	rows = [_in_words(row) for row in rows]
	if not access_log.exports_report():
		return rows
	return [
		{name: harmless(value) if isinstance(value, str) else value for name, value in row.items()}
		for row in rows
	]


def _number(query) -> int:
	return query.select(Count("*")).run()[0][0]


def _rows(query, most: int) -> Iterator[dict[str, Any]]:
	case = DocType("Complaint")
	names = query.select(case.name).orderby(case.received_on, order=Order.desc).orderby(case.name).limit(most)
	for batch in create_batch(names.run(pluck=True), AT_ONCE):
		visible = frappe.get_list(
			"Complaint",
			filters={"name": ("in", batch)},
			fields=["name", *SHOWN],
			order_by="received_on desc, name asc",
			limit_page_length=0,
		)
		items = _items([row.name for row in visible])
		for row in visible:
			name = row.pop("name")
			yield {"complaint": name, **row, "item_code": items.get(name)}


def _items(names: list[str]) -> dict[str, str]:
	"""The item that each complaint is about in the first place."""
	row = DocType("Complaint Subject")
	query = frappe.qb.from_(row).select(row.parent, row.item_code)
	query = query.where(row.parent.isin(names or [""]) & (row.item_code != ""))
	return dict(query.orderby(row.parent).orderby(row.idx, order=Order.desc).run())


def columns() -> list[dict[str, Any]]:
	meta = frappe.get_meta("Complaint")
	named = table.column("complaint", _("Complaint"), "Link", 150, options="Complaint")
	item = table.column("item_code", _("Item"), "Data", 140)
	shown = []
	for name in SHOWN:
		field = meta.get_field(name)
		# Data, not Link: Frappe drops whole rows by User Permissions on links, which the list has asked for already
		kind = "Data" if field.fieldtype in ("Link", "Select") else field.fieldtype
		shown.append(table.column(name, _(field.label), kind, WIDTHS.get(name, 140)))
	return [named, *shown[:7], item, *shown[7:]]


def _message(found: int, shown: int, most: int) -> str | None:
	left_out = min(found, most) - shown
	least = frappe.db.get_single_value("Complaint Settings", "smallest_cell") or 0
	return table.said(
		_(
			"Only the latest {0} of {1} are looked at: choose a shorter period, or the report Complaint Register in Full."
		).format(most, found)
		if found > most
		else None,
		_("{0} more are not shown to you.").format(left_out) if left_out >= max(least, 1) else None,
		_("Fewer than {0} more may be there that are not shown to you.").format(least)
		if left_out < least and not permissions.holds(frappe.session.user, ("Complaint Manager",))
		else None,
	)


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""Those shown, by state."""
	numbers = {state: sum(row["status"] == state for row in rows) for state in STATES}
	told = {state: number for state, number in numbers.items() if number}
	return table.bars(
		[_(state) for state in told], [(_("Complaints"), list(told.values()))], [table.COLOURS["plain"]]
	)

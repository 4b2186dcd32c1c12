"""Rows of Complaint Count as the clock would write them, without the complaints."""

from datetime import date
from itertools import count

import frappe

from cms_iso10002.complaints import counted_months, counting

_numbers = count(1)


def put(cut: str, day: date, number: int, **key) -> None:
	"""So many received on a day, in one cut: a row of its month, and of the day where the cut has any; the month is counted."""
	month = day.replace(day=1)
	for span, at in ((counting.MONTH, month), (counting.DAY, day)):
		if span == counting.MONTH or cut == counting.BY_DAY:
			row = frappe.new_doc("Complaint Count")
			row.update({"span": span, "day": at, "cut": cut, "received": number, **key})
			row.name = counting.row_name(cut, span, at, 500_000 + next(_numbers))
			row.db_insert()
	counted_months.mark(counted_months.COMPLAINTS, month, number)


def all_counted(first: date, last: date) -> None:
	"""The months of these days are counted, whatever there is."""
	for month in counted_months.between(first, last):
		counted_months.mark(counted_months.COMPLAINTS, month, counting.PAIRED_FROM)

"""ERPNext's exchange rates as they are entered there, without asking anybody outside (hook `complaint_exchange_rate`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe

DOCTYPE = "Currency Exchange"


def rate(currency: str, wanted: str, on: date) -> Decimal | None:
	"""What one unit of `currency` was worth in `wanted` on a day, by the last entry until then; None where there is none."""
	if not frappe.db.table_exists(DOCTYPE):
		return None
	if found := _last(currency, wanted, on):
		return found
	back = _last(wanted, currency, on)
	return 1 / back if back else None


def _last(currency: str, wanted: str, on: date) -> Decimal | None:
	filters = {"from_currency": currency, "to_currency": wanted, "date": ("<=", on)}
	rows = frappe.get_all(
		DOCTYPE, filters=filters, pluck="exchange_rate", order_by="date desc, creation desc", limit=1
	)
	return Decimal(str(rows[0])) if rows and rows[0] else None

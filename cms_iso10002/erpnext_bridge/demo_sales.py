"""What the demo's company sold in the year of its complaints: a few submitted invoices of many goods each.

Numbers of complaints mean little without them: control chart, rates and the effect of actions are complaints over sales.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe

from cms_iso10002.erpnext_bridge.sales import INVOICE

YEAR = "Fiscal Year"
WEEKDAYS = (1,)
"""Tuesdays: a year is fifty invoices, made in seconds."""
LINES = (3, 5)
UNITS = (15, 60)


def sell(
	rng: random.Random,
	company: str,
	customers: Sequence[str],
	prices: Mapping[str, float],
	first: date,
	last: date,
) -> list[str]:
	"""Submitted invoices of `company` on the days from `first` to `last`; their names. `prices` says what an item costs.

	Returns none where this site keeps no books: no table of invoices, or a company without accounts.
	"""
	if not frappe.db.table_exists(INVOICE) or not _has_accounts(company):
		return []
	_open_books(company, first, last)
	days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
	return [
		_invoice(rng, company, rng.choice(customers), prices, day)
		for day in days
		if day.weekday() in WEEKDAYS
	]


def _has_accounts(company: str) -> bool:
	"""Whether ERPNext can post what is sold; where nothing is posted (no fiscal years), nothing is needed."""
	if not frappe.db.table_exists(YEAR):
		return True
	wanted = ("default_receivable_account", "default_income_account", "cost_center")
	return all(frappe.db.get_value("Company", company, wanted) or ())


def _open_books(company: str, first: date, last: date) -> None:
	"""A fiscal year for each day: a new site has only that of today."""
	if not frappe.db.table_exists(YEAR):
		return
	for year in range(first.year, last.year + 1):
		start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
		for day in (start, end):
			if not _is_open(company, day):
				_open_year(day)


def _is_open(company: str, day: date) -> bool:
	"""Whether some fiscal year, of this company or of all, has the day."""
	years = frappe.get_all(
		YEAR,
		{"disabled": 0, "year_start_date": ("<=", day), "year_end_date": (">=", day)},
		pluck="name",
		order_by="name",
	)
	rows = frappe.get_all(
		f"{YEAR} Company", {"parent": ("in", years or [""])}, ["parent", "company"], order_by="parent, idx"
	)
	theirs = {row.parent for row in rows if row.company != company}
	ours = {row.parent for row in rows if row.company == company}
	return bool(ours | (set(years) - theirs))


def _open_year(day: date) -> None:
	"""The year of `day` with the first day that the site's other fiscal years have."""
	known = frappe.get_all(YEAR, pluck="year_start_date", order_by="year_start_date desc", limit=1)
	begin = known[0] if known else date(day.year, 1, 1)
	start = date(day.year, begin.month, min(begin.day, 28))
	if start > day:
		start = start.replace(year=day.year - 1)
	end = start.replace(year=start.year + 1) - timedelta(days=1)
	name = str(start.year) if start.year == end.year else f"{start.year}-{end.year}"
	frappe.get_doc({"doctype": YEAR, "year": name, "year_start_date": start, "year_end_date": end}).insert()


def _invoice(rng: random.Random, company: str, customer: str, prices: Mapping[str, float], day: date) -> str:
	about = frappe.db.get_value("Customer", customer, ["territory", "customer_group"], as_dict=True)
	doc = frappe.new_doc(INVOICE)
	doc.update(
		{
			"customer": customer,
			"company": company,
			"posting_date": day,
			"set_posting_time": 1,
			"due_date": day + timedelta(days=30),
			**about,
		}
	)
	for code in rng.sample(sorted(prices), rng.randint(*LINES)):
		doc.append("items", _line(code, rng.randint(*UNITS), prices[code]))
	doc.insert()
	doc.submit()
	return doc.name


def _line(code: str, units: int, price: float) -> dict[str, Any]:
	item = frappe.get_cached_value("Item", code, ["item_group", "stock_uom"], as_dict=True)
	return {
		"item_code": code,
		"item_group": item.item_group,
		"qty": units,
		"uom": item.stock_uom,
		"conversion_factor": 1,
		"stock_qty": units,
		"rate": price,
	}

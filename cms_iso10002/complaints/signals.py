"""The weekly look at the numbers: what asks for a look becomes a Complaint Signal, told once to the Complaint Managers.

ISO 10002:2018, 8.2: systemic problems and trends are to be found, not waited for. For each company the last half year of
weeks is put on a control chart (complaints per 1,000 invoices; the number alone where no sales are known), and the last
four weeks are compared with the year before: does an item, a batch, a cause, a territory or a category make up much more
of all complaints than it used to? The rules stand in `core.signals` and `core.trends`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import formatdate

from cms_iso10002.complaints import alerts, clock
from cms_iso10002.complaints.analysis import figures, series
from cms_iso10002.complaints.analysis.series import Series
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core import signals, spans, trends
from cms_iso10002.core.closure import COUNTED

SIGNAL = "Complaint Signal"
CHART, SHARE = "Control Chart", "Share"
WEEKS = 26
DIMENSIONS = {
	"Item": "item_code",
	"Batch": "batch_no",
	"Root Cause": "root_cause",
	"Territory": "territory",
	"Category": "category",
}
"""What a share is looked at by. Batches are not counted by day: they are read from the complaints themselves."""


def run() -> list[str]:
	"""Look at every company; the names of the signals that are new. One company's failure keeps no other back."""
	made: list[str] = []
	for company in _companies():
		try:
			with all_or_nothing():
				made += look_at(company)
		except frappe.QueryDeadlockError:
			raise
		except Exception:
			# one company's numbers that fail keep no other from being looked at
			frappe.log_error(title=_("The numbers of {0} could not be looked at for signals").format(company))
	return made


def look_at(company: str) -> list[str]:
	"""The new signals of one company, recorded and told."""
	return [name for name in (*_charts(company), *_shares(company)) if name]


def _companies() -> list[str]:
	"""Those about which something was received within the year and the weeks that are looked at."""
	(_start, end), (first, _last) = signals.windows(clock.today())
	found = figures.read(("company",), ("received",), frappe._dict(from_date=first, to_date=end, within={}))
	return sorted(company for (company,) in found if company)


def _period(company: str, first: date, last: date) -> frappe._dict:
	return frappe._dict(from_date=first, to_date=last, within={"company": [company]})


# control chart -----------------------------------------------------------------------------------------------


def _charts(company: str) -> list[str | None]:
	last = spans.start_of(clock.today(), spans.WEEK) - timedelta(days=1)
	first = last - timedelta(days=7 * WEEKS - 1)
	found, measure = _chart(company, first, last)
	made = []
	for signal in signals.news(found.chart):
		start, end = found.spans[signal.points[0]][0], found.spans[signal.at][1] - timedelta(days=1)
		values = {
			"kind": CHART,
			"rule": signal.rule,
			"company": company,
			"direction": "Up" if signal.direction > 0 else "Down",
			"period_start": start,
			"period_end": end,
			"signal_key": signals.key_of(CHART, company, signal.rule, signal.direction, end),
		}
		made.append(_record(values, _chart_words(found, signal, company, measure)))
	return made


def _chart(company: str, first: date, last: date) -> tuple[Series, str]:
	"""The weeks on a chart against sales; alone where that can't be done."""
	for measure in (series.MEASURES[0], series.ALONE):
		found = series.read(_period(company, first, last), spans.WEEK, measure, None)
		if found.chart.centre is not None:
			break
	return found, measure


def _chart_words(found: Series, signal: trends.Signal, company: str, measure: str) -> Words:
	place, per = signal.at, found.per
	point, limits = found.chart.points[place], found.chart.limits[place]
	weeks = ", ".join(series.in_words(found.spans[one], spans.WEEK, "en") for one in signal.points)
	rates = tuple(
		round(value * per, 2) for value in (point.rate, found.chart.centre, limits.lower, limits.upper)
	)

	def title() -> str:
		more = (
			_("More complaints than chance explains")
			if signal.direction > 0
			else _("Fewer complaints than chance explains")
		)
		return _("{0}: {1}").format(more, company)

	def evidence() -> str:
		said = [f"{_(signal.rule)}. {_(trends.RULES[signal.rule])}", _("Weeks: {0}.").format(weeks)]
		if measure == series.ALONE:
			template = _("In the last of them {0} complaints; the centre is {1}, the limits are {2} and {3}.")
		else:
			template = _(
				"In the last of them {0} per 1,000 invoices; the centre is {1}, the limits are {2} and {3}."
			)
		said.append(template.format(*rates))
		said += [_(remark) for remark in found.chart.remarks]
		return "\n".join(said)

	return title, evidence


# shares ------------------------------------------------------------------------------------------------------


def _shares(company: str) -> list[str | None]:
	now, before = signals.windows(clock.today())
	whole, whole_before = (
		int(figures.total(("received",), _period(company, *window))["received"]) for window in (now, before)
	)
	made = []
	for dimension, field in DIMENSIONS.items():
		numbers, earlier = (_numbers(company, field, *window) for window in (now, before))
		for one in signals.risen(numbers, earlier, whole, whole_before):
			if _seen_again(company, dimension, one.value):
				continue
			values = {
				"kind": SHARE,
				"company": company,
				"dimension": dimension,
				"value": one.value,
				"direction": "Up",
				"period_start": now[0],
				"period_end": now[1],
				"signal_key": signals.key_of(SHARE, company, dimension, one.value, now[1]),
			}
			made.append(_record(values, _share_words(one, dimension, now)))
	return made


def _numbers(company: str, field: str, first: date, last: date) -> dict[str, int]:
	"""How many were received of each value of a field."""
	if field == "batch_no":
		return _batches(company, first, last)
	found = figures.read((field,), ("received",), _period(company, first, last))
	return {key: int(one["received"]) for (key,), one in found.items() if key}


def _batches(company: str, first: date, last: date) -> dict[str, int]:
	case, row = DocType("Complaint"), DocType("Complaint Subject")
	return dict(
		frappe.qb.from_(row)
		.join(case)
		.on((case.name == row.parent) & (row.parenttype == "Complaint"))
		.select(row.batch_no, Count(row.parent).distinct())
		.where((case.received_on >= first) & (case.received_on < last + timedelta(days=1)))
		.where((case.company == company) & case.status.isin(COUNTED) & (row.batch_no != ""))
		.groupby(row.batch_no)
		.run()
	)


def _seen_again(company: str, dimension: str, value: str) -> bool:
	"""Whether this share was told of lately; then it is put down that it was seen again."""
	same = {"kind": SHARE, "company": company, "dimension": dimension, "value": value}
	rows = frappe.get_all(
		SIGNAL, filters=same, fields=["name", "last_found"], order_by="last_found desc", limit=1
	)
	if not rows or not signals.same_again([rows[0].last_found], clock.today()):
		return False
	frappe.db.set_value(SIGNAL, rows[0].name, "last_found", clock.today(), update_modified=False)
	return True


def _share_words(one: signals.Risen, dimension: str, now: tuple[date, date]) -> Words:
	def title() -> str:
		return _("{0} {1}: a larger share of complaints than before").format(_(dimension), _(one.value))

	def evidence() -> str:
		said = _(
			"{0} of {1} complaints ({2} %) received from {3} to {4}; in the year before {5} of {6} ({7} %)."
		)
		said = said.format(
			one.number,
			one.whole,
			round(one.share, 1),
			formatdate(now[0]),
			formatdate(now[1]),
			one.earlier,
			one.whole_before,
			round(one.share_before, 1),
		)
		chance = "{:.2g}".format(one.chance)
		return "\n".join((said, _("The probability that chance alone does that: {0}.").format(chance)))

	return title, evidence


# recording and telling ---------------------------------------------------------------------------------------

Words = tuple[Callable[[], str], Callable[[], str]]
"""What says title and evidence of a signal in the language that is spoken."""


def _record(values: dict[str, Any], words: Words) -> str | None:
	"""A new signal, told to those who may see it; None where it was recorded before."""
	if frappe.db.exists(SIGNAL, {"signal_key": values["signal_key"]}):
		return None
	title, evidence = words
	doc = frappe.new_doc(SIGNAL)
	today = clock.today()
	doc.update(
		{**values, "title": title()[:140], "evidence": evidence(), "first_found": today, "last_found": today}
	)
	doc.flags.from_numbers = True
	doc.insert(ignore_permissions=True)  # the clock finds it: nobody may make one
	told = alerts.holders(alerts.MANAGER)
	told = [user for user in told if frappe.has_permission(SIGNAL, "read", doc, user=user)]
	alerts.tell(
		doc,
		told,
		lambda: _("Signal: {0}").format(title()),
		lambda: frappe.utils.escape_html(evidence()).replace("\n", "<br>"),
	)
	return doc.name

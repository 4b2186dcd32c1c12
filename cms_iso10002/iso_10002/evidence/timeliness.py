"""Kept in time (4.15, 7.3, 7.4): milestones met and missed, read from the daily summary that reports read.

What was met counts on the day it was met, what was missed on the day it fell due, until it is met after all; what was
cancelled or is still running does not count. So these figures are those of the report *Milestone Performance*.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum

from cms_iso10002.complaints.summary import SUMMARY, not_counted
from cms_iso10002.core import clocks
from cms_iso10002.iso_10002.evidence.counting import days, finished
from cms_iso10002.iso_10002.evidence.model import HIGHER, LOWER, Evidence, Link, Period, share
from cms_iso10002.iso_10002.evidence.readings import once
from cms_iso10002.iso_10002.evidence.registry import computes

MILESTONES = "Milestone Performance"


@dataclass(frozen=True)
class Kept:
	"""Milestones of a period: `met` in time (`held` of them by a holding response), `late`, and `missed` so far."""

	met: int = 0
	held: int = 0
	late: int = 0
	missed: int = 0

	@property
	def total(self) -> int:
		return self.met + self.late + self.missed


def kept(period: Period, company: str | None) -> dict[str, Kept]:
	"""What came of the milestones of a period, by stage."""
	return once(("kept", period, company), lambda: _read(period, company))


def _read(period: Period, company: str | None) -> dict[str, Kept]:
	"""Nothing at all as long as days of the period are still being counted: half of it would be a wrong answer."""
	if not_counted(period.start, period.end):
		return {}
	row = DocType(SUMMARY)
	sums = [Sum(row[name]) for name in ("met", "held", "met_late", "overdue")]
	query = frappe.qb.from_(row).select(row.stage, *sums).groupby(row.stage)
	query = query.where((row.day >= period.start) & (row.day <= period.end))
	if company:
		query = query.where(row.company == company)
	return {stage: Kept(*(int(number or 0) for number in numbers)) for stage, *numbers in query.run()}


def link(period: Period, company: str | None, stage: str = "") -> Link:
	"""The report that shows these milestones."""
	filters = {"group_by": "Stage", **days(period, company)}
	return Link(report=MILESTONES, filters={**filters, "stage": stage} if stage else filters)


def in_time(
	clause: str, figure: str, label: str, stage: str, period: Period, company: str | None
) -> Evidence:
	"""The share of one stage that was met in time, of all that was met or missed."""
	of_stage = kept(period, company).get(stage) or Kept()
	rule = _("Milestones of the stage {0} that were met in time, of those met or missed in the period.")
	return finished(
		Evidence(
			clause,
			figure,
			label,
			share(of_stage.met, of_stage.total),
			"%",
			of_stage.met,
			of_stage.total,
			sample=of_stage.total,
			better=HIGHER,
			explanation=rule.format(_(stage.capitalize())),
			parts=_parts(of_stage),
			link=link(period, company, stage),
		)
	)


def late(clause: str, figure: str, label: str, stage: str, period: Period, company: str | None) -> Evidence:
	"""The share of one stage that was met too late or is still missed, of all that was met or missed."""
	of_stage = kept(period, company).get(stage) or Kept()
	too_late = of_stage.late + of_stage.missed
	rule = _(
		"Milestones of the stage {0} that were met late or are missed, of those met or missed in the period."
	)
	return finished(
		Evidence(
			clause,
			figure,
			label,
			share(too_late, of_stage.total),
			"%",
			too_late,
			of_stage.total,
			sample=of_stage.total,
			better=LOWER,
			explanation=rule.format(_(stage.capitalize())),
			parts=_parts(of_stage),
			link=link(period, company, stage),
		)
	)


def _parts(of_stage: Kept) -> dict[str, float]:
	numbers = {
		_("Met"): of_stage.met,
		_("By Holding Response"): of_stage.held,
		_("Met Late"): of_stage.late,
		_("Overdue"): of_stage.missed,
	}
	return {name: float(number) for name, number in numbers.items()}


@computes("timeliness", "milestones_on_time")
def milestones_on_time(period: Period, company: str | None) -> Evidence:
	"""Milestones of all stages met in time, of those met or missed in the period; a part for each stage."""
	stages = kept(period, company)
	met, total = (sum(getattr(each, name) for each in stages.values()) for name in ("met", "total"))
	held = sum(each.held for each in stages.values())
	rule = _(
		"Milestones that were met in time ({0} of them by a holding response), of those met or missed in the period."
	)
	return finished(
		Evidence(
			"timeliness",
			"milestones_on_time",
			_("Milestones Met in Time"),
			share(met, total),
			"%",
			met,
			total,
			sample=total,
			explanation=rule.format(held),
			parts={
				_(stage.capitalize()): share(stages[stage].met, stages[stage].total)
				for stage in clocks.STAGES
				if stage in stages and stages[stage].total
			},
			link=link(period, company),
		)
	)


@computes("acknowledgement", "on_time")
def acknowledged_on_time(period: Period, company: str | None) -> Evidence:
	"""Acknowledgements sent or spoken in time, of those given or missed in the period (a review asked for has its own)."""
	label = _("Acknowledged in Time")
	return in_time("acknowledgement", "on_time", label, clocks.ACKNOWLEDGE, period, company)


@computes("tracking", "updates_on_time")
def updates_on_time(period: Period, company: str | None) -> Evidence:
	"""Updates given in time, of those given or missed in the period."""
	return in_time("tracking", "updates_on_time", _("Updates in Time"), clocks.UPDATE, period, company)


@computes("continual-monitoring", "acknowledged_late")
def acknowledged_late(period: Period, company: str | None) -> Evidence:
	"""Acknowledgements given late or missed, of those given or missed in the period."""
	label = _("Acknowledged Late")
	return late("continual-monitoring", "acknowledged_late", label, clocks.ACKNOWLEDGE, period, company)


@computes("continual-monitoring", "resolved_late")
def resolved_late(period: Period, company: str | None) -> Evidence:
	"""Decisions sent late or still owed past their time, of those sent or missed in the period."""
	label = _("Resolved Late")
	return late("continual-monitoring", "resolved_late", label, clocks.DECIDE, period, company)

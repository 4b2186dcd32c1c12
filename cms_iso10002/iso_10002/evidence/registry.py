"""Which figures there are for a clause, and how all of them are computed without one failure hiding the rest.

A figure is a function `(period, company) -> Evidence` marked with `@computes(slug, figure)`. It counts every case, whoever
looks: rows and links depend on the viewer, figures don't. Other apps add theirs in hooks.py, by the clause's slug:

	iso_10002_evidence = {"principle-capacity": ["their_app.figures.staff_turnover"]}
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import frappe
from frappe import _

from cms_iso10002.iso_10002 import evidence as package
from cms_iso10002.iso_10002.evidence.model import FAILED, Evidence, Period
from cms_iso10002.iso_10002.evidence.readings import Readings

Figure = Callable[[Period, "str | None"], Evidence]
HOOK = "iso_10002_evidence"

_OURS: dict[str, list[Figure]] = {}


def computes(clause: str, figure: str) -> Callable[[Figure], Figure]:
	"""Mark a function as the one that computes `figure` of `clause`."""

	def register(function: Figure) -> Figure:
		function.clause, function.figure = clause, figure
		_OURS.setdefault(clause, []).append(function)
		return function

	return register


def figures(clause: str) -> list[Figure]:
	"""The functions that compute figures of a clause: ours, then those of other apps."""
	load()
	theirs = frappe.get_hooks(HOOK, default={}).get(clause) or []
	return [*_OURS.get(clause, ()), *map(frappe.get_attr, theirs)]


def clauses() -> list[str]:
	"""The slugs of all clauses that have a figure."""
	load()
	return sorted({*_OURS, *frappe.get_hooks(HOOK, default={})})


def compute(
	clause: str, period: Period, company: str | None = None, readings: Readings | None = None
) -> list[Evidence]:
	"""Every figure of a clause; one that fails says so, with the reason, and the others go on.

	Who computes many clauses of one state of the records hands in the same `readings` each time: what is read for one
	clause then serves the others (and is read for them, so that for one clause alone it does not pay).
	"""
	with readings.in_use() if readings else nullcontext():
		return [_safely(clause, function, period, company) for function in figures(clause)]


def compute_before(
	clause: str, period: Period, company: str | None = None, readings: Readings | None = None
) -> list[Evidence]:
	"""The figures of a clause for a period that is to be compared with: without those that know today only."""
	return [each for each in compute(clause, period, company, readings) if not each.as_of_now]


def compute_figure(clause: str, figure: str, period: Period, company: str | None = None) -> Evidence | None:
	"""One figure of a clause by its name; None where there is none of that name."""
	for function in figures(clause):
		if getattr(function, "figure", function.__name__) == figure:
			return _safely(clause, function, period, company)
	return None


def compute_all(period: Period, company: str | None = None) -> Iterator[tuple[str, list[Evidence]]]:
	"""Every clause that has figures, with them, one after the other (for a progress bar)."""
	readings = Readings()
	for clause in clauses():
		yield clause, compute(clause, period, company, readings)


def _safely(clause: str, function: Figure, period: Period, company: str | None) -> Evidence:
	figure = getattr(function, "figure", function.__name__)
	point = f"evidence_{frappe.generate_hash(length=8)}"
	frappe.db.savepoint(point)
	try:
		return function(period, company)
	except Exception as error:
		# a figure may be another app's and raise anything: it is shown as failed, and the rest go on
		frappe.db.rollback(save_point=point)
		frappe.log_error(title=f"Evidence {clause}/{figure} could not be computed")
		reason = _("Could not be computed: {0}").format(f"{type(error).__name__}: {error}")
		return Evidence(clause, figure, figure, None, "", verdict=FAILED, explanation=reason)


def load() -> None:
	"""Import every module of this package, once: their decorators fill the registry."""
	for module in pkgutil.iter_modules(package.__path__):
		importlib.import_module(f"{package.__name__}.{module.name}")

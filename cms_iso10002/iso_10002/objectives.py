"""Complaint Objectives (ISO 10002:2018, 6.2): what is measured, by which figure of the evidence, and how it stands.

An objective names a figure of the registry as "clause/figure". Its actual is that figure from the objective's first
day to the present one, or to its last; it is computed when the objective is saved, by a button, and every day.
"""

from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr, flt, formatdate, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core import objectives as core
from cms_iso10002.iso_10002 import people, telling
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import FAILED, Evidence, Period

DOCTYPE = "Complaint Objective"
RIPENING = timedelta(days=31)
"""How long after its end an objective is still computed: what was received in it may be decided after it."""

NOWHEN = Period(date(1900, 1, 1), date(1900, 1, 1))
"""A period without records: what a figure is called and counted in can be asked without counting."""

KEPT_FOR = 3600
"""Seconds for which the list of figures is remembered: what they are called changes with the app only."""

COMPUTED = ("status", "actual", "sample", "trend", "actual_before", "computed_on", "explanation", "actuals")
"""What the server computes: whatever a client sends, the database's value stands until it is computed anew."""
DEFINING = ("figure", "company", "from_date", "better")
"""With another one of these the actuals so far are of something else."""
SETTLED = (*DEFINING, "to_date", "target")
"""What can't be changed any more after the objective's last day."""


@frappe.whitelist(methods=["GET", "POST"])
def get_choices() -> list[dict]:
	"""The figures to choose from: `value` ("clause/figure"), `label`, `unit`, `better`. Needs to read objectives."""
	frappe.has_permission(DOCTYPE, "read", throw=True)
	key, cache = f"complaint_objective_figures:{frappe.local.lang}", _cache()
	choices = cache.get_value(key, expires=True)
	if choices is None:
		choices = _choices()
		cache.set_value(key, choices, expires_in_sec=KEPT_FOR)
	return choices


def _choices() -> list[dict]:
	titles = _clause_titles()
	return [
		{
			"value": f"{clause}/{evidence.figure}",
			"label": f"{titles.get(clause) or frappe.unscrub(clause)}: {evidence.label}",
			"unit": evidence.unit,
			"better": evidence.better,
		}
		for clause, figures in registry.compute_all(NOWHEN)
		for evidence in figures
		if evidence.verdict != FAILED
	]


def _cache():
	"""Frappe's cache, which later versions no longer call."""
	return frappe.cache() if callable(frappe.cache) else frappe.cache


def _clause_titles() -> dict[str, str]:
	if not frappe.db.exists("DocType", "ISO 10002 Clause"):
		return {}
	rows = frappe.get_all(
		"ISO 10002 Clause", fields=["name", "title", "number_2018"], order_by="sort_order, name"
	)
	return {row.name: f"{row.number_2018} {_(row.title)}".strip() for row in rows}


@frappe.whitelist(methods=["POST"])
def recompute(objective: str) -> None:
	"""Compute an objective now. Needs write permission."""
	doc = frappe.get_doc(DOCTYPE, objective, for_update=True)
	doc.check_permission("write")
	measure(doc)
	store(doc)


def refresh_all() -> None:
	"""The daily job: compute the objectives that are running or ended lately; who is responsible is told of a turn for
	the worse. One that fails is logged and keeps none of the others back."""
	today = clock.today()
	names = frappe.get_all(
		DOCTYPE,
		filters={"from_date": ("<=", today), "to_date": (">=", today - RIPENING)},
		pluck="name",
		order_by="name",
	)
	for name in names:
		try:
			with all_or_nothing():
				refresh(name)
		except frappe.QueryDeadlockError:
			raise
		except Exception:
			# one that can't be computed keeps no other waiting; it is tried again the next day
			frappe.log_error(title=f"Complaint Objective {name} could not be computed")


def refresh(name: str) -> None:
	"""Compute one objective; who is responsible is told when it has fallen behind, once."""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	before = doc.status
	measure(doc)
	store(doc)
	if doc.status != before and doc.status in (core.OFF_TRACK, core.MISSED):
		telling.notify(DOCTYPE, doc.name, people.enabled([doc.responsible]), lambda: _behind(doc))


def _behind(doc) -> str:
	if doc.status == core.MISSED:
		return _("The objective {0} was missed").format(doc.title)
	return _("The objective {0} is off track").format(doc.title)


# what the controller calls -----------------------------------------------------------------------------------


def keep_computed(doc) -> None:
	before = None if doc.is_new() else doc.get_doc_before_save()
	for name in COMPUTED:
		doc.set(name, before.get(name) if before else None)
	if not before or any(str(before.get(name) or "") != str(doc.get(name) or "") for name in DEFINING):
		doc.actuals = []


def check(doc) -> None:
	"""Raises a ValidationError for a period, a figure, a target or somebody responsible that can't be."""
	people.refuse_outsiders(doc.responsible)
	if getdate(doc.to_date) <= getdate(doc.from_date):
		frappe.throw(_("The objective ends before it begins: choose a later To."))
	spec = _compute(doc.figure, NOWHEN, doc.company)
	if not spec:
		frappe.throw(
			_("There is no figure {0}: choose one from the list.").format(
				frappe.bold(frappe.utils.escape_html(doc.figure or ""))
			)
		)
	if spec.verdict == FAILED:
		frappe.throw(frappe.utils.escape_html(spec.explanation))
	doc.update({"clause": spec.clause, "figure_label": spec.label, "unit": spec.unit})
	_check_target(doc, spec)
	_check_ended(doc)


def _check_ended(doc) -> None:
	"""What an objective was measured by stays once its time is over: else it could be met afterwards."""
	before = doc.get_doc_before_save()
	if not before or getdate(before.to_date) >= clock.today():
		return
	for name in SETTLED:
		if cstr(before.get(name)) != cstr(doc.get(name)) and not _same_number(
			before.get(name), doc.get(name)
		):
			frappe.throw(
				_(
					"This objective ended on {0}, so {1} stays as it was: make a new objective instead."
				).format(formatdate(before.to_date), _(doc.meta.get_label(name)))
			)


def _same_number(one: Any, other: Any) -> bool:
	return isinstance(one, int | float) and flt(one) == flt(other)


def _check_target(doc, spec: Evidence) -> None:
	if doc.better not in (core.HIGHER, core.LOWER):
		frappe.throw(_("Direction is one of higher and lower."))
	if spec.better and doc.better != spec.better:
		good = _("higher") if spec.better == core.HIGHER else _("lower")
		frappe.throw(_("Of this figure {0} is better: change the direction.").format(good))
	most = core.LONGEST.get(spec.unit)
	if flt(doc.target) < 0:
		frappe.throw(_("The target can't be below zero."))
	if most and flt(doc.target) > most:
		frappe.throw(_("{0} can't be reached: choose a target up to {1}.").format(flt(doc.target), most))


def measure(doc) -> None:
	"""Compute what the figure says up to now, and in as many days before; and what follows from both."""
	today = clock.today()
	first, last = getdate(doc.from_date), min(getdate(doc.to_date), today)
	doc.update({"computed_on": clock.now_site(), "explanation": "", "trend": "", "status": core.NO_DATA})
	doc.update({"actual": None, "actual_before": None, "sample": 0})
	if last < first:
		doc.explanation = _("The objective has not begun yet.")
		return
	period = Period(first, last)
	now = _compute(doc.figure, period, doc.company)
	if not now:
		doc.explanation = _("There is no figure {0} any more.").format(doc.figure)
		return
	then = None if now.as_of_now else _compute(doc.figure, period.before(), doc.company)
	before = then.value if then else None
	ended = getdate(doc.to_date) < today
	doc.update(
		{
			"actual": now.value,
			"sample": now.sample,
			"explanation": now.explanation,
			"actual_before": before,
			"trend": core.trend(now.value, before, doc.better, now.unit),
			"status": core.status(now.value, flt(doc.target), doc.better, ended),
		}
	)
	if now.value is not None:
		_remember(doc, last, now)


def _compute(name: str | None, period: Period, company: str | None) -> Evidence | None:
	"""A figure by its name "clause/figure"; None where there is none of that name."""
	clause, _slash, figure = (name or "").partition("/")
	return registry.compute_figure(clause, figure, period, company or None)


def _remember(doc, day: date, evidence: Evidence) -> None:
	"""Keep the actual of a day; of one week the last."""
	rows = [row for row in doc.actuals if getdate(row.day) <= day]
	if rows and core.same_week(getdate(rows[-1].day), day):
		row = rows[-1]
	else:
		row = doc.append("actuals", {})
	row.update({"day": day, "actual": evidence.value, "sample": evidence.sample, "status": doc.status})


def store(doc) -> None:
	"""Write what was computed, in place: an open form is not made stale by the clock."""
	fields = {name: doc.get(name) for name in COMPUTED if name != "actuals"}
	# the columns have no NULL: where `status` says No Data, or `trend` is empty, the 0 in them is no figure
	fields.update({name: flt(doc.get(name)) for name in ("actual", "actual_before")})
	doc.db_set(fields, update_modified=False)
	doc.update_child_table("actuals", doc.meta.get_field("actuals"))

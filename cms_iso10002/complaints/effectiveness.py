"""Whether actions worked: compared on their day by the daily job, judged by a person.

The rules are those of `core.effectiveness`; here complaints and sales are counted. Sales come from the hooks
`complaint_item_sales` (of one item) and `iso_10002_sales`: where nobody knows them, there is no rate, and the check says so.
"""

from datetime import date, datetime, time, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Date
from frappe.translate import get_user_lang
from frappe.utils import cint, cstr, formatdate, getdate
from pypika.terms import Criterion, ExistsCriterion

from cms_iso10002.complaints import alerts, clock, corrective_actions, permissions, tasks
from cms_iso10002.complaints.analysis import filters
from cms_iso10002.complaints.corrective_actions import ACTION, obey
from cms_iso10002.complaints.letter_language import speaking
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import effectiveness as effect
from cms_iso10002.core.closure import NOT_COUNTED
from cms_iso10002.core.refusal import N_

SALES_HOOK, ITEM_SALES_HOOK = "iso_10002_sales", "complaint_item_sales"
CHECK = "Complaint Action Check"
TREES = {effect.CAUSE: "Complaint Root Cause", effect.CATEGORY: "Complaint Category"}
NAMED = {effect.CAUSE: N_("root cause"), effect.CATEGORY: N_("category"), effect.ITEM: N_("item")}
"""What is compared, as it stands within a sentence."""
DEFAULT_DAYS_BEFORE = 180
MANAGER = "Complaint Manager"


# by the calendar -----------------------------------------------------------------------------------------


def run() -> None:
	"""Scheduled daily: compare for each action whose day has come, and ask a person to judge. What fails is logged."""
	for name in due():
		try:
			with all_or_nothing():
				_check_when_due(name)
		except frappe.QueryDeadlockError:
			raise
		except Exception:
			# one that fails keeps no other waiting; it is due again the next day
			frappe.log_error(
				title=f"The effect of {name} could not be checked",
				reference_doctype=ACTION,
				reference_name=name,
			)


def due() -> list[str]:
	"""The actions in effect whose day has come and for which nothing was compared since, in their present round.

	What somebody compared before the day is not what was asked for on it.
	"""
	action, check = DocType(ACTION), DocType(CHECK)
	done = frappe.qb.from_(check).select(check.name)
	done = done.where((check.parent == action.name) & (check["round"] == action["round"]))
	done = done.where(Date(check.checked_on) >= action.check_on)
	return (
		frappe.qb.from_(action)
		.select(action.name)
		.where((action.state == effect.IN_EFFECT) & (action.check_on <= clock.today()))
		.where(ExistsCriterion(done).negate())
		.orderby(action.check_on, action.name)
		.run(pluck=True)
	)


def _check_when_due(name: str) -> None:
	action = frappe.get_doc(ACTION, name, for_update=True)
	last = last_check(action)
	checked = bool(last) and getdate(last.checked_on) >= getdate(action.check_on)
	if effect.needs_check(action.state, getdate(action.check_on), clock.today(), checked):
		compare(action)
		_ask_to_judge(action)


def _ask_to_judge(action) -> None:
	"""Those who may judge hear of it, and one of them has the task."""
	judges = [user for user in alerts.holders(MANAGER) if user != action.responsible]
	judges = [user for user in judges if corrective_actions.has_permission(action, "read", user)]
	alerts.tell(action, judges, lambda: _("{0}: judge whether the action worked").format(action.name))
	tasked = alerts.least_busy(judges)
	if tasked:
		with speaking(get_user_lang(tasked)):
			words = _("Judge whether the action {0} worked").format(action.name)
			tasks.give(ACTION, action.name, tasked, words)


# compared ------------------------------------------------------------------------------------------------


def compare(action, until: date | None = None):
	"""Count before and after, and keep what was found as a check of the action; returns the row."""
	until = until or getdate(action.check_on)
	days = cint(action.days_before) or days_before()
	before, after = obey(effect.windows, getdate(action.in_effect_from), until, days)
	counts = [count(action, window) for window in (before, after)]
	found = effect.find(*counts)
	row = action.append(
		"checks",
		{
			"round": action.round or 1,
			"checked_on": clock.today(),
			"finding": found.finding,
			"chance": found.chance or 0,
			"before_from": before.first,
			"before_to": before.last,
			"before_count": counts[0].complaints,
			"before_sales": counts[0].sales or 0,
			"after_from": after.first,
			"after_to": after.last,
			"after_count": counts[1].complaints,
			"after_sales": counts[1].sales or 0,
			"after_unknown": counts[1].unknown,
			"explanation": in_words(action, (before, after), counts, found),
		},
	)
	corrective_actions.save_as_server(action)
	return row


def days_before() -> int:
	"""How many days before an action are compared where nobody says otherwise."""
	kept = cint(frappe.db.get_single_value("Complaint Settings", "effect_days_before"))
	return min(kept or DEFAULT_DAYS_BEFORE, effect.LONGEST)


def count(action, window: effect.Window) -> effect.Counted:
	"""Complaints received in a window that are of the action's kind, and the sales of the same days."""
	case = DocType("Complaint")
	received = case.received_on >= datetime.combine(window.first, time())
	received &= case.received_on < datetime.combine(window.last + timedelta(days=1), time())
	received &= case.status.notin(NOT_COUNTED)
	if action.company:
		received &= case.company == action.company
	alike, unknown = _alike(action, case)
	return effect.Counted(
		_number(case, received & alike), sold(action, window), _number(case, received & unknown)
	)


def _number(case, condition: Criterion) -> int:
	return frappe.qb.from_(case).select(Count("*")).where(condition).run()[0][0]


def _alike(action, case) -> tuple[Criterion, Criterion]:
	"""The conditions that a complaint is of the action's kind, and that it says nothing about that yet."""
	if action.rule == effect.ITEM:
		subject = DocType("Complaint Subject")
		rows = frappe.qb.from_(subject).select(subject.name)
		rows = rows.where((subject.parent == case.name) & (subject.parenttype == "Complaint"))
		named = rows.where(subject.item_code.isnotnull() & (subject.item_code != ""))
		return (
			ExistsCriterion(rows.where(subject.item_code == action.item_code)),
			ExistsCriterion(named).negate(),
		)
	field = effect.RULES[action.rule]
	column = case[field]
	return column.isin(filters.under(TREES[action.rule], action.get(field))), (
		column.isnull() | (column == "")
	)


def sold(action, window: effect.Window) -> int | None:
	"""How many sales there were in a window, of the item where the rule is about one; None where nobody knows."""
	if action.rule == effect.ITEM:
		known = frappe.get_hooks(ITEM_SALES_HOOK)
		return (
			frappe.get_attr(known[-1])(action.item_code, window.first, window.last, action.company)
			if known
			else None
		)
	known = frappe.get_hooks(SALES_HOOK)
	return frappe.get_attr(known[-1])(window.first, window.last, action.company) if known else None


def in_words(action, windows, counts, found: effect.Found) -> str:
	"""What was compared and what it says, in plain sentences."""
	said = [
		_("{0} to {1}: {2}.").format(formatdate(window.first), formatdate(window.last), _counted(one))
		for window, one in zip(windows, counts, strict=True)
	]
	if found.finding == effect.NO_RATE:
		said.append(_("So there is no rate to compare."))
	elif found.chance is None:
		said.append(_("Too few to tell: not even none at all afterwards would have shown a difference."))
	else:
		chance = frappe.utils.flt(100 * found.chance, 2 if found.chance < 0.1 else 0)
		said.append(_("Chance alone makes such a difference with a probability of {0} %.").format(chance))
	if counts[1].unknown:
		said.append(
			_("Received since and not classified yet by {0}: {1}.").format(
				_(NAMED[action.rule]), counts[1].unknown
			)
		)
	return " ".join(said)


def _counted(one: effect.Counted) -> str:
	if not one.sales:
		return _("complaints {0}, sales not known or none").format(one.complaints)
	return _("complaints {0}, sales {1} ({2} per 1,000)").format(
		one.complaints, one.sales, frappe.utils.flt(one.per_thousand, 2)
	)


def last_check(action):
	"""The latest check of the present round, None where there is none."""
	rows = [row for row in action.checks if (row.round or 1) == (action.round or 1)]
	return rows[-1] if rows else None


# by people -----------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def check_now(action: str) -> str:
	"""Compare before the day has come, with the days there are; returns the finding. Checks write permission."""
	doc = frappe.get_doc(ACTION, action, for_update=True)
	doc.check_permission("write")
	if doc.state != effect.IN_EFFECT:
		frappe.throw(
			_("Only an action that is in effect can be checked; this one is {0}.").format(_(doc.state))
		)
	return compare(doc, min(getdate(doc.check_on), clock.today())).finding


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def judge(action: str, judgement: str, reasons: str = "") -> str:
	"""Judge whether an action worked (Effective, Not Effective); returns its state. One that did not is open again.

	Needs the role Complaint Manager, and somebody else than who is responsible for the action.
	"""
	doc = frappe.get_doc(ACTION, action, for_update=True)
	doc.check_permission("write")
	if not permissions.holds(frappe.session.user, (MANAGER, "System Manager")):
		frappe.throw(_("Judging an action needs the role {0}.").format(_(MANAGER)), frappe.PermissionError)
	row = last_check(doc)
	independent = frappe.session.user != doc.responsible
	finding = row.finding if row else None
	state = obey(effect.judge, doc.state, judgement, finding, cstr(reasons), independent)
	row.update(
		{
			"judgement": judgement,
			"judged_by": frappe.session.user,
			"judged_on": clock.now_site(),
			"reasons": cstr(reasons).strip(),
		}
	)
	with all_or_nothing():
		if state == effect.EFFECTIVE:
			doc.state = state
			corrective_actions.save_as_server(doc)
		else:
			corrective_actions.reopen(doc, cstr(reasons).strip())
			_tell_responsible(doc)
		tasks.end(tasks.on(ACTION, doc.name))  # nobody is left with the task to judge what was judged
	return doc.state


def _tell_responsible(action) -> None:
	user = action.responsible
	if user and corrective_actions.has_permission(action, "read", user):
		alerts.tell(action, [user], lambda: _("{0} did not work and is open again").format(action.name))

"""The management review (ISO 10002:2018, 8.6): everything it must look at, gathered and frozen; decisions that become tasks.

Draft (inputs are gathered and commented on) → Held (every input has figures or notes, every decision somebody responsible and
a date; decisions become tasks) → Approved (the chair has approved the minutes). From Held on nothing changes but what became of
the decisions; what must be put right before the approval goes back to draft first.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cstr, escape_html, flt, formatdate, get_fullname, getdate

from cms_iso10002.complaints import clock, summary
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002 import review_inputs, telling
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Period

DOCTYPE = "Complaint Management Review"
DRAFT, HELD, APPROVED = "Draft", "Held", "Approved"
REMIND_BEFORE = timedelta(days=30)
GATHERED_FOR = {"from_date": "gathered_from", "to_date": "gathered_to", "company": "gathered_company"}
"""What inputs are gathered for, and where it is kept: changed afterwards, they are the inputs of another review."""


@dataclass(frozen=True)
class Topic:
	"""An input that clause 8.6 asks for: figures of these clauses, and what `more` gathers from the registers."""

	key: str
	label: str
	clauses: tuple[str, ...] = ()
	more: Callable[[Any], review_inputs.Input] | None = None


TOPICS: tuple[Topic, ...] = (
	Topic("changes", N_("Changes, Inside and Outside"), (), review_inputs.changes),
	Topic("volumes", N_("Volumes and Trends"), ("continual-monitoring", "analysis"), review_inputs.volumes),
	Topic(
		"milestones",
		N_("Performance against Time Limits"),
		("timeliness", "acknowledgement", "tracking", "responsiveness"),
	),
	Topic(
		"quality",
		N_("Quality of Handling"),
		("receipt", "initial-assessment", "investigation", "decision", "closing"),
	),
	Topic(
		"fairness",
		N_("Objectivity and Confidentiality"),
		("objectivity", "confidentiality", "information-integrity"),
	),
	Topic("satisfaction", N_("Satisfaction of Complainants"), ("satisfaction",)),
	Topic("audits", N_("Audits and Self-Assessments"), ("auditing",), review_inputs.audits),
	Topic(
		"actions",
		N_("Actions and Whether They Were Effective"),
		("continual-improvement", "improvement", "customer-focus"),
	),
	Topic("objectives", N_("Objectives"), ("objectives",), review_inputs.objectives),
	Topic("risks", N_("Risks and Opportunities"), ("context",), review_inputs.risks),
	Topic("previous", N_("Decisions of Earlier Reviews"), (), review_inputs.previous),
	Topic(
		"resources",
		N_("Resources, Training and Workload"),
		("principle-capacity", "competence", "resources", "responsibility"),
	),
)
"""ISO 10002:2018, 8.6: what the review considers."""


# the inputs ----------------------------------------------------------------------------------------------


def gather(review) -> None:
	"""Fill every input from the records as they are now; notes stay."""
	summary.refresh_recent()  # or what was not summed up yet would be "no data", and stay so
	notes = {row.topic: row.notes for row in review.inputs}
	period = Period(getdate(review.from_date), getdate(review.to_date))
	review.set("inputs", [])
	for topic in TOPICS:
		found = topic.more(review) if topic.more else review_inputs.Input()
		figures = [
			one
			for clause in topic.clauses
			for one in registry.compute(clause, period, review.company or None)
		]
		review.append(
			"inputs",
			{
				"topic": topic.key,
				"figures": json.dumps(
					{
						"figures": [one.as_dict() for one in figures],
						"lines": found.lines,
						"series": found.series,
					},
					default=str,
				),
				"notes": notes.get(topic.key),
			},
		)
	review.gathered_on = clock.now_site()
	review.update({kept: review.get(name) for name, kept in GATHERED_FOR.items()})


def content(row) -> dict[str, Any]:
	"""What was gathered for an input: `figures` (as `Evidence.as_dict`), `lines` of text, `series` for a chart."""
	return json.loads(row.figures) if row.figures else {"figures": [], "lines": [], "series": None}


def is_filled(row) -> bool:
	"""Whether an input has something to look at: a figure with data, a month with cases, a line, or notes."""
	found = content(row)
	has_figure = any(one.get("value") is not None for one in found["figures"])
	has_series = bool(review_inputs.chart(found["series"]))
	return bool(has_figure or has_series or found["lines"] or (row.notes or "").strip())


def label(key: str) -> str:
	"""What a topic is called; one that a later version dropped keeps its key."""
	return next((_(topic.label) for topic in TOPICS if topic.key == key), key)


def figure_text(figure: dict[str, Any]) -> str:
	"""The value of a figure for people; "no data" where there is none."""
	value, unit = figure.get("value"), figure.get("unit") or ""
	if value is None:
		return _("no data")
	shown = frappe.utils.fmt_money(flt(value), precision=0 if float(value).is_integer() else 1)
	return f"{shown} {_(unit)}".strip() if unit != "count" else shown


def view(review) -> list[dict[str, Any]]:
	"""The inputs as form and print show them."""
	return [
		{
			"topic": row.topic,
			"label": label(row.topic),
			"notes": row.notes or "",
			"filled": is_filled(row),
			"lines": content(row)["lines"],
			"chart": review_inputs.chart(content(row)["series"]),
			"figures": [
				{
					"label": one["label"],
					"text": figure_text(one),
					"verdict": _(one["verdict"]),
					"colour": review_inputs.COLOURS.get(one["verdict"], "gray"),
					"explanation": one["explanation"],
				}
				for one in content(row)["figures"]
			],
		}
		for row in review.inputs
	]


# the steps -----------------------------------------------------------------------------------------------


def hold(review) -> None:
	"""The review has taken place. Raises frappe.ValidationError with what is missing."""
	if not review.inputs:
		telling.not_yet(_("Gather the inputs first."))
	if any(cstr(review.get(name)) != cstr(review.get(kept)) for name, kept in GATHERED_FOR.items()):
		telling.not_yet(_("The inputs were gathered for another period or company: gather them again."))
	empty = [label(row.topic) for row in review.inputs if not is_filled(row)]
	if empty:
		telling.not_yet(
			_(
				"Nothing was recorded and nothing noted on: {0}. Write a note, if only that there was nothing."
			).format(", ".join(empty))
		)
	if not review.held_on:
		telling.not_yet(_("Enter the day on which the review was held."))
	if getdate(review.held_on) > clock.today():
		telling.not_yet(_("The review can't have been held on a day to come: check Held On."))
	if getdate(review.held_on) < getdate(review.from_date):
		telling.not_yet(
			_("The review can't have been held before the period that it looks at: check Held On.")
		)
	if not review.attendees:
		telling.not_yet(_("Enter who took part."))
	if not (review.conclusion or "").strip():
		telling.not_yet(_("Write the conclusion: is the process suitable and effective?"))
	if not review.next_review_on or getdate(review.next_review_on) <= getdate(review.held_on):
		telling.not_yet(_("Enter the day of the next review, after this one."))
	_hand_out(review)
	review.status = HELD


def _hand_out(review) -> None:
	"""Make a task of each decision, once. Raises frappe.ValidationError where one has nobody responsible or no date."""
	incomplete = [str(row.idx) for row in review.decisions if not (row.responsible and row.due_date)]
	if incomplete:
		telling.not_yet(
			_("Decisions need somebody responsible and a due date (rows {0}).").format(", ".join(incomplete))
		)
	past = [str(row.idx) for row in review.decisions if getdate(row.due_date) < getdate(review.held_on)]
	if past:
		telling.not_yet(
			_("Decisions can't be due before the day on which they were made (rows {0}).").format(
				", ".join(past)
			)
		)
	for row in review.decisions:
		if not (row.todo or row.done_on):
			row.todo = telling.assign(
				DOCTYPE, review.name, row.responsible, partial(_decision, review, row), row.due_date
			)


def _decision(review, row) -> str:
	words = _("Decision of the management review {0}: {1}").format(review.title, row.decision)
	return escape_html(words)


def approve(review) -> None:
	"""The chair approves the minutes."""
	if frappe.session.user != review.chair:
		telling.not_yet(_("The minutes are approved by the chair, {0}.").format(get_fullname(review.chair)))
	_hand_out(review)
	review.update({"status": APPROVED, "approved_by": frappe.session.user, "approved_on": clock.today()})


def back_to_draft(review) -> None:
	"""Held, but something must be put right before the minutes are approved; tasks stay."""
	review.status = DRAFT


STEPS = {
	"gather": (DRAFT, gather),
	"hold": (DRAFT, hold),
	"back_to_draft": (HELD, back_to_draft),
	"approve": (HELD, approve),
}


@frappe.whitelist(methods=["POST"])
def take_step(review: str, step: str) -> dict:
	"""Take a step of a review (`gather`, `hold`, `back_to_draft`, `approve`).

	Checks write permission on it; the chair may approve with read permission alone: top management need not hold our roles.
	"""
	doc = frappe.get_doc(DOCTYPE, review, for_update=True)
	if step not in STEPS:
		telling.not_yet(_("There is no such step."))
	as_chair = step == "approve" and frappe.session.user == doc.chair
	doc.check_permission("read" if as_chair else "write")
	status, function = STEPS[step]
	if doc.status != status:
		telling.not_yet(_("This review is {0}: reload it to see what can be done now.").format(_(doc.status)))
	function(doc)
	doc.flags.step = True
	doc.save(ignore_permissions=as_chair)  # who may approve was checked above
	return doc.as_dict()


@frappe.whitelist(methods=["POST"])
def record_note(review: str, topic: str, notes: str) -> None:
	"""Store the notes on one input of a draft, and nothing else: two people may write at once. Checks write permission."""
	doc = frappe.get_doc(DOCTYPE, review, for_update=True)
	doc.check_permission("write")
	if doc.status != DRAFT:
		telling.not_yet(_("This review is {0}: its inputs are frozen.").format(_(doc.status)))
	row = next((row for row in doc.inputs if row.topic == topic), None)
	if not row:
		telling.not_yet(_("There is no such input: gather the inputs first."))
	frappe.db.set_value(row.doctype, row.name, "notes", notes.strip(), update_modified=False)


@frappe.whitelist(methods=["GET", "POST"])
def get_inputs(review: str) -> list[dict]:
	"""The inputs as the form shows them. Checks read permission."""
	doc = frappe.get_doc(DOCTYPE, review)
	doc.check_permission("read")
	return view(doc)


# the next one --------------------------------------------------------------------------------------------


def remind() -> None:
	"""Daily: the chair and the Complaint Managers are told, once, when the next review comes; who made it, if it was."""
	table, today = DocType(DOCTYPE), clock.today()
	due = (
		frappe.qb.from_(table)
		.select(table.name, table.next_review_on)
		.where((table.status != DRAFT) & (table.next_review_on <= today + REMIND_BEFORE))
		.where(table.next_review_on >= today - REMIND_BEFORE)
		.where(table.reminded_for.isnull() | (table.reminded_for != table.next_review_on))
		.orderby(table.next_review_on)
		.for_update()
	)
	for row in due.run(as_dict=True):
		doc = frappe.get_doc(DOCTYPE, row.name)
		doc.db_set("reminded_for", row.next_review_on, update_modified=False)
		if _is_followed(doc):
			continue
		for user in review_inputs.who_calls_reviews(doc):
			telling.assign(
				DOCTYPE, doc.name, user, lambda doc=doc: _coming(doc), due=getdate(doc.next_review_on)
			)
			telling.notify(DOCTYPE, doc.name, [user], lambda doc=doc: _coming(doc))


def _coming(doc) -> str:
	return _("The next management review after {0} is due on {1}").format(
		doc.title, formatdate(doc.next_review_on)
	)


def _is_followed(doc) -> bool:
	"""Whether a later review of the same company was made already."""
	filters = {
		"name": ("!=", doc.name),
		"to_date": (">", doc.to_date),
		"company": doc.company or ("is", "not set"),
	}
	return bool(frappe.db.exists(DOCTYPE, filters))

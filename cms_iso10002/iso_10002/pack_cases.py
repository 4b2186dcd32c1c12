"""The case files of an evidence pack: what happened, when and by which step, without anybody's name or words.

Where the pack is to hold personal data, the *Complaint Follow-up Form* of each file comes beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import format_datetime

from cms_iso10002.complaints import access_log
from cms_iso10002.complaints.letter_text import escaped
from cms_iso10002.core import sampling
from cms_iso10002.iso_10002 import audits, case_files, pdf
from cms_iso10002.iso_10002.pack_registers import inside, narrowed

TEMPLATE = "cms_iso10002/templates/print/case_file.html"
FOLLOW_UP = "cms_iso10002/complaints/print_format/complaint_follow_up_form/complaint_follow_up_form.html"
FACTS = (
	"received_on channel language category severity complexity impact safety_implication status outcome response "
	"closure_basis closed_on"
).split()


def sampled(pack: Any) -> list[str]:
	"""The complaints whose files go into a pack: those drawn by the audits reported in the period, else a draw of its own.

	Only what who makes the pack may see; a draw is made by the rule of audits, its seed is recorded on the pack.
	"""
	drawn = of_audits(pack)
	if drawn:
		return drawn
	strata, _left_out = audits.population(frappe._dict(pack.as_dict(), auditor=pack.made_by))
	if not strata:
		return []
	pack.seed = pack.seed or secrets.randbelow(2**31 - 1) + 1
	return sampling.draw(strata, sampling.size(len(strata)), pack.seed)


def of_audits(pack: Any) -> list[str]:
	"""What the audits of the period drew, less what who makes the pack may not see and what is of other companies."""
	audit, sample = DocType(audits.DOCTYPE), DocType("Complaint Case Audit Sample")
	query = (
		frappe.qb.from_(sample)
		.join(audit)
		.on((sample.parent == audit.name) & (sample.parenttype == audits.DOCTYPE))
		.select(sample.complaint)
		.distinct()
		.where(audit.status.isin((audits.REPORTED, audits.CLOSED)) & inside(audit.reported_on, pack))
	)
	names = narrowed(query, audit, pack).run(pluck=True)
	if pack.company:
		mine = {"name": ("in", names or [""]), "company": pack.company}
		names = frappe.get_all("Complaint", filters=mine, pluck="name", order_by="name")
	return sorted(audits.visible(names, pack.made_by))


def files(name: str, personal: bool) -> Iterator[tuple[str, bytes]]:
	"""(path, content) of a case's file, and of its follow-up form where personal data was asked for.

	Of a confidential case it is put down that the session's user took it out.
	"""
	file = case_files.read([name]).get(name)
	if not file:
		return
	doc = frappe.get_doc("Complaint", name)
	access_log.note_reading(doc)
	html = frappe.render_template(TEMPLATE, {"doc": _content(file)})
	yield f"cases/{name}.pdf", pdf.of_html(html, name)
	if personal and not doc.anonymised_on:
		yield f"cases/{name}-follow-up-form.pdf", pdf.of_document(doc, FOLLOW_UP, name)


def _content(file: Any) -> dict[str, Any]:
	case, meta = file.case, frappe.get_meta("Complaint")
	facts = [{"label": _(meta.get_label(name)), "text": _said(case.get(name))} for name in FACTS]
	return escaped(
		{
			"name": case.get("name"),
			"facts": [fact for fact in facts if fact["text"]],
			"milestones": [
				[
					_(frappe.unscrub(row.stage), context="Complaint SLA Target"),
					str(row.round),
					*map(_moment, (row.started_at, row.due_at, row.met_at)),
					_(row.state, context="Complaint Milestone"),
				]
				for row in case.rows("milestones")
			],
			"decisions": [
				[
					str(row.round),
					_(row.level or ""),
					_(row.outcome or ""),
					*map(_moment, (row.decided_on, row.sent_on)),
					_(row.response or ""),
				]
				for row in case.rows("decisions")
			],
			"letters": [
				[
					_(row.kind or ""),
					_(row.channel or ""),
					_moment(row.sent_on),
					_(row.delivery or "", context="Complaint Letter"),
				]
				for row in case.letters
			],
			"redress": [
				[
					_(row.remedy or "", context="Complaint Remedy"),
					_(row.basis or "", context="Complaint Redress"),
					_(row.state or "", context="Complaint Redress"),
					str(row.amount or ""),
					row.currency or "",
				]
				for row in case.rows("redress")
			],
			"events": [
				[str(row.sequence), _moment(row.at), _(frappe.unscrub(row.kind))]
				for row in _events(case.get("name"))
			],
			"words": {
				"title": _("Case file without personal data"),
				"milestones": _("Milestones"),
				"decisions": _("Decisions"),
				"letters": _("Letters"),
				"redress": _("Redress"),
				"events": _("Events, in order"),
				"milestone_head": [
					_("Stage"),
					_("Round"),
					_("Started", context="ISO 10002"),
					_("Due"),
					_("Met"),
					_("State"),
				],
				"decision_head": [
					_("Round"),
					_("Level"),
					_("Outcome"),
					_("Decided"),
					_("Sent", context="ISO 10002"),
					_("Answer"),
				],
				"letter_head": [
					_("Kind"),
					_("Channel"),
					_("Sent", context="ISO 10002"),
					_("Delivery", context="ISO 10002"),
				],
				"redress_head": [_("Remedy"), _("Basis"), _("State"), _("Amount"), _("Currency")],
				"event_head": ["#", _("On"), _("Event")],
			},
		}
	)


def _events(complaint: str) -> list[Any]:
	fields = ["sequence", "at", "kind"]
	return frappe.get_all("Complaint Event", {"complaint": complaint}, fields, order_by="sequence")


def _moment(value: Any) -> str:
	return format_datetime(value, "d MMM y HH:mm") if value else ""


def _said(value: Any) -> str:
	if hasattr(value, "year"):
		return _moment(value)
	return _(str(value)) if value not in (None, "") else ""

"""Who inside the organisation hears of a milestone, and who is given the task when it was missed.

People are told in their own language. A case that is kept from somebody is kept from them here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.translate import get_user_lang

from cms_iso10002.complaints import alerts, clock, printing
from cms_iso10002.core.clocks import Milestone
from cms_iso10002.core.refusal import N_

STAGE_NAMES = {
	"acknowledge": N_("Acknowledge"),
	"contain": N_("Contain"),
	"assess": N_("Assess"),
	"investigate": N_("Investigate"),
	"update": N_("Progress Update"),
	"decide": N_("Decide"),
	"implement": N_("Implement"),
	"review": N_("Review"),
	"external": N_("Outside Body's Request"),
}
"""The stages as people read them."""


def named(milestone: Milestone) -> str:
	"""A milestone as people call it: "Decide", "Decide (round 2)", "Outside Body's Request FOS-1"."""
	name = _(STAGE_NAMES[milestone.stage])
	if milestone.reference:
		name = f"{name} {milestone.reference}"
	return _("{0} (round {1})").format(name, milestone.round) if milestone.round > 1 else name


def due(milestone: Milestone) -> str:
	"""The due time in site time, as the site writes dates."""
	moment = clock.to_site(milestone.due_at)
	return f"{frappe.utils.formatdate(moment)} {moment:%H:%M}"


def warn(doc, milestone: Milestone) -> None:
	"""Tell who is in charge that a milestone comes due."""
	alerts.tell(
		doc,
		alerts.in_charge(doc),
		lambda: _("{0}: {1} is due {2}").format(doc.name, named(milestone), due(milestone)),
	)


def escalate(doc, milestone: Milestone, target: Mapping[str, Any]) -> dict[str, Any]:
	"""Tell that a milestone was missed, and give the task to whom the target names.

	Returns what the event is to say: the role, the user the task went to, and the level reached; {} where the target
	names nobody and raises no level (then who is in charge and the managers hear of it).
	"""
	people = _escalated_to(doc, target)
	level = (doc.escalation_level or 0) + int(bool(target.get("raises_level")))
	alerts.tell(
		doc,
		[*alerts.in_charge(doc), *(people or alerts.managers(doc))],
		lambda: _("{0}: {1} is overdue since {2}").format(doc.name, named(milestone), due(milestone)),
		by_mail=True,
	)
	responsible = alerts.least_busy(people)
	if responsible:
		alerts.assign(doc, responsible, _task(doc, milestone, responsible), priority="High")
	if not people and not target.get("raises_level"):
		return {}
	return {"role": target.get("escalate_to_role") or "", "user": responsible or "", "level": level}


def _task(doc, milestone: Milestone, user: str) -> str:
	with printing.speaking(get_user_lang(user)):
		return _("Overdue: {0} of {1}, due {2}").format(named(milestone), doc.name, due(milestone))


def _escalated_to(doc, target: Mapping[str, Any]) -> list[str]:
	"""Whom a target's escalation goes to; the managers where those it names may not see the case."""
	user, role = target.get("escalate_to_user"), target.get("escalate_to_role")
	if not user and not role:
		return []
	found = alerts.who_may_see(doc, [user]) if user else []
	if not found and role and role != alerts.MANAGER:
		found = alerts.who_may_see(doc, alerts.holders(role))
	return found or alerts.managers(doc)

"""From ERPNext's Service Level Agreement to draft Complaint SLA Policies.

One policy takes the times of the default priority; every other priority that has times of its own gets a policy more,
which asks for that priority and so is the more specific. ERPNext's first response is our acknowledgement, its
resolution our decision, both in business hours, as ERPNext counts them.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, flt, get_system_timezone, getdate

from cms_iso10002.complaints import clock

DOCTYPE = "Service Level Agreement"
PRIORITIES = ("Low", "Medium", "High", "Urgent")
"""Our priorities; an Issue Priority of another name says nothing of a complaint."""
MATCHERS = {"Customer Group": "customer_group", "Territory": "territory"}
TIMES = (("acknowledge", "response_time"), ("decide", "resolution_time"))


@frappe.whitelist(methods=["POST"])
def make_policies(service_level_agreement: str) -> list[str]:
	"""Draft policies with the times of a Service Level Agreement; their names, the general one first.

	Needs read permission on the agreement and permission to create policies. What can't be taken over is told in a
	message. Raises a ValidationError for an agreement without any time.
	"""
	agreement = frappe.get_doc(DOCTYPE, service_level_agreement)
	agreement.check_permission("read")
	frappe.has_permission("Complaint SLA Policy", "create", throw=True)
	general, special = _priorities(agreement)
	wanted = [(None, general), *((row.priority, row) for row in special)]
	with_times = [(priority, targets) for priority, row in wanted if (targets := _targets(agreement, row))]
	if not with_times:
		frappe.throw(
			_("{0} has no times: there is nothing to take over.").format(frappe.bold(agreement.name))
		)
	names = [_draft(agreement, priority, targets).name for priority, targets in with_times]
	_tell_what_is_left_out(agreement)
	return names


def _priorities(agreement) -> tuple[Any, list]:
	"""The row of the default priority, and those of our priorities whose times are others."""
	rows = list(agreement.priorities)
	default = next((row for row in rows if row.default_priority), None)
	default = default or next((row for row in rows if row.priority == agreement.default_priority), rows[0])
	times = _times(agreement, default)
	special = [row for row in rows if row.priority in PRIORITIES and _times(agreement, row) != times]
	return default, special


def _times(agreement, row) -> dict[str, float]:
	"""Hours by stage; a stage without a time is left out, and the decision where ERPNext doesn't count it."""
	seconds = {stage: flt(row.get(fieldname)) for stage, fieldname in TIMES}
	if not cint(agreement.apply_sla_for_resolution):
		del seconds["decide"]
	return {stage: max(round(value / 3600, 2), 0.01) for stage, value in seconds.items() if value > 0}


def _targets(agreement, row) -> list[dict[str, Any]]:
	pausable = cint(bool(agreement.pause_sla_on))
	return [
		{
			"stage": stage,
			"amount": hours,
			"unit": "business hours",
			"pausable": pausable if stage == "decide" else 0,
			"warn_percent": "75",
		}
		for stage, hours in _times(agreement, row).items()
	]


def _draft(agreement, priority: str | None, targets: list[dict[str, Any]]):
	doc = frappe.new_doc("Complaint SLA Policy")
	title = f"{agreement.service_level} ({priority})" if priority else agreement.service_level
	doc.update(
		{
			"title": title[:140],
			"enabled": 1,
			"company": "",  # all of them, or Frappe fills in the user's
			"priority": priority,
			**_validity(agreement),
			"source": _("Taken over from the Service Level Agreement {0}.").format(agreement.name),
			"time_zone": get_system_timezone(),
			"holiday_list": agreement.holiday_list,
			"working_hours": [
				{name: row.get(name) for name in ("workday", "start_time", "end_time")}
				for row in agreement.support_and_resolution
			],
			"targets": targets,
		}
	)
	if agreement.entity_type in MATCHERS and agreement.entity:
		doc.set(MATCHERS[agreement.entity_type], agreement.entity)
	return doc.insert()


def _validity(agreement) -> dict[str, Any]:
	"""The agreement's own dates; one without a start is valid from today, or from its end where that is over."""
	end = getdate(agreement.end_date) if agreement.end_date else None
	start = (
		getdate(agreement.start_date) if agreement.start_date else min(clock.today(), end or clock.today())
	)
	return {"valid_from": start, "valid_to": end}


def _tell_what_is_left_out(agreement) -> None:
	left_out = []
	if agreement.entity_type == "Customer" and agreement.entity:
		left_out.append(
			_(
				"The agreement is for the customer {0}, and a policy can't be for one customer: as it is, it is for "
				"all. Choose a Customer Group or another field before you submit it."
			).format(agreement.entity)
		)
	others = [row.priority for row in agreement.priorities if row.priority not in PRIORITIES]
	others = [priority for priority in others if priority != agreement.default_priority]
	if others:
		left_out.append(
			_("These priorities are none of a complaint's and were left out: {0}.").format(", ".join(others))
		)
	if agreement.condition:
		left_out.append(_("The agreement's condition was not taken over: choose under Applies To instead."))
	if left_out:
		frappe.msgprint(
			"<br>".join(map(escape_html, left_out)), title=_("Not Taken Over"), indicator="orange"
		)

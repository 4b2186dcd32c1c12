"""The acknowledgement that who complains by e-mail gets at once: the letter an agent would send, sent by the system.

At most so many for a sender in a day, so that two machines never answer each other for long.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint

from cms_iso10002.complaints import actions, alerts, clock
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core.states import RECEIVED


def by_mail(complaint) -> bool:
	"""Acknowledge a complaint that has just come in by e-mail, where the settings say so; whether it was done.

	Where it can't be (no outgoing account, another format needed), the case stays Received and who is in charge is
	told; its clock runs.
	"""
	settings = frappe.get_cached_doc("Complaint Settings")
	status = frappe.db.get_value("Complaint", complaint.name, "status")
	if not cint(settings.acknowledge_mail) or status != RECEIVED:
		return False
	if new_today(complaint.complainant_email) > cint(settings.acknowledgements_a_day):
		_tell(
			complaint,
			lambda: _("{0} was not acknowledged: the sender writes too often.").format(complaint.name),
		)
		return False
	try:
		with all_or_nothing():
			# an agent's action, which the settings let the system take
			roles = ("Complaint Agent", "System")
			actions.perform(complaint.name, "Acknowledge", {"channel": "E-mail"}, roles=roles, by_system=True)
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		said = str(error)
		_tell(complaint, lambda: _("{0} was not acknowledged: {1}").format(complaint.name, said))
		return False
	return True


def new_today(sender: str) -> int:
	"""How many complaints of this sender came in by e-mail within a day, the present one included."""
	since = clock.now_site() - timedelta(days=1)
	filters = {"complainant_email": sender, "channel": "E-mail", "recorded_on": (">", since)}
	return frappe.db.count("Complaint", filters)


def _tell(complaint, words: Callable[[], str]) -> None:
	users = alerts.in_charge(complaint) or alerts.managers(complaint)
	alerts.tell(complaint, users, words)

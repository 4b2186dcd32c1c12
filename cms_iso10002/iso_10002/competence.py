"""Who is given a complaint without valid training is pointed out, and nobody is held up by it (ISO 10002:2018, 4.14)."""

import frappe
from frappe import _

from cms_iso10002.complaints.permissions import holds
from cms_iso10002.iso_10002 import people, training
from cms_iso10002.setup.roles import ROLES

DUTIES = ("handler", "investigator", "reviewer")


def on_complaint(doc, method: str | None = None) -> None:
	"""Complaint.on_update: whoever was given a duty with this save."""
	before = doc.get_doc_before_save() or {}
	_point_out([doc.get(duty) for duty in DUTIES if doc.get(duty) != before.get(duty)])


def on_assignment(doc, method: str | None = None) -> None:
	"""ToDo.after_insert: whoever was assigned a complaint."""
	if doc.reference_type == "Complaint" and doc.status == "Open":
		_point_out([doc.allocated_to])


@frappe.whitelist(methods=["GET", "POST"])
def untrained(complaint: str) -> list[str]:
	"""What the people who work on a complaint are called who have no valid training. Checks read permission."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	if doc.status_category == "Closed":
		return []
	return _without_training([doc.get(duty) for duty in DUTIES])


def _point_out(users: list[str | None]) -> None:
	"""A message to who gave it, if they are of the organisation: a stranger who files a complaint learns no names."""
	if not any(users) or not holds(frappe.session.user, (*ROLES, "System Manager", "Administrator")):
		return
	# once a request: an import gives one person a thousand cases
	told = frappe.flags.without_training = frappe.flags.without_training or set()
	for name in _without_training(users):
		if name in told:
			continue
		told.add(name)
		frappe.msgprint(
			_("{0} has no valid training in handling complaints.").format(frappe.bold(name)),
			indicator="orange",
			alert=True,
		)


def _without_training(users: list[str | None]) -> list[str]:
	concerned = [*dict.fromkeys(user for user in users if user and user not in people.NOT_PEOPLE)]
	if not concerned:
		return []
	able = training.trained(concerned)
	names = people.full_names(user for user in concerned if user not in able)
	return [frappe.utils.escape_html(names.get(user, user)) for user in concerned if user not in able]

"""Who has read the complaints policy and will follow it (ISO 10002:2018, 5.3): said by each person themself.

An acknowledgement is of one version. It counts for the translations of that version too: nobody reads a text twice.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from cms_iso10002.complaints import clock
from cms_iso10002.iso_10002 import people, permissions, telling
from cms_iso10002.iso_10002.evidence.model import share
from cms_iso10002.iso_10002.published_policy import DOCTYPE

ACKNOWLEDGEMENT = "Complaints Policy Acknowledgement"


@frappe.whitelist(methods=["POST"])
def acknowledge(policy: str) -> dict:
	"""Say that the session's user has read the policy and will follow it; answers as `get_status`.

	Needs read permission on the policy and a complaint role. To say it twice changes nothing.
	"""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	user = frappe.session.user
	if user not in people.holders(company=doc.company):
		frappe.throw(
			_("Only who works with complaints acknowledges the complaints policy."), frappe.PermissionError
		)
	if user not in given(doc):
		record = frappe.new_doc(ACKNOWLEDGEMENT)
		record.update({"policy": doc.name, "user": user})
		record.insert(ignore_permissions=True)  # nobody may make one but so: in their own name
	telling.done(DOCTYPE, doc.name, [user], lambda: task(doc))
	return status(doc)


@frappe.whitelist(methods=["GET", "POST"])
def get_status(policy: str) -> dict:
	"""How far a policy is acknowledged: see `status`. Checks read permission."""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	return status(doc)


def status(doc) -> dict[str, Any]:
	"""`people`, `acknowledged`, `percent` (None of nobody), `mine` (when the session's user did), `asked` (whether they are
	to); for managers and auditors also the names: `missing` (name, roles) and `given` (name, on)."""
	concerned, found = people.holders(company=doc.company), given(doc)
	counted = [user for user in concerned if user in found]
	user = frappe.session.user
	answer = {
		"people": len(concerned),
		"acknowledged": len(counted),
		"percent": share(len(counted), len(concerned)),
		"mine": found.get(user),
		"asked": user in concerned and user not in found and can_be_acknowledged(doc),
		"missing": [],
		"given": [],
		"names": permissions.oversees(),
	}
	if answer["names"]:
		names = people.full_names([*concerned, *found])
		answer["missing"] = [
			{"user": user, "name": names.get(user, user), "roles": [_(role) for role in roles]}
			for user, roles in concerned.items()
			if user not in found
		]
		answer["given"] = [
			{"user": user, "name": names.get(user, user), "on": found[user]}
			for user in sorted(found, key=lambda name: found[name])
		]
	return answer


def given(doc) -> dict[str, Any]:
	"""When each user acknowledged the policy, or a translation of it."""
	rows = frappe.get_all(
		ACKNOWLEDGEMENT,
		filters={"policy": ("in", group(doc))},
		fields=["user", "acknowledged_on"],
		order_by="acknowledged_on desc",
	)
	return {row.user: row.acknowledged_on for row in rows}


def group(doc) -> list[str]:
	"""The policy with its translations."""
	original = doc.translation_of or doc.name
	others = frappe.get_all(DOCTYPE, filters={"translation_of": original}, pluck="name", order_by="name")
	return list(dict.fromkeys([original, *others]))


def missing(doc) -> list[str]:
	"""The people who are to acknowledge the policy and have not."""
	found = given(doc)
	return [user for user in people.holders(company=doc.company) if user not in found]


def can_be_acknowledged(doc) -> bool:
	"""An approved version may be, from its approval on, as long as no other has taken its place."""
	return doc.docstatus == 1 and (not doc.valid_to or getdate(doc.valid_to) >= clock.today())


def task(doc) -> str:
	"""What people are asked to do."""
	return _("Read and acknowledge {0}, version {1}").format(doc.title, doc.version)


# what the controller calls -----------------------------------------------------------------------------------


def check(doc) -> None:
	"""Raises for an acknowledgement in somebody else's name, of a policy that can't be, or one that is changed."""
	if not doc.is_new():
		frappe.throw(_("An acknowledgement is a record and can't be changed."))
	doc.user = doc.user or frappe.session.user
	if doc.user != frappe.session.user:
		frappe.throw(
			_("Everybody acknowledges the policy themself: nobody can do it for {0}.").format(doc.user),
			frappe.PermissionError,
		)
	policy = frappe.get_doc(DOCTYPE, doc.policy)
	if not can_be_acknowledged(policy):
		frappe.throw(
			_("{0} is not in force: there is nothing to acknowledge.").format(frappe.bold(policy.name))
		)
	if doc.user in given(policy):
		frappe.throw(
			_("{0} has acknowledged this policy already.").format(doc.user), frappe.DuplicateEntryError
		)
	doc.version = policy.version
	doc.acknowledged_on = clock.now_site()

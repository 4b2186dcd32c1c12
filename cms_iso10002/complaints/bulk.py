"""One thing done to many complaints: each by its own rules, and what is refused says why."""

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.transactions import all_or_nothing

MOST = 200
"""In one request; more would outlast it."""


@frappe.whitelist(methods=["POST"])
def assign(complaints: str | list, handler: str) -> dict[str, Any]:
	"""Make `handler` the handler of several complaints (a list of names, or its JSON).

	Checks write permission on each. Returns `done`, how many are theirs now, and `refused`, a list of `name` and `why`:
	a person concerned, a closed case, somebody without the role; those stay as they were.
	"""
	names = [*dict.fromkeys(str(name) for name in frappe.parse_json(complaints) or [])]
	if not names:
		frappe.throw(_("Choose the complaints first."))
	if len(names) > MOST:
		frappe.throw(_("Choose at most {0} complaints at a time.").format(MOST))
	if not frappe.db.exists("User", {"name": handler, "enabled": 1}):
		frappe.throw(_("{0} is no user who can sign in: choose somebody else.").format(handler))
	refused = [{"name": name, "why": why} for name in names if (why := _assign(name, handler))]
	return {"done": len(names) - len(refused), "refused": refused}


def _assign(name: str, handler: str) -> str:
	"""Why `handler` can't be the handler; "" once they are."""
	told = len(frappe.local.message_log)
	try:
		with all_or_nothing():
			doc = frappe.get_doc("Complaint", name)
			doc.check_permission("write")
			doc.handler = handler
			doc.save()
	except frappe.PermissionError:
		why = _("You may not change this complaint.")
	except frappe.ValidationError as error:
		why = frappe.utils.strip_html(str(error))
	else:
		return ""
	# said in the answer, with its complaint, and not once more as a message of its own
	del frappe.local.message_log[told:]
	return why

"""POST pages that work without JavaScript.

Frappe commits a POST even when what it did failed. So `posted_to` catches whatever goes wrong, rolls back all of it,
and hands back what was typed with a sentence at each field; the page is rendered again with both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.portal import keys, limits, origin
from cms_iso10002.portal.errors import mistakes_in, sentence

NOT_KEPT = ("key", "code", "token", "csrf_token", "cmd", "started", "form_id")
SecondThoughts = Callable[[Any, dict[str, Any]], None]


def posted_to(handle: SecondThoughts) -> Callable[[SecondThoughts], SecondThoughts]:
	"""Decorates a page's `get_context(context)`; `handle(context, values)` does what was posted.

	The page's context gets `errors` (field → sentence, "" for the whole), `typed` (what was posted), `form_id` and
	`started` (hidden fields), `csrf_token`, `done` (whether a POST went well). It is never cached.
	"""

	def decorate(get_context: Callable[[Any], Any]) -> Callable[[Any], Any]:
		@wraps(get_context)
		def prepared(context: Any) -> Any:
			context.no_cache = 1
			context.update({"errors": {}, "typed": {}, "done": False})
			if _is_post():
				_take(context, handle)
			get_context(context)
			# made when the page is: one that came from a cache would be another visitor's
			context.csrf_token = origin.token()
			context.form_id = _form_id(context)
			context.started = keys.stamp()
			return context

		return prepared

	return decorate


def _take(context: Any, handle: SecondThoughts) -> None:
	values = {name: value for name, value in frappe.form_dict.items() if name not in ("cmd", "csrf_token")}
	context.typed = {name: value for name, value in values.items() if name not in NOT_KEPT}
	try:
		limits.check("page")
		origin.check_form()
		retry_on_deadlock(handle)(context, values)
		context.done = True
	except frappe.Redirect:
		raise
	except Exception as error:
		# the page shows it beside what was typed; what is no mistake of the visitor is logged
		frappe.db.rollback()
		context.errors = _sentences(error)


def _sentences(error: Exception) -> dict[str, str]:
	known = mistakes_in(error)
	if known is not None:
		return known
	if isinstance(error, (frappe.DoesNotExistError, frappe.PermissionError, frappe.RateLimitExceededError)):
		return {"": sentence(error)}
	frappe.clear_messages()
	frappe.log_error(title="A page of the complaints portal failed")
	return {"": _("Something went wrong on our side, and nothing was stored. Please try again, or call us.")}


def _form_id(context: Any) -> str:
	"""The number of the form: kept while it is put right, so that sending it twice files it once."""
	posted = frappe.form_dict.get("form_id") if _is_post() and not context.done else None
	return posted or frappe.generate_hash(length=32)


def _is_post() -> bool:
	request = getattr(frappe.local, "request", None)
	return bool(request) and request.method == "POST"

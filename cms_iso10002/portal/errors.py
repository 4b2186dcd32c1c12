"""How the portal says no to an honest mistake: a sentence for each field, nothing stored, everything typed kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import frappe

from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.complaints.uploads import Refused

UNPROCESSABLE = 422
NO_MISTAKES = (
	frappe.DoesNotExistError,
	frappe.PermissionError,
	frappe.RateLimitExceededError,
	frappe.TimestampMismatchError,
)
"""What Frappe counts among the mistakes, and nobody who complains made. The last is tried again."""


class Mistakes(Exception):
	"""What is wrong with what was sent: field → sentence; the field "" is for the whole."""

	def __init__(self, errors: Mapping[str, str]):
		self.errors = dict(errors)
		super().__init__("; ".join(self.errors.values()))


def sentence(error: Exception) -> str:
	"""What a ValidationError of ours says, as plain text; and it is said only once."""
	messages = [message.get("message") if isinstance(message, dict) else "" for message in _log()]
	frappe.clear_messages()
	text = next((message for message in reversed(messages) if message), None) or str(error)
	return frappe.utils.strip_html(text).strip()


def _log() -> list[Any]:
	# newer versions keep dicts, older ones JSON
	return [
		frappe.parse_json(message) if isinstance(message, str) else message
		for message in frappe.local.message_log
	]


def answers_mistakes(function: Callable) -> Callable:
	"""For API methods: mistakes become `{"errors": {field: sentence}}` with status 422, and nothing is left behind.

	Refused access, too many requests and what nobody foresaw are raised as ever.
	"""

	@wraps(function)
	def answering(*args: Any, **kwargs: Any) -> Any:
		try:
			with all_or_nothing():
				return function(*args, **kwargs)
		except Exception as error:
			# only what the visitor can mend is answered; anything else goes on
			errors = mistakes_in(error)
			if errors is None:
				raise
			frappe.local.response["http_status_code"] = UNPROCESSABLE
			return {"errors": errors}

	return answering


def mistakes_in(error: Exception) -> dict[str, str] | None:
	"""The mistakes that an exception tells of; None for one that is no honest mistake."""
	if isinstance(error, Mistakes):
		return error.errors
	if isinstance(error, Refused):
		return {"files": str(error)}
	if isinstance(error, frappe.ValidationError) and not isinstance(error, NO_MISTAKES):
		return {"": sentence(error)}
	return None

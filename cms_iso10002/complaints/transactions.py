"""All or nothing: what a refused action wrote before it was refused is undone, whoever catches the refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import frappe

DEADLOCK_RETRIES = 3
AGAIN = (frappe.QueryDeadlockError, frappe.TimestampMismatchError)


@contextmanager
def all_or_nothing() -> Iterator[None]:
	"""Roll back to the beginning of this block when it raises; the transaction around it goes on.

	A deadlock has rolled back the whole transaction already, so there is nothing to go back to.
	"""
	name = f"complaints_{frappe.generate_hash(length=8)}"
	frappe.db.savepoint(name)
	try:
		yield
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		# whatever it was goes on, after what was half-written is gone
		frappe.db.rollback(save_point=name)
		raise
	else:
		frappe.db.release_savepoint(name)


def keep() -> None:
	"""For jobs and commands alone: what was done so far stays, and the next case begins a transaction of its own.

	A request is committed by Frappe, a test rolled back; neither calls this.
	"""
	frappe.db.commit()  # the one place where the app commits before the end of what called it


def keep_failure(title: str, complaint: str | None = None) -> None:
	"""For jobs, in an `except`: undo what the transaction wrote, and keep the traceback in the Error Log under `title`."""
	frappe.db.rollback()
	about = {"reference_doctype": "Complaint", "reference_name": complaint} if complaint else {}
	frappe.log_error(title=title, **about)
	keep()


def retry_on_deadlock(function: Callable) -> Callable:
	"""Do a whole request again when the database chose it as a deadlock's victim; it was rolled back whole.

	And where somebody else saved the complaint after it was read here: nobody looked at what was read but we.
	"""

	@wraps(function)
	def retrying(*args: Any, **kwargs: Any) -> Any:
		for attempt in range(DEADLOCK_RETRIES + 1):
			try:
				return function(*args, **kwargs)
			except AGAIN:
				frappe.db.rollback()
				if attempt == DEADLOCK_RETRIES:
					raise
				frappe.clear_messages()

	return retrying

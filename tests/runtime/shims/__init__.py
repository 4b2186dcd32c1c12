"""What the packaged runtime's Frappe (15.0.0-dev) lacks and Frappe 15.40 has, as far as this app may use it.

Loaded by that Frappe when it is imported, so that the site's code, its workers, scheduler and commands all have it.
Each shim does as Frappe 15 does; where the newer Frappe only takes one more argument, the argument is taken too.
"""

import functools

from tests.runtime.shims import custom_fields, database, documents


def apply() -> None:
	import frappe

	frappe.get_single_value = _get_single_value
	frappe.is_setup_complete = _is_setup_complete
	frappe.msgprint = _without(frappe.msgprint, "realtime")
	frappe.sendmail = _without(frappe.sendmail, "email_headers", "x_priority")
	custom_fields.apply()
	database.apply()
	documents.apply()


def _get_single_value(setting: str, fieldname: str, /, *, as_dict: bool = False):
	import frappe

	return frappe.get_cached_value(setting, setting, fieldname, as_dict=as_dict)


def _is_setup_complete() -> bool:
	import frappe

	return bool(frappe.utils.cint(frappe.db.get_single_value("System Settings", "setup_complete")))


def _without(function, *names: str):
	"""The same function, deaf to arguments that change little when left out."""

	@functools.wraps(function)
	def wrapped(*args, **options):
		return function(*args, **{key: value for key, value in options.items() if key not in names})

	return wrapped

"""What happens to a site when this app comes to it, and on every migrate after that.

Each step may be repeated: it makes what is missing and leaves what its users made of it.
"""

from __future__ import annotations

from cms_iso10002.erpnext_bridge import custom_fields, permissions
from cms_iso10002.setup import names, roles, seed, workflow


def before_install() -> None:
	"""Refuses a site where somebody else owns one of our names, before anything is changed; then makes the roles."""
	names.refuse_taken()
	custom_fields.refuse_taken()
	roles.make()


def before_app_install(app_name: str) -> None:
	"""Refuses an app that ships a doctype named as one of ours, before Frappe makes any of its doctypes."""
	names.refuse_app(app_name)


def after_install() -> None:
	set_up()


def after_sync() -> None:
	"""What belongs to a fixture, which Frappe writes after `after_install`."""
	seed.make()


def after_migrate() -> None:
	set_up()


def after_setup_wizard(_args: object = None) -> None:
	"""A site made from scratch learns its time zone and company only now."""
	seed.make()


def set_up() -> None:
	"""Brings everything a site needs besides doctypes: roles, workflow, seeds, fields on ERPNext's doctypes."""
	roles.make()
	workflow.make()
	seed.make()
	custom_fields.make()
	permissions.make()

"""The names this app brings to a site, and the refusal where another app has one of them.

Frappe knows a doctype by its name alone: whichever app is installed second takes over the first one's table and
form. Frappe Health ships a doctype *Complaint*, so this is no theory. Both hooks raise, because an install hook
that returns False makes Frappe stop without a word.
"""

from __future__ import annotations

import json
from pathlib import Path

import frappe
from frappe import _

APP = "cms_iso10002"


def doctypes(package: Path | None = None) -> list[str]:
	"""The doctypes that a package ships, by its files; this app's own by default."""
	package = package or Path(frappe.get_app_path(APP))
	files = (path for path in package.glob("*/doctype/*/*.json") if path.stem == path.parent.name)
	return sorted(_name_in(path) for path in files)


def modules(package: Path | None = None) -> list[str]:
	"""The modules of a package, by its modules.txt; this app's own by default."""
	path = (package or Path(frappe.get_app_path(APP))) / "modules.txt"
	lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
	return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _name_in(path: Path) -> str:
	"""The name in a doctype's JSON; where that can't be read, what its file's name stands for."""
	try:
		return json.loads(path.read_text(encoding="utf-8"))["name"]
	except (ValueError, KeyError, TypeError):
		return frappe.unscrub(path.stem)


def refuse_taken() -> None:
	"""Raises where another app, or a user of the site, already owns a doctype or module named as one of ours."""
	ours = modules()
	owners = dict(frappe.get_all("Module Def", fields=["name", "app_name"], order_by="name", as_list=True))
	for module in ours:
		if owners.get(module, APP) != APP:
			_refuse_module(module, owners[module])
	for row in frappe.get_all(
		"DocType", filters={"name": ("in", doctypes())}, fields=["name", "module", "custom"], order_by="name"
	):
		if row.custom or row.module not in ours:
			_refuse_doctype(row.name, owners.get(row.module) or row.module)


def refuse_app(app: str) -> None:
	"""Raises where `app`, which is about to be installed, ships a doctype or module named as one of ours."""
	if app == APP:
		return
	package = Path(frappe.get_app_path(app))
	# MariaDB's collation makes "complaint" and "Complaint" one name.
	for ours, theirs, refuse in (
		(doctypes(), doctypes(package), _refuse_doctype),
		(modules(), modules(package), _refuse_module),
	):
		known = {name.lower() for name in ours}
		for name in theirs:
			if name.lower() in known:
				refuse(name, app)


def _refuse_doctype(name: str, owner: str) -> None:
	frappe.throw(
		_(
			"The doctype {0} of {1} and that of {2} have the same name, so only one of the two can be on a site."
		).format(frappe.bold(name), owner, APP),
		frappe.ValidationError,
		title=_("Name Taken"),
	)


def _refuse_module(name: str, owner: str) -> None:
	frappe.throw(
		_(
			"The module {0} of {1} and that of {2} have the same name, so only one of the two can be on a site."
		).format(frappe.bold(name), owner, APP),
		frappe.ValidationError,
		title=_("Name Taken"),
	)

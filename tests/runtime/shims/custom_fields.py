"""Custom fields: those that already are as they should be are left alone, as Frappe 15 does."""

import functools


def apply() -> None:
	from frappe.custom.doctype.custom_field import custom_field

	custom_field.create_custom_fields = _only_changed(custom_field.create_custom_fields)


def _only_changed(create):
	@functools.wraps(create)
	def create_changed(custom_fields: dict, ignore_validate=False, update=True):
		changed: dict[str, list[dict]] = {}
		for doctypes, fields in custom_fields.items():
			for doctype in [doctypes] if isinstance(doctypes, str) else doctypes:
				wanted = [fields] if isinstance(fields, dict) else fields
				if new := [field for field in wanted if not _is_there(doctype, field)]:
					changed.setdefault(doctype, []).extend(new)
		if changed:
			create(changed, ignore_validate=ignore_validate, update=update)

	return create_changed


def _is_there(doctype: str, field: dict) -> bool:
	import frappe

	where = {"dt": doctype, "fieldname": field["fieldname"]}
	rows = frappe.get_all("Custom Field", filters=where, fields=["*"], limit=1)
	return bool(rows) and all(rows[0].get(key) == value for key, value in field.items())

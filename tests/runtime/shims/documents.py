"""Documents and their permissions."""

import functools


def apply() -> None:
	import frappe
	import frappe.permissions
	from frappe.model.base_document import BaseDocument
	from frappe.model.document import Document

	BaseDocument.append = _append_at(BaseDocument.append)
	BaseDocument._validate_length = _length_validated(BaseDocument._validate_length)
	Document.reload = _answering_itself(Document.reload)
	Document.has_permission = _document_has_permission
	frappe.has_permission = _has_permission
	frappe.permissions.get_roles = _with_desk_user(frappe.permissions.get_roles)


def _append_at(append):
	"""`position=`: a row of a table is put in its place."""

	@functools.wraps(append)
	def append_at(self, key, value=None, position: int = -1):
		row = append(self, key, value)
		if position != -1:
			rows = self.get(key)
			rows.insert(position, rows.pop())
			for index, each in enumerate(rows, 1):
				each.idx = index
		return row

	return append_at


def _length_validated(validate):
	"""An Int longer than 11 digits is a bigint in the database; it may hold what a bigint holds."""

	@functools.wraps(validate)
	def validated(self):
		long = {field.fieldname for field in self.meta.fields if _is_bigint(field)}
		kept = {name: self.__dict__.pop(name) for name in long if name in self.__dict__}
		try:
			validate(self)
		finally:
			self.__dict__.update(kept)

	return validated


def _is_bigint(field) -> bool:
	return field.fieldtype == "Int" and int(field.get("length") or 0) > 11


def _answering_itself(reload):
	@functools.wraps(reload)
	def reloaded(self):
		reload(self)
		return self

	return reloaded


def _document_has_permission(self, permtype="read", *, debug=False, user=None) -> bool:
	import frappe.permissions

	if self.flags.ignore_permissions:
		return True
	return frappe.permissions.has_permission(self.doctype, permtype, self, user=user)


def _has_permission(
	doctype=None,
	ptype="read",
	doc=None,
	user=None,
	throw=False,
	*,
	parent_doctype=None,
	debug=False,
	ignore_share_permissions=False,
) -> bool:
	"""What is refused is refused by PermissionError, not as if a value were wrong."""
	import frappe.permissions

	doctype = doctype or doc.doctype
	allowed = frappe.permissions.has_permission(
		doctype, ptype, doc=doc, user=user, raise_exception=throw, parent_doctype=parent_doctype
	)
	if throw and not allowed:
		name = doc if isinstance(doc, str) else doc.name if doc else ""
		frappe.flags.error_message = frappe._("No permission for {0}").format(f"{doctype} {name}".strip())
		raise frappe.PermissionError
	return allowed


def _with_desk_user(get_roles):
	"""Whoever may use the desk has the role Desk User, which ERPNext's Quality Management is for."""

	@functools.wraps(get_roles)
	def roles_of(user=None, with_standard=True):
		import frappe

		user = user or frappe.session.user
		roles = get_roles(user, with_standard)
		if not with_standard or "Desk User" in roles or user in ("Administrator", "Guest"):
			return roles
		is_desk_user = frappe.get_cached_value("User", user, "user_type") == "System User"
		return [*roles, "Desk User"] if is_desk_user else roles

	return roles_of

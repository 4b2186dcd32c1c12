"""What ERPNext sets up when it is installed: here, the portal's roles."""

import frappe


def after_install():
	for role in ("Customer", "Supplier"):
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 0}).insert()

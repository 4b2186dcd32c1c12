"""Not ERPNext: a stand-in for the few of its doctypes that cms_iso10002 touches. Made by tests/runtime."""

import frappe

__version__ = "15.71.1"


def get_default_company(user=None):
	return frappe.defaults.get_user_default("company", user) or frappe.db.get_single_value(
		"Global Defaults", "default_company"
	)


def get_default_currency():
	return get_company_currency(get_default_company())


def get_company_currency(company):
	return frappe.get_cached_value("Company", company, "default_currency") if company else None


def get_default_cost_center(company):
	return frappe.get_cached_value("Company", company, "cost_center") if company else None

"""Complaints among the connections of ERPNext's records (hook `override_doctype_dashboards`)."""

from __future__ import annotations

from typing import Any

from frappe import _


def customer(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Customer, with its complaints."""
	return _with_complaints(data, "customer")


def issue(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of an Issue, with its complaint."""
	return _with_complaints(data, "issue")


def quality_record(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Quality Action or a Non Conformance, with the complaints that stand in its table."""
	data = dict(data)
	data["internal_links"] = {**(data.get("internal_links") or {}), "Complaint": ["complaints", "complaint"]}
	data["transactions"] = [
		*(data.get("transactions") or ()),
		{"label": _("Complaints"), "items": ["Complaint"]},
	]
	return data


def _with_complaints(data: dict[str, Any], fieldname: str) -> dict[str, Any]:
	"""`data` with a group for complaints, found by `fieldname` of Complaint whatever the others are found by."""
	data = dict(data)
	data["non_standard_fieldnames"] = {**(data.get("non_standard_fieldnames") or {}), "Complaint": fieldname}
	data["transactions"] = [
		*(data.get("transactions") or ()),
		{"label": _("Complaints"), "items": ["Complaint"]},
	]
	return data

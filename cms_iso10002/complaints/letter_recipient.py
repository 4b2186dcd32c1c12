"""To whom a letter goes, and what they may know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from frappe.utils import cint, cstr, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.core.similarity import normal_email

Doc = Mapping[str, Any]
"""A Complaint document, or a plain dict of its fields; only `get` is used of it."""


def recipient(complaint: Doc, kind: str, address: str = "") -> dict[str, Any]:
	"""Who a letter goes to: name, email, phone, address, and whether they may know what it is about.

	The representative, where letters go to them; until their authority is verified only the acknowledgement
	does. `address` is what somebody chose to send to: one e-mail address or several.
	"""
	verified = is_verified(complaint)
	wanted = complaint.get("correspondence_to") in ("Representative", "Both")
	theirs = normal_email(complaint.get("representative_email"))
	chosen = bool(theirs) and theirs in map(normal_email, re.split(r"[,;\n]", address))
	if complaint.get("representative_name") and (
		(wanted and (verified or kind == "Acknowledgement")) or chosen
	):
		return {
			"name": cstr(complaint.get("representative_name")),
			"email": cstr(complaint.get("representative_email")),
			"phone": cstr(complaint.get("representative_phone")),
			"address": "",
			"may_know": verified,
			"is_representative": True,
		}
	name = complaint.get("complainant_name") or complaint.get("customer_name")
	return {
		"name": "" if cint(complaint.get("is_anonymous")) else cstr(name),
		"email": cstr(complaint.get("complainant_email")),
		"phone": cstr(complaint.get("complainant_phone")),
		"address": cstr(complaint.get("complainant_address")),
		"may_know": True,
		"is_representative": False,
	}


def is_verified(complaint: Doc) -> bool:
	"""Whether the representative's authority was verified and still holds."""
	until = complaint.get("representative_valid_until")
	return bool(complaint.get("representative_verified_by")) and not (
		until and getdate(until) < clock.today()
	)

"""What stands around every page of the portal: whose site it is, the ways between the pages, language and assets."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints import intake, letter_language, letter_sender
from cms_iso10002.core.refusal import N_

PUBLIC = Path(__file__).parents[1] / "public"
SCRIPTS = ("form.js", "draft.js", "files.js", "keep.js")
DOCUMENTS = {
	"Sales Order": N_("Order {0} of {1}"),
	"Sales Invoice": N_("Invoice {0} of {1}"),
	"Delivery Note": N_("Delivery {0} of {1}"),
}


def put(context: Any) -> None:
	"""Give a page its frame: `organisation`, `language`, `direction`, `signed_in`, `ways`, `style`, `scripts`, `files_lost`."""
	signed_in = frappe.session.user != "Guest"
	language = frappe.local.lang or "en"
	context.no_cache = 1  # who is signed in is said on every page
	context.frame = {
		"organisation": letter_sender.organisation(intake.default_company())["name"],
		"language": language.replace("_", "-"),
		"direction": letter_language.direction(language),
		"signed_in": signed_in,
		"draft": _owner(frappe.session.user),
		"ways": _ways(signed_in, context.path),
		"style": _asset("css/portal.css"),
		"scripts": [_asset(f"js/portal/{name}") for name in SCRIPTS],
		"files_lost": bool(context.get("errors")) and _files_came(),
	}


def _ways(signed_in: bool, here: str) -> list[dict[str, Any]]:
	ways = [
		(_("File a complaint"), "/complaint/new"),
		(_("My complaints"), "/complaints") if signed_in else (_("Follow a complaint"), "/complaint/track"),
		(_("How we handle complaints"), "/complaints-policy"),
	]
	return [{"label": label, "url": url, "here": url == f"/{here}"} for label, url in ways]


def _owner(user: str) -> str:
	"""Whose draft it is: somebody else who signs in on the same device must not find it."""
	return hashlib.sha256(f"{frappe.local.site}\n{user}".encode()).hexdigest()[:16]


def _files_came() -> bool:
	"""Whether files were sent with a form that is shown again: no browser keeps them, so they must be chosen anew."""
	request = getattr(frappe.local, "request", None)
	return bool(request) and any(file.filename for file in request.files.getlist("files"))


@cache
def _asset(name: str) -> str:
	"""The address of a public file, with a hash of what is in it: servers let browsers keep it for long."""
	content = (PUBLIC / name).read_bytes()
	return f"/assets/cms_iso10002/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def picks(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""One's own documents to pick from, each with its items: `value` (as the form posts it) and `label`."""
	spoken = letter_language.spoken(frappe.local.lang or "en")
	return [
		{
			"value": f"{row['doctype']}|{row['name']}",
			"label": _(DOCUMENTS[row["doctype"]]).format(
				row["name"], letter_language.date_text(row["date"], spoken)
			),
			"items": [
				{
					"value": f"{row['doctype']}|{row['name']}|{item['item_code']}",
					"label": item["item_name"] or item["item_code"],
				}
				for item in row["items"]
			],
		}
		for row in documents
	]

"""The portal's API: what complainants do, by script or by the pages, with the same rules.

Docs with examples: docs/portal-api.md. A case is named by its `reference`, and opened by its `key`, by the `code` of a
letter, or by the account that is signed in. Wrong key, wrong reference and foreign case get the same answer (404).
Honest mistakes answer `{"errors": {field: sentence}}` with status 422. Every method counts (429 when too often).

`xss_safe`: else Frappe would change what guests wrote. Here it is text, and made harmless where it is stored (`text`).
"""

from typing import Any

import frappe
from werkzeug.wrappers import Response

from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.erpnext_bridge import portal_customer
from cms_iso10002.portal import access, answers, filing, limits, renewal, transfer, view
from cms_iso10002.portal.errors import answers_mistakes
from cms_iso10002.portal.origin import needs_token
from cms_iso10002.portal.text import takes_text

Given = str | int | float | list | dict | None
"""What a script may send for any field. Frappe answers other types than the declared ones by itself, with words that mean
nothing to who complains; here nothing is sent the same as "", and what is no text finds no case and is a mistake."""


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text("subjects")
@needs_token
@retry_on_deadlock
@answers_mistakes
def file_complaint(
	subject: Given = "",
	description: Given = "",
	category: Given = "",
	occurred_on: Given = "",
	language: Given = "",
	complainant_name: Given = "",
	complainant_email: Given = "",
	complainant_phone: Given = "",
	complainant_address: Given = "",
	customer_reference: Given = "",
	is_anonymous: Given = 0,
	preferred_channel: Given = "",
	correspondence_format: Given = "",
	assistance_notes: Given = "",
	share_with_company: Given = 0,
	acting: Given = "",
	representative_name: Given = "",
	representative_email: Given = "",
	representative_phone: Given = "",
	representative_relationship: Given = "",
	representative_authority: Given = "",
	remedy_requested: Given = "",
	remedy_notes: Given = "",
	subjects: Given = None,
	form_id: Given = "",
	website: Given = "",
	started: Given = "",
) -> dict[str, Any]:
	"""File a complaint, with files as multipart `files`. Guests may, unless Complaint Settings say otherwise.

	`acting` is "other" for whom acts for somebody else: name and e-mail or phone of theirs (representative_…) are needed
	then. `subjects` are documents of the customer who is signed in: [{"doctype", "name", "item_code"?}]. `form_id` makes
	sending twice one complaint; `website` is to stay empty, `started` comes with our form. Returns `reference`,
	`key` (once; "" when the same form came before), `state`, `next_steps`.
	"""
	filing.allow()
	limits.check("filing_attempt")
	limits.check("file_complaint")
	posted = dict(locals())
	doc, key = filing.file(
		filing.Filing.posted({name: posted[name] for name in FILED if posted[name] is not None}),
		transfer.received(),
		form_id=form_id,
		honeypot=website,
		started=started,
	)
	return answers.filed(doc, key)


FILED = tuple(filing.Filing.__dataclass_fields__)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
def track(reference: Given = "", key: Given = "", code: Given = "") -> dict[str, Any]:
	"""How a case stands: everything its complainant may know (see docs/portal-api.md). POST, so that no key is logged."""
	limits.check("track", reference)
	return view.case(access.find(reference, key, code))


@frappe.whitelist(methods=["GET", "POST"])
def list_complaints(start: int = 0) -> dict[str, Any]:
	"""The cases of who is signed in, and of colleagues who share theirs: `complaints`, the latest first, and `more`."""
	limits.check("list_complaints")
	user = frappe.session.user
	who = portal_customer.who_is(user)
	# whose the cases are is the permission: nobody in the portal has one for the doctype
	return view.rows(access.own_cases(user, who), lambda row: access.role_in(row, who), start)


@frappe.whitelist(methods=["GET", "POST"])
def my_documents() -> list[dict[str, Any]]:
	"""Orders, invoices and delivery notes of the customer who is signed in, with their items: to pick from."""
	limits.check("my_documents")
	return portal_customer.documents(portal_customer.who_is(frappe.session.user).customers)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def add_message(reference: Given = "", text: Given = "", key: Given = "", code: Given = "") -> dict[str, Any]:
	"""Write to us about a case, with files as multipart `files`; an open question is answered by it. Returns the case."""
	limits.check("add_message", reference)
	found = access.find(reference, key, code)
	answers.add_message(found, text, transfer.received())
	return _now(found)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def upload(reference: Given = "", key: Given = "", code: Given = "") -> dict[str, Any]:
	"""Send files (multipart `files`) to a case, without a message. Returns the case."""
	limits.check("upload", reference)
	found = access.find(reference, key, code)
	answers.add_files(found, transfer.received())
	return _now(found)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
def download(reference: Given = "", file: Given = "", key: Given = "", code: Given = "") -> Response:
	"""A file of a case: one they sent, or a letter of ours. Always saved, never shown. `file` is the name `track` gave."""
	limits.check("download", reference)
	found = access.find(reference, key, code)
	if not view.may_fetch(found, file):
		access.not_found()
	return transfer.response(file)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def respond_to_decision(
	reference: Given = "", answer: Given = "", words: Given = "", key: Given = "", code: Given = ""
) -> dict[str, Any]:
	"""Accept or reject our answer: `answer` is Accepted, Rejected or Partly Accepted; reasons are never needed. Returns the case."""
	limits.check("respond_to_decision", reference)
	found = access.find(reference, key, code)
	answers.respond(found, answer, words)
	return _now(found)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def request_review(
	reference: Given = "", reason: Given = "", key: Given = "", code: Given = ""
) -> dict[str, Any]:
	"""Ask for a review by somebody who had no part in the decision; a reason is never needed. Returns the case."""
	limits.check("request_review", reference)
	found = access.find(reference, key, code)
	answers.request_review(found, reason)
	return _now(found)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def withdraw(reference: Given = "", words: Given = "", key: Given = "", code: Given = "") -> dict[str, Any]:
	"""Withdraw the complaint, with a few words. Returns the case."""
	limits.check("withdraw", reference)
	found = access.find(reference, key, code)
	answers.withdraw(found, words)
	return _now(found)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
@retry_on_deadlock
@answers_mistakes
def give_feedback(
	reference: Given = "",
	feedback_key: Given = "",
	occasion: Given = "",
	comments: Given = "",
	ease: Given = 0,
	speed: Given = 0,
	informed: Given = 0,
	courtesy: Given = 0,
	fairness: Given = 0,
	clarity: Given = 0,
	outcome: Given = 0,
	overall: Given = 0,
	key: Given = "",
	code: Given = "",
) -> dict[str, Any]:
	"""Rate how a case was handled: 1 to 5, 0 for no answer. By the key of the feedback link with its `occasion`, or as
	any other method by key, code or account. One answer, to be changed for two weeks. Returns `occasion`, `editable`.
	"""
	limits.check("give_feedback", reference)
	posted = dict(locals())
	return answers.rate(
		answers.ratable(reference, feedback_key, occasion, key, code),
		{name: posted[name] for name in answers.RATINGS},
		comments,
	)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
def reissue_key(reference: Given = "", email: Given = "") -> dict[str, str]:
	"""Ask for a new key. A link to it goes to the address on the case, if `email` is that one; the answer tells nothing."""
	limits.check("reissue_key", reference)
	return renewal.ask(reference, email)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@takes_text()
@needs_token
def renew_key(reference: Given = "", token: Given = "") -> dict[str, str]:
	"""The new key, for the token of the link that `reissue_key` mailed; the old key opens nothing any more. Returns `reference`, `key`."""
	limits.check("renew_key", reference)
	return renewal.renew(reference, token)


def _now(found: access.Access) -> dict[str, Any]:
	"""The case as it stands after what was done."""
	return view.case(access.again(found))

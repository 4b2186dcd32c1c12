"""The contexts of the portal's pages: each `www/*.py` calls one of these, and its template shows what it finds there.

	/complaint/new        new_complaint(context)      www/complaint/new.py
	/complaint/track      track(context)              www/complaint/track.py
	/complaints           complaints(context)         www/complaints.py
	/complaint/feedback   feedback(context)           www/complaint/feedback.py
	/complaints-policy    policy(context)             www/complaints_policy.py

All but the policy page take a POST of their own form, without JavaScript (see forms.py for `errors`, `typed`, `done`,
`form_id`, `started`, `csrf_token`).
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cms_iso10002.complaints import feedback as ratings
from cms_iso10002.complaints import letter_language, letter_template, uploads
from cms_iso10002.erpnext_bridge import portal_customer
from cms_iso10002.portal import access, answers, api, filing, limits, policy_page, renewal, transfer, view
from cms_iso10002.portal.forms import posted_to


def _file(context: Any, values: dict[str, Any]) -> None:
	filing.allow()
	limits.check("filing_attempt")
	limits.check("file_complaint")
	values["subjects"] = _several("subjects")
	context.typed["subjects"] = values["subjects"]
	doc, key = filing.file(
		filing.Filing.posted(values),
		transfer.received(),
		form_id=str(values.get("form_id") or ""),
		honeypot=str(values.get("website") or ""),
		started=str(values.get("started") or "none"),  # the form has one: who leaves it out did not use it
	)
	context.filed = answers.filed(doc, key)


@posted_to(_file)
def new_complaint(context: Any) -> None:
	"""File a complaint. POST fields are those of `api.file_complaint`, with `website` hidden and empty.

	Context: `filed` (reference, key, state, next_steps) after a good POST, else None; `allowed` (False where guests may
	not), `signed_in`, `person` (name, email), `categories`, `remedies`, `languages`, `documents` (to pick from: post as
	`subjects` "Sales Order|SO-1" or "Sales Order|SO-1|ITEM", repeated), `may_share`, `choices`, `upload_limits`.
	"""
	user = frappe.session.user
	who = portal_customer.who_is(user)
	signed_in = user != "Guest"
	context.update(
		{
			"title": _("File a Complaint"),
			"filed": context.get("filed"),
			"allowed": signed_in or filing.guests_allowed(),
			"signed_in": signed_in,
			"person": _person(user) if signed_in else {"name": "", "email": ""},
			"categories": filing.categories(),
			"remedies": filing.remedies(),
			"languages": _languages(),
			"documents": portal_customer.documents(who.customers),
			"may_share": any(map(portal_customer.is_company, who.customers)),
			"choices": filing.CHOICES,
			"upload_limits": upload_limits(),
			"contact": policy_page.contact(),
		}
	)


TRACK_ACTIONS = {
	"message": lambda found, v: answers.add_message(found, v.get("text"), transfer.received()),
	"upload": lambda found, v: answers.add_files(found, transfer.received()),
	"respond": lambda found, v: answers.respond(found, str(v.get("answer") or ""), v.get("words")),
	"request_review": lambda found, v: answers.request_review(found, v.get("reason")),
	"withdraw": lambda found, v: answers.withdraw(found, v.get("words")),
}
LIMITS_OF = {
	"message": "add_message",
	"respond": "respond_to_decision",
	"upload": "upload",
	"request_review": "request_review",
	"withdraw": "withdraw",
	"rate": "give_feedback",
}


def _follow(context: Any, values: dict[str, Any]) -> None:
	reference, do = str(values.get("reference") or ""), str(values.get("do") or "look")
	if do == "reissue":
		limits.check("reissue_key", reference)
		context.notice = renewal.ask(reference, values.get("email"))["message"]
		return
	if do == "renew":
		limits.check("renew_key", reference)
		context.renewed = renewal.renew(reference, values.get("token"))
		return
	context.typed["by_code"] = bool(values.get("code"))  # its field stays unfolded
	limits.check("track", reference)
	found = access.find(reference, values.get("key"), values.get("code"))
	# the form of the next step carries both again: whoever opened the case without an account stays in it
	context.update({"key": str(values.get("key") or ""), "code": str(values.get("code") or "")})
	context.found = found
	if do not in LIMITS_OF:
		return
	limits.check(LIMITS_OF[do], reference)
	if do in TRACK_ACTIONS:
		TRACK_ACTIONS[do](found, values)
	elif do == "rate":
		answers.rate(
			answers.ratable(reference, "", "", values.get("key"), values.get("code")),
			values,
			values.get("comments"),
		)
	context.found = access.again(found)


@posted_to(_follow)
def track(context: Any) -> None:
	"""Follow a case. POST `reference` with `key` or `code` (none when signed in), and `do`: look, message (`text`, files),
	upload (files), respond (`answer`, `words`), request_review (`reason`), withdraw (`words`), rate (as the API),
	reissue (`email`), renew (`token`: from the link, which is a GET with `reference` and `renew`).

	Context: `complaint` (what `api.track` answers, or None: show the form), `key`, `code` (to carry on), `notice`,
	`renewed` (reference, key), `renew` (token to be posted), `reference`, `upload_limits`.
	"""
	asked = frappe.form_dict
	found = context.pop("found", None) or _by_account(asked.get("reference"))
	context.update(
		{
			"title": _("Follow a Complaint"),
			"complaint": view.case(found) if found else None,
			"reference": str(asked.get("reference") or "")[:140],
			"key": context.get("key", ""),
			"code": context.get("code", ""),
			"notice": context.get("notice", ""),
			"renewed": context.get("renewed"),
			"renew": str(asked.get("renew") or "")[:200],
			"signed_in": frappe.session.user != "Guest",
			"upload_limits": upload_limits(),
			"contact": policy_page.contact(),
		}
	)


def _by_account(reference: Any) -> access.Access | None:
	"""The case of a link for who is signed in; quietly None for any other."""
	if not reference or frappe.session.user == "Guest":
		return None
	try:
		return access.find(str(reference))
	except frappe.DoesNotExistError:
		frappe.clear_messages()
		return None


def complaints(context: Any) -> None:
	"""The cases of who is signed in (guests are sent to sign in). Context: `complaints`, `more`, `start`, `next_start`."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/complaints"
		raise frappe.Redirect
	start = max(cint(frappe.form_dict.get("start")), 0)
	context.no_cache = 1
	context.update({"title": _("My Complaints"), "start": start, "next_start": start + view.MOST_ROWS})
	context.update(api.list_complaints(start))


def _rate(context: Any, values: dict[str, Any]) -> None:
	reference = str(values.get("reference") or "")
	limits.check("give_feedback", reference)
	asked = (values.get("feedback_key"), values.get("occasion"), values.get("key"), values.get("code"))
	whom = answers.ratable(reference, *(str(part or "") for part in asked))
	answers.rate(whom, values, str(values.get("comments") or ""))


@posted_to(_rate)
def feedback(context: Any) -> None:
	"""Rate how a case was handled: the link is a GET with `reference`, `occasion` and `feedback_key`; POST them again with
	the answers (ease, speed, informed, courtesy, fairness, clarity, outcome, overall: 1 to 5; comments).

	Context: `open` (False: the link does not fit), `reference`, `occasion`, `feedback_key`, `questions`, `answers` (given
	before), `editable`.
	"""
	asked = frappe.form_dict
	names = ("reference", "occasion", "feedback_key")
	context.update({name: str(asked.get(name) or "")[:140] for name in names})
	context.update({"title": _("Rate How We Handled It"), "open": False, "answers": {}, "editable": False})
	context.questions = questions()
	try:
		limits.check("give_feedback", context.reference)
		doc = access.by_feedback_key(context.reference, context.feedback_key, context.occasion)
	except (frappe.DoesNotExistError, frappe.RateLimitExceededError):
		frappe.clear_messages()
		return
	given = ratings.given(doc.name, context.occasion) or {}
	context.update(
		{
			"open": True,
			"answers": {name: given.get(name) for name in (*ratings.RATINGS, "comments") if given.get(name)},
			"editable": given.get("editable", True),
		}
	)


def policy(context: Any) -> None:
	"""How we handle complaints. Context: see `policy_page.content`."""
	context.update({"title": _("How We Handle Complaints"), **policy_page.content()})


def questions() -> list[dict[str, str]]:
	"""The questions of the rating, in order: `name` and `text`."""
	texts = {
		"ease": _("It was easy to complain."),
		"speed": _("It was fast enough."),
		"informed": _("I always knew how it stood."),
		"courtesy": _("I was treated with courtesy."),
		"fairness": _("I was treated fairly."),
		"clarity": _("The answer was clear."),
		"outcome": _("I am satisfied with the outcome."),
		"overall": _("All in all, I am satisfied with how it was handled."),
	}
	return [{"name": name, "text": texts[name]} for name in ratings.RATINGS]


def upload_limits() -> dict[str, Any]:
	"""What may be sent: `files` at a time, `megabytes` each, and `together`, `kinds` in words, `accept` for the file field."""
	kinds = uploads.READABLE.lower().split(", ")
	return {
		"files": uploads.MOST_AT_ONCE,
		"megabytes": uploads.largest() // 1024**2,
		"together": uploads.most_together() // 1024**2,
		"kinds": uploads.READABLE,
		"accept": ",".join(f".{kind}" for kind in (*kinds, "jpeg")),
	}


def _person(user: str) -> dict[str, str]:
	row = frappe.db.get_value("User", user, ["full_name", "email"], as_dict=True)
	return {"name": row.full_name or "", "email": row.email or ""}


NO_LANGUAGE = "In-Context Translation"
"""What Frappe lists for its translators, under the code of Esperanto."""


def _languages() -> list[dict[str, str]]:
	"""The languages to choose from: those that our letters are written in come first. `name`, `label`, `group`."""
	rows = frappe.get_all(
		"Language", filters={"enabled": 1}, fields=["name", "language_name"], order_by="language_name"
	)
	written = letter_template.languages()
	ours, others = _("We write in these"), _("Others: our letters are in English, then")
	known = [
		{"name": row.name, "label": row.language_name, "group": ours if row.name in written else others}
		for row in rows
		if letter_language.is_known(row.name) and row.language_name != NO_LANGUAGE
	]
	return sorted(known, key=lambda row: row["group"] != ours)


def _several(field: str) -> list[str]:
	"""All values of a field that a form may post several times; Frappe keeps only one."""
	return frappe.local.request.form.getlist(field) or []

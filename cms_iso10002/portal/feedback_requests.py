"""Asking for a rating, by e-mail: after closing, and once where a complaint stays open for long. Daily, once a case.

Most are asked by the letter that says that their complaint is closed; those whom it did not ask are asked here.
"""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, escape_html

from cms_iso10002.complaints import clock, feedback, letter_language, outgoing, printing, timeline
from cms_iso10002.complaints.transactions import keep, keep_failure
from cms_iso10002.portal import links

ASKED_FOR = timedelta(days=14)
"""So long after closing (or after the days of the settings) it is still asked: not of everything a site ever had."""
MOST = 1000
"""Cases a day; those left over come first the next day."""


def run() -> None:
	"""Scheduled, daily: each case in a transaction of its own, so that one that fails keeps no other waiting."""
	for occasion in feedback.ASKED:
		for name in due(occasion):
			try:
				ask(name, occasion)
				keep()  # a job: each case in a transaction of its own
			except Exception:
				# one that fails keeps no other waiting; it is due again the next day
				keep_failure(f"Asking for a rating of {name} failed", name)


def due(occasion: str) -> list[str]:
	"""The cases whose complainants are to be asked on an occasion and were not yet."""
	case, event, now = DocType("Complaint"), DocType("Complaint Event"), clock.now_site()
	asked = frappe.qb.from_(event).select(event.complaint).where(event.kind == feedback.ASKED[occasion])
	if occasion == feedback.CLOSING:
		when = case.closed_on[now - ASKED_FOR : now]
		which = (case.status_category == "Closed") & (case.status != "Duplicate")
	else:
		days = cint(frappe.get_cached_doc("Complaint Settings").get("feedback_after_days"))
		if not days:
			return []
		latest = now - timedelta(days=days)
		when, which = case.received_on[latest - ASKED_FOR : latest], case.status_category != "Closed"
	return (
		frappe.qb.from_(case)
		.select(case.name)
		.where(when & which & case.anonymised_on.isnull() & case.name.notin(asked))
		.orderby(case.received_on)
		.limit(MOST)
		.run(pluck=True)
	)


def ask(complaint: str, occasion: str) -> bool:
	"""Ask about one case, once; False where there is nobody to write to, or it was asked or answered before."""
	doc = frappe.get_doc("Complaint", complaint)
	person = printing.recipient(doc, "Closure")
	if not person["email"] or not person["may_know"] or feedback.given(doc.name, occasion):
		return False
	kind, key = feedback.ASKED[occasion], feedback.asked_key(doc.name, occasion)
	if not timeline.record(doc.name, kind, {"occasion": occasion}, dedupe_key=key, actor="System"):
		return False
	with letter_language.speaking(letter_language.spoken(doc.language or "en")):
		lines = [
			_("Hello,"),
			_("How did we handle your complaint {0}? Your opinion helps us to do better.").format(doc.name)
			if occasion == feedback.CLOSING
			else _(
				"Your complaint {0} is still open, and we are sorry that it takes so long. How do we handle it?"
			).format(doc.name),
			_("It takes two minutes. You can change your answer for two weeks."),
		]
		link = (
			f'<a href="{escape_html(links.rating_url(doc.name, occasion))}">{_("Rate how we handled it")}</a>'
		)
		outgoing.queue(
			recipients=[person["email"]],
			subject=_("{0}: how did we do?").format(doc.name),
			message="".join(f"<p>{escape_html(line)}</p>" for line in lines) + f"<p>{link}</p>",
			reference_doctype="Complaint",
			reference_name=doc.name,
		)
	return True

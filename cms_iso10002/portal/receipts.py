"""The receipt by e-mail for who files on the page: the reference, what happens next, and where to follow it.

It confirms that the complaint arrived and no more: a person acknowledges it. The key is not in it (it was shown once), and no word
of the form is: so nobody can send theirs through us to others. At most so many a day to one address.
"""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import cint, escape_html

from cms_iso10002.complaints import clock, correspondence, letter_language, mail_thread
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.portal import links, view


def send(doc) -> bool:
	"""Mail the receipt of a complaint that has just been filed; whether there was an address, and it could be queued."""
	to = doc.representative_email if doc.representative_name else doc.complainant_email
	if not to or not EmailAccount.find_outgoing(match_by_doctype="Complaint") or _too_many(to):
		return False
	language = letter_language.spoken(doc.language or "en")
	with letter_language.speaking(language):
		subject = _("We have received your complaint {0}").format(doc.name)
		content = _content(doc, language)
	try:
		with all_or_nothing():
			mail_thread.write(doc.name, to, subject, content, correspondence.sender(), automatic=True)
	except (frappe.ValidationError, frappe.OutgoingEmailError):
		# the complaint is filed all the same, and its reference is on the page
		frappe.clear_last_message()
		return False
	return True


def _too_many(to: str) -> bool:
	"""Whether this address got its receipts of a day: nobody is flooded with mail by our form."""
	most = cint(frappe.get_cached_doc("Complaint Settings").acknowledgements_a_day)
	filters = {
		"recipients": to,
		"reference_doctype": "Complaint",
		"sent_or_received": "Sent",
		"creation": (">", clock.now_site() - timedelta(days=1)),
	}
	return frappe.db.count("Communication", filters) >= max(most, 1)


def _content(doc, language: str) -> str:
	steps = [f"{step['label']}: {step['due']}" for step in view.next_steps(doc, language)]
	url = links.tracking_url(doc.name)
	link = f'<a href="{escape_html(url)}">{escape_html(url)}</a>'
	paragraphs = [
		_("Hello,"),
		_("Thank you for telling us. Your complaint reached us on {0}, and has the reference {1}.").format(
			letter_language.date_text(doc.received_on, language), doc.name
		),
	]
	after = [
		_(
			"You need the reference and the key that we showed you. There you also get a new key if you lost it."
		),
		_("If you did not complain to us, somebody gave us your address by mistake: please tell us."),
	]
	return "".join(
		(
			f'<div lang="{language}" dir="{letter_language.direction(language)}">',
			*(f"<p>{escape_html(text)}</p>" for text in paragraphs),
			f"<p>{escape_html(_('What happens next'))}:</p><ul>" if steps else "",
			*(f"<li>{escape_html(text)}</li>" for text in steps),
			"</ul>" if steps else "",
			f"<p>{escape_html(_('Here you can see how it stands, write to us and answer:'))} {link}</p>",
			*(f"<p>{escape_html(text)}</p>" for text in after),
			"</div>",
		)
	)

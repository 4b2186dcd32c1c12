"""A lost key: a link to a new one goes to the address on the case, and nowhere else.

Whoever asks must know the reference and that address, and then read its mail. The mail holds a token that is good for
a day and once, not the key: nothing that opens a case lies in the mail queue. Until it is used the old key stays good.
"""

from __future__ import annotations

from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import get_url

from cms_iso10002.complaints import letter_language, outgoing
from cms_iso10002.portal import keys, limits, reading

PAGE = "/complaint/track"


def ask(reference: str, email: str) -> dict[str, str]:
	"""Have the link sent, if both fit; the answer, and the time it takes, is the same if not."""
	frappe.enqueue(
		"cms_iso10002.portal.renewal.send_link",
		queue="short",
		enqueue_after_commit=True,
		now=bool(frappe.flags.in_test),
		reference=str(reference or "")[:140].strip(),
		email=str(email or "")[:140].strip(),
	)
	return {
		"message": _(
			"If these details fit a complaint, we have sent a link to its e-mail address. It is good for a day."
		)
	}


def send_link(reference: str, email: str) -> None:
	"""Mail the link to who holds this address on the case. A background job: nobody sees whether it did something."""
	doc = reading.row(reference)
	holder = _holder(doc, email) if doc.name and not doc.anonymised_on else ""
	if not holder:
		return
	to = doc.representative_email if holder == keys.REPRESENTATIVE else doc.complainant_email
	token = keys.renewal_token(doc.name, doc.tracking_key_hash, holder)
	link = get_url(f"{PAGE}?{urlencode({'reference': doc.name, 'renew': token})}")
	with letter_language.speaking(letter_language.spoken(doc.language or "en")):
		outgoing.queue(
			recipients=[to],
			subject=_("{0}: your new tracking key").format(doc.name),
			message="<p>{}</p><p><a href='{}'>{}</a></p><p>{}</p>".format(
				_("Open this link to get a new key for your complaint {0}. It is good for a day.").format(
					doc.name
				),
				link,
				_("Get a new key"),
				_("If you did not ask for it, do nothing: your old key stays good."),
			),
			reference_doctype="Complaint",
			reference_name=doc.name,
		)


def _holder(doc, email: str) -> str:
	"""Whose address `email` is on the case; "" for nobody's."""
	given = email.strip().lower()
	if given and given == (doc.complainant_email or "").strip().lower():
		return keys.COMPLAINANT
	if given and given == (doc.representative_email or "").strip().lower():
		return keys.REPRESENTATIVE
	return ""


def renew(reference: str, token: str) -> dict[str, str]:
	"""Make the new key. Raises as `access.find` does for a token that does not fit, is used, or is older than a day."""
	reference, token = str(reference or "")[:140].strip(), str(token or "")[:200].strip()
	limits.check_guesses(reference)
	stored = reading.row(reference, lock=True)
	holder = keys.renewal_fits(token, stored.name, stored.tracking_key_hash)
	if not stored.name or stored.anonymised_on or not holder:
		limits.wrong_guess(reference)
		# the same for a case that is not there
		frappe.throw(
			_("This link was used already, or is older than a day. Ask for a new key once more, or call us."),
			frappe.DoesNotExistError,
			title=_("Not Found"),
		)
	key, hashed = keys.new(holder)
	frappe.db.set_value("Complaint", stored.name, "tracking_key_hash", hashed, update_modified=False)
	return {"reference": stored.name, "key": key}

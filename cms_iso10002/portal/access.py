"""Who may see which case in the portal, and what they may do there.

Three ways in: reference and tracking key, reference and action code, or an account. Whoever has none of them gets
the same answer, whether the case exists or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint
from pypika.terms import Criterion

from cms_iso10002.complaints import cases, feedback, printing
from cms_iso10002.erpnext_bridge import portal_customer
from cms_iso10002.portal import keys, limits, reading

COLLEAGUE = "Colleague"
"""Somebody of the same company, where the complainant lets them see the case."""
LONGEST_REFERENCE = 140
LONGEST_KEY = 200


@dataclass(frozen=True)
class Access:
	"""A case that somebody may see: `doc` (see `reading`), who they are in it, how they got in, and whether they may act.

	`by` is Key, Code or User; `role` Complainant, Representative or Colleague (of the same company). `knows` is
	False for a representative whose authority is not verified: they learn that the case is there, and no more.
	"""

	doc: frappe._dict
	by: str
	role: str

	@property
	def reference(self) -> str:
		return self.doc.name

	@property
	def knows(self) -> bool:
		return self.role != keys.REPRESENTATIVE or printing.is_verified(self.doc)

	@property
	def may_act(self) -> bool:
		"""Whether they may answer for the complainant."""
		return self.role != COLLEAGUE and self.knows

	@property
	def may_end(self) -> bool:
		"""Whether they may end the matter, by accepting our answer or withdrawing: representatives only if entrusted."""
		entrusted = self.doc.representative_authority in ("Accept", "Receive Money")
		return self.may_act and (self.role != keys.REPRESENTATIVE or entrusted)

	@property
	def may_write(self) -> bool:
		"""Whether they may send messages and files: an unverified representative sends their authority so."""
		return self.role != COLLEAGUE


def find(reference: str, key: str = "", code: str = "") -> Access:
	"""The case that `reference` names, if key, code or the session's user open it.

	Raises frappe.DoesNotExistError, the same for a wrong key, a wrong reference and a foreign case; and
	frappe.RateLimitExceededError after too many wrong ones.
	"""
	reference, key, code = (str(part or "").strip() for part in (reference, key, code))
	asked = (reference[:LONGEST_REFERENCE], key[:LONGEST_KEY], code[:LONGEST_KEY])
	for secret, is_code in ((key, False), (code, True)):
		if secret:
			limits.check_guesses(asked[0], code=is_code)
	found = _found(*asked)
	if not found:
		not_found()
	return found


def again(found: Access) -> Access:
	"""The same access to the case as it stands now."""
	return Access(reading.read(found.reference), found.by, found.role)


def by_feedback_key(reference: str, key: str, occasion: str):
	"""The complaint that a feedback link opens for rating on its occasion, and for nothing else. Raises as `find`."""
	reference, key = str(reference or "").strip()[:LONGEST_REFERENCE], str(key or "").strip()[:LONGEST_KEY]
	limits.check_guesses(reference)
	row = reading.row(reference)
	known = occasion if occasion in (feedback.CLOSING, feedback.UNRESOLVED) else ""
	fits = keys.feedback_key_fits(key, row.name, known)
	if not (row.name and known and fits) or row.anonymised_on:
		limits.wrong_guess(reference)
		not_found()
	return reading.with_tables(row)


def not_found() -> None:
	"""The one answer to whoever may not see a case."""
	frappe.throw(
		_("We find no complaint with these details. Please check the reference and the key, or call us."),
		frappe.DoesNotExistError,
		title=_("Not Found"),
	)


def _found(reference: str, key: str, code: str) -> Access | None:
	row = reading.row(reference)
	# all of it also where there is no such case, and nothing more for a wrong key: the answer takes as long
	issued = keys.as_issued(key, row.tracking_key_hash)
	key_fits = bool(issued)
	code_fits = keys.code_fits(code, row.name)
	role = role_in(row)
	for secret, fits, is_code in ((key, key_fits, False), (code, code_fits, True)):
		if secret and not fits:
			limits.wrong_guess(reference, code=is_code)
	if not row.name or row.anonymised_on:
		return None
	if key and key_fits:
		return Access(reading.with_tables(row), "Key", keys.holder_of(issued))
	if code and code_fits:
		return Access(reading.with_tables(row), "Code", keys.COMPLAINANT)
	if not role:
		return None
	case = reading.with_tables(row)
	return None if frappe.session.user in cases.concerned_users(case) else Access(case, "User", role)


def role_in(case, who: portal_customer.Who | None = None) -> str:
	"""What the session's user is in a case, "" for nothing. `own_cases` says the same for a query.

	`who` is whom they stand for where that is known; else it is looked up only if it matters.
	"""
	user = frappe.session.user
	if user in ("Guest", "Administrator"):
		return ""
	me = user.lower()
	if (case.representative_email or "").lower() == me:
		return keys.REPRESENTATIVE
	if (case.complainant_email or "").lower() == me:
		return keys.COMPLAINANT
	if case.owner == user and case.channel == "Portal":
		return keys.REPRESENTATIVE if case.representative_name else keys.COMPLAINANT
	who = who or portal_customer.who_is(user)
	if case.contact and case.contact in who.contacts:
		return keys.COMPLAINANT
	shared = cint(case.share_with_company) and (case.confidentiality or "Normal") == "Normal"
	return COLLEAGUE if shared and case.customer and case.customer in who.customers else ""


def own_cases(user: str, who: portal_customer.Who) -> Criterion:
	"""The condition on `tabComplaint` that keeps what `user` (who stands for `who`) follows in the portal."""
	case = DocType("Complaint")
	# the database compares addresses whatever their case, and by their index
	mine = [
		case.representative_email == user,
		case.complainant_email == user,
		(case.owner == user) & (case.channel == "Portal"),
	]
	if who.contacts:
		mine.append(case.contact.isin(who.contacts))
	if who.customers:
		shared = (case.share_with_company == 1) & (case.confidentiality == "Normal")
		mine.append(case.customer.isin(who.customers) & shared)
	person = DocType("Complaint Concerned Person")
	concerned = frappe.qb.from_(person).select(person.parent).where(person.user == user)
	return Criterion.any(mine) & case.anonymised_on.isnull() & case.name.notin(concerned)

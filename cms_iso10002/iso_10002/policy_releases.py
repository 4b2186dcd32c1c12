"""Versions of a Complaints Policy (ISO 10002:2018, 5.3): written by some, approved by another, without a gap.

*New Version* copies the one in force to a draft. Whoever submits the draft approves it, and that is nobody who wrote
it; its predecessor then ends on the day before. Of a company and a language no two policies are valid on one day.
"""

from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_years, cint, escape_html, formatdate, get_link_to_form, getdate, strip_html

from cms_iso10002.complaints import clock, version_chain
from cms_iso10002.iso_10002 import reviews, telling
from cms_iso10002.iso_10002.published_policy import DOCTYPE

_DAY = timedelta(days=1)
_OPEN_END = date(9999, 12, 31)

ORIGIN = (
	"version",
	"version_of",
	"first_version",
	"author",
	"written_by",
	"approved_by",
	"approved_on",
	"predecessor_valid_to",
	"last_review_on",
	"last_reviewed_by",
	"reminded_for",
	"asked",
)
"""What the server keeps: whatever a client sends, the database's value stands."""
REVIEW = ("next_review_on", "last_review_on", "last_reviewed_by")
"""What recording a review writes, and nothing else once the policy is approved."""
TEXT = ("title", "body", "change_note")
"""Who changes one of these has written the policy."""


@frappe.whitelist(methods=["POST"])
def make_new_version(policy: str) -> str:
	"""A draft that continues a submitted policy from tomorrow on; its name.

	Needs read permission on the policy and may create ones. Raises a ValidationError for a policy that is not
	submitted or has a next version already.
	"""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	frappe.has_permission(DOCTYPE, "create", throw=True)
	_refuse_unless_submitted(doc)
	version_chain.refuse_another_successor(doc, drafts=True)
	new = frappe.copy_doc(doc, ignore_no_copy=False)
	new.docstatus = 0  # in tests Frappe's copy_doc keeps it
	new.update(
		{
			"company": doc.company or "",  # or Frappe fills in the user's
			"version_of": doc.name,
			"valid_from": max(clock.today() + _DAY, getdate(doc.valid_from) + _DAY),
		}
	)
	return new.insert().name


@frappe.whitelist(methods=["GET", "POST"])
def chain(policy: str) -> list[dict]:
	"""The versions of a policy, oldest first: what the form and the print show of each. Checks read permission."""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	return versions(doc)


def versions(doc) -> list[frappe._dict]:
	"""The versions of a policy, oldest first."""
	return frappe.get_all(
		DOCTYPE,
		filters={"first_version": doc.first_version or doc.name},
		fields=[
			"name",
			"version",
			"docstatus",
			"valid_from",
			"valid_to",
			"change_note",
			"approved_by",
			"approved_on",
		],
		order_by="version, creation",
	)


# what the controller calls -----------------------------------------------------------------------------------


def keep_origin(doc) -> None:
	"""Of which version it is the next, who wrote it, who approved it: not a client's to say."""
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before:
		doc.update({name: before.get(name) for name in ORIGIN})
	else:
		earlier = _earlier(doc.version_of)
		doc.update({name: None for name in ORIGIN if name != "version_of"})
		doc.update(
			{
				"version": cint(earlier.version) + 1,
				"first_version": earlier.first_version or earlier.name or doc.name,
				"author": frappe.session.user,
			}
		)
	if not before or any((doc.get(name) or "") != (before.get(name) or "") for name in TEXT):
		doc.written_by = "\n".join(dict.fromkeys([*writers(doc), frappe.session.user]))
	if not doc.next_review_on and doc.valid_from:
		doc.next_review_on = add_years(getdate(doc.valid_from), 1)


def _earlier(name: str | None) -> frappe._dict:
	fields = ["name", "version", "first_version"]
	found = frappe.db.get_value(DOCTYPE, name, fields, as_dict=True) if name else None
	return found or frappe._dict()


def writers(doc) -> list[str]:
	"""Everybody who made the policy or changed its text."""
	return [*dict.fromkeys(name for name in (doc.author, *(doc.written_by or "").split("\n")) if name)]


def check(doc) -> None:
	"""Raises a ValidationError for days that can't be, an empty text, or a translation of something else."""
	if not strip_html(doc.body or "").strip() and "<img" not in (doc.body or ""):
		frappe.throw(_("The policy has no text yet: write it first."))
	if doc.valid_to and getdate(doc.valid_to) < getdate(doc.valid_from):
		frappe.throw(_("Valid To lies before Valid From: choose a later day, or leave it empty."))
	if doc.next_review_on and getdate(doc.next_review_on) <= getdate(doc.valid_from):
		frappe.throw(_("Next Review On must be after Valid From, {0}.").format(formatdate(doc.valid_from)))
	_check_translation(doc)


def _check_translation(doc) -> None:
	if not doc.translation_of:
		return
	fields = ["name", "company", "language", "translation_of"]
	other = frappe.db.get_value(DOCTYPE, doc.translation_of, fields, as_dict=True)
	if not other or other.name == doc.name or other.translation_of or other.language == doc.language:
		frappe.throw(_("Translation Of must be the original, in another language."))
	if (other.company or "") != (doc.company or ""):
		frappe.throw(_("A translation is for the same company as {0}.").format(frappe.bold(other.name)))


def approve(doc) -> None:
	"""Who submits a policy approves it: nobody who wrote it."""
	if frappe.session.user in writers(doc):
		frappe.throw(
			_(
				"You wrote this policy, so somebody else approves it: ask another Complaint Manager to submit it."
			),
			title=_("Approved by Somebody Else"),
		)
	doc.approved_by = frappe.session.user
	doc.approved_on = clock.now_site()


def refuse_wrong_release(doc) -> None:
	"""Before a policy is submitted: it follows its predecessor without a gap, and no other is valid at the same time."""
	if doc.version_of:
		_refuse_wrong_successor(doc)
	refuse_overlap(doc)


def _refuse_wrong_successor(doc) -> None:
	predecessor = version_chain.predecessor(doc)
	_refuse_unless_submitted(predecessor)
	version_chain.refuse_another_successor(predecessor, but=doc.name)
	for name in ("company", "language"):
		if (doc.get(name) or "") != (predecessor.get(name) or ""):
			frappe.throw(
				_(
					"A new version is for the same company and language as the one before: {0} differs."
				).format(_(doc.meta.get_label(name)))
			)
	if getdate(doc.valid_from) <= getdate(predecessor.valid_from):
		frappe.throw(
			_("Valid From must be after {0}, when the version before it begins.").format(
				formatdate(predecessor.valid_from)
			)
		)
	if predecessor.valid_to:
		uncovered = max(getdate(predecessor.valid_to) + _DAY, clock.today())
		if getdate(doc.valid_from) > uncovered:
			frappe.throw(
				_("The version before it ends on {0}, so this one begins on {1} at the latest.").format(
					formatdate(predecessor.valid_to), formatdate(uncovered)
				)
			)


def refuse_overlap(doc) -> None:
	"""Raises a ValidationError where another submitted policy of the company and language is valid on one of its days.

	Its own predecessor ends when it begins, so that one does not count.
	"""
	table = DocType(DOCTYPE)
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.title, table.company)
		.where((table.docstatus == 1) & (table.language == doc.language) & (table.name != doc.name))
		.where(table.valid_to.isnull() | (table.valid_to >= getdate(doc.valid_from)))
		.where(table.valid_from <= (getdate(doc.valid_to) if doc.valid_to else _OPEN_END))
		.orderby(table.name)
		.for_update()  # two can't be submitted at the same time
	)
	for row in query.run(as_dict=True):
		if (row.company or "") == (doc.company or "") and row.name != doc.version_of:
			frappe.throw(
				_(
					"{0} is valid at the same time, for the same company and language. Make this a New Version of it, "
					"or choose other days."
				).format(get_link_to_form(DOCTYPE, row.name, escape_html(row.title)))
			)


def end_predecessor(doc) -> None:
	"""After a version was submitted: its predecessor is valid to the day before, unless it had ended already."""
	if not doc.version_of:
		return
	predecessor = version_chain.predecessor(doc)
	for user in reviews.reviewers(predecessor):
		telling.done(DOCTYPE, predecessor.name, [user], reviews.words(predecessor))
	doc.db_set("predecessor_valid_to", predecessor.valid_to, update_modified=False)
	last = getdate(doc.valid_from) - _DAY
	if not predecessor.valid_to or getdate(predecessor.valid_to) > last:
		predecessor.valid_to = last
		predecessor.flags.succession = True
		predecessor.save()


def keep_review(doc) -> None:
	"""Before an approved policy is saved: its next review is moved by a review only (`reviews.mark_reviewed`)."""
	before = doc.get_doc_before_save()
	doc.update({name: before.get(name) for name in REVIEW})


def check_change(doc) -> None:
	"""Before a submitted policy is saved: its end still fits to the next version, and to all others."""
	successor = version_chain.successor(doc)
	before = doc.get_doc_before_save()
	moved = before and getdate(before.valid_to) != getdate(doc.valid_to)
	if successor and moved and not doc.flags.succession:
		frappe.throw(
			_("The next version, {0}, begins on {1}: Valid To follows from that.").format(
				frappe.bold(successor.name), formatdate(successor.valid_from)
			)
		)
	if moved and not doc.flags.succession:
		refuse_overlap(doc)


def refuse_cancelling(doc) -> None:
	"""Before a policy is cancelled: it has no next version, and was never in force.

	What was in force stays on record: one that is to end is followed by a New Version, which somebody else approves.
	"""
	successor = version_chain.successor(doc)
	if successor:
		frappe.throw(
			_("{0} is the next version of this policy: cancel that one first.").format(
				frappe.bold(successor.name)
			)
		)
	if getdate(doc.valid_from) <= clock.today():
		frappe.throw(
			_(
				"This policy has been in force since {0}, so it stays on record: make a New Version of it, or set Valid To."
			).format(formatdate(doc.valid_from))
		)


def give_back(doc) -> None:
	"""After a version was cancelled: its predecessor is valid again for as long as it was before."""
	predecessor = version_chain.predecessor(doc) if doc.version_of else None
	if predecessor and predecessor.docstatus == 1:
		predecessor.valid_to = doc.predecessor_valid_to
		predecessor.flags.succession = True
		predecessor.save()
	for name in frappe.get_all(
		DOCTYPE, {"version_of": doc.name, "docstatus": 0}, pluck="name", order_by="name"
	):
		# a draft of the version after goes on from the one before: a cancelled one can't be succeeded
		frappe.db.set_value(DOCTYPE, name, "version_of", doc.version_of)


def _refuse_unless_submitted(doc) -> None:
	if doc.docstatus != 1:
		frappe.throw(
			_("{0} is not approved yet: only an approved policy can have a new version.").format(
				frappe.bold(doc.name)
			)
		)

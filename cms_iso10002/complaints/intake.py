"""One door in: every complaint, from whatever channel, is registered here.

`register` is for API, import, e-mail and other documents. The desk form does not call it, but its controller
calls the same `complete`, `check` and `receive`, so no channel has rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Criterion, DocType
from frappe.utils import cint, get_datetime, getdate

from cms_iso10002.complaints import alerts, clock, policy, timeline
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core import similarity, triage
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.guards import has_text

LONGEST_DESCRIPTION = 100_000
"""Characters. Longer texts belong into an attachment."""
MOST_ROWS = 500
"""Rows of one table of one complaint."""
EARLIEST = "1990-01-01"

NOT_HANDED_IN = frozenset({"name", "owner", "status"})
"""What nobody may hand in; the rest of what the server owns the controller puts right itself."""


def register(
	values: Mapping[str, Any],
	*,
	attachments: Iterable[str] = (),
	dedupe_key: str | None = None,
	ignore_permissions: bool = False,
):
	"""Register a complaint and return its document.

	`values` are Complaint fields (instants as site datetimes, tables as lists of dicts). `attachments` are
	names of File records to attach. `dedupe_key` makes it happen once: a second call returns the first
	complaint. `ignore_permissions` is for callers that checked by other means who may complain (portal, mail).

	Raises frappe.ValidationError with one sentence for input that can't be taken, and stores nothing then.
	"""
	if existing := registered_as(dedupe_key):
		return frappe.get_doc("Complaint", existing)
	doc = frappe.new_doc("Complaint")
	doc.update({name: value for name, value in values.items() if name not in NOT_HANDED_IN})
	doc.received_on = values.get("received_on") or clock.now_site()
	doc.flags.ignore_permissions = ignore_permissions
	doc.flags.dedupe_key = dedupe_key
	try:
		with all_or_nothing():
			doc.insert()
			attach(doc.name, attachments)
	except Exception as error:
		# each database driver has its own error for a duplicate; anything else goes on
		if not (dedupe_key and frappe.db.is_duplicate_entry(error)):
			raise
		return frappe.get_doc("Complaint", registered_as(dedupe_key))  # somebody else was faster
	return doc


def registered_as(dedupe_key: str | None) -> str | None:
	"""The complaint registered under `dedupe_key` before, or None."""
	if not dedupe_key:
		return None
	# with a lock, so that what another connection has just committed is seen
	return frappe.db.get_value("Complaint Event", {"dedupe_key": dedupe_key}, "complaint", for_update=True)


def attach(complaint: str, files: Iterable[str]) -> None:
	"""Attach copies of File records; the content is stored once."""
	for name in files:
		source = frappe.get_doc("File", name)
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": source.file_name,
				"file_url": source.file_url,
				"is_private": source.is_private,
				"attached_to_doctype": "Complaint",
				"attached_to_name": complaint,
			}
		).insert(
			# the caller may register the complaint, and was allowed to read what the files were attached to
			ignore_permissions=True
		)


def complete(doc) -> None:
	"""Fill what nobody needs to type: company, language, who recorded it and when, what the category implies."""
	doc.recorded_on = clock.now_site()
	doc.received_on = moment(doc.received_on or doc.recorded_on, _("Received On"))
	doc.received_by = doc.received_by or _receiver(frappe.session.user)
	doc.company = doc.company or default_company()
	doc.language = doc.language or frappe.local.lang
	if doc.customer and not doc.complainant_name:
		doc.complainant_name = frappe.get_cached_value("Customer", doc.customer, "customer_name")
	category = doc.category and frappe.get_cached_doc("Complaint Category", doc.category)
	if category and category.safety and not doc.safety_implication:
		doc.safety_implication = "Yes"
	if category and category.default_severity and not doc.severity:
		doc.severity = category.default_severity


def _receiver(user: str) -> str | None:
	"""Who of us received it: nobody, where somebody from outside filed it themselves."""
	return None if frappe.db.get_value("User", user, "user_type", cache=True) == "Website User" else user


def moment(value: Any, label: str):
	"""A point in time somebody entered, as site time in whole seconds. Raises with one sentence for what is none."""
	try:
		return clock.to_site(clock.to_utc(value))
	except (ValueError, TypeError, OverflowError, AttributeError):
		frappe.throw(_("{0}: {1} is not a point in time such as 2026-03-02 09:30.").format(label, value))


def default_company() -> str | None:
	"""The company that a complaint is about where nobody says."""
	return (
		frappe.db.get_single_value("Complaint Settings", "default_company")
		or frappe.defaults.get_user_default("Company")
		or frappe.db.get_single_value("Global Defaults", "default_company")
	)


def check(doc) -> None:
	"""Refuse what is no complaint anybody could handle. One sentence each; raises frappe.ValidationError."""
	_check_links(doc)
	_check_texts(doc)
	_check_dates(doc)
	_check_rows(doc)
	if doc.is_new():
		_check_complainant(doc)


def _check_links(doc) -> None:
	"""Frappe 15 lets a link to nothing pass where other fields are fetched from it; so those are checked here."""
	items = {row.item_code for row in doc.get("subjects") or () if row.item_code}
	known = set(
		frappe.get_all("Item", filters={"name": ("in", sorted(items))}, pluck="name", order_by="name")
		if items
		else ()
	)
	unknown = [(_("Item"), item) for item in sorted(items - known)]
	if doc.customer and not frappe.db.exists("Customer", doc.customer):
		unknown.append((_("Customer"), doc.customer))
	for label, name in unknown:
		frappe.throw(
			_("Could not find {0} {1}: choose one from the list.").format(label, name),
			frappe.LinkValidationError,
		)


def _check_texts(doc) -> None:
	if not (doc.subject or "").strip():
		frappe.throw(
			_("Say in a few words what the complaint is about: the subject is empty."), frappe.MandatoryError
		)
	if len(doc.description or "") > LONGEST_DESCRIPTION:
		frappe.throw(
			_("The description has {0} characters; {1} are allowed: attach the long text as a file.").format(
				len(doc.description), LONGEST_DESCRIPTION
			)
		)
	if not has_text(doc.description) and "<img" not in (doc.description or ""):
		frappe.throw(
			_("Write down what the complainant said: the description is empty."), frappe.MandatoryError
		)


def _check_dates(doc) -> None:
	received = get_datetime(doc.received_on)
	if received > clock.now_site() + timedelta(minutes=5):
		frappe.throw(
			_("Received On lies in the future: enter when the complaint first reached the organisation.")
		)
	if received < get_datetime(EARLIEST):
		frappe.throw(_("Received On {0} is too long ago: check the year.").format(doc.received_on))
	if doc.occurred_on and getdate(doc.occurred_on) > received.date():
		frappe.throw(_("The problem can't have occurred after the complaint was received: check both dates."))


def _check_rows(doc) -> None:
	for df in doc.meta.get_table_fields():
		count = len(doc.get(df.fieldname) or [])
		if count > MOST_ROWS:
			frappe.throw(
				_("{0} has {1} rows; {2} are allowed: attach a list as a file instead.").format(
					_(df.label), count, MOST_ROWS
				)
			)


def _check_complainant(doc) -> None:
	known = (
		"customer",
		"contact",
		"complainant_name",
		"complainant_email",
		"complainant_phone",
		"representative_name",
	)
	if not doc.is_anonymous and not any(doc.get(name) for name in known):
		frappe.throw(_("Say who complains (customer, name, e-mail or phone), or tick Anonymous."))


def prioritise(doc) -> None:
	"""Compute the priority and say why (ISO 10002:2018, 7.5)."""
	doc.priority, doc.priority_reason = priority_in_words(doc)


def priority_in_words(doc) -> tuple[str, str]:
	"""The priority, and why in the session's language; what is stored is in that of who saved it."""
	priority = triage.assess_priority(
		doc.get("severity"),
		doc.get("complexity"),
		doc.get("impact"),
		doc.get("safety_implication") == "Yes",
		doc.get("immediate_action_needed") == "Yes",
	)
	parts = (_(template).format(*map(_, args)) for template, args in priority.reason_parts)
	return priority.level, "; ".join(parts)


def receive(doc) -> None:
	"""What follows from receipt: the policy, the first event and its clocks, screening, alerts.

	Called once by the controller, in the transaction of the insert.
	"""
	specs = [
		EventSpec(
			"received",
			{"channel": doc.channel, "category": doc.category or ""},
			at=clock.to_utc(doc.received_on),
			public=True,
		)
	]
	if doc.immediate_action_taken:
		specs.append(EventSpec("immediate_action", {"by": doc.immediate_action_by or ""}))
	changed = timeline.record_all(doc.name, specs, dedupe_key=doc.flags.dedupe_key, received_now=True)
	doc.take_server_fields(changed)
	screen(doc)


def set_policy(doc) -> None:
	"""Choose the policy and freeze it on the complaint."""
	doc.sla_policy, doc.policy_reason = policy.choose(doc.as_dict())
	doc.policy_snapshot = policy.snapshot(doc.sla_policy)


def _open_dispute(doc) -> None:
	frappe.get_doc(
		{
			"doctype": "External Dispute",
			"complaint": doc.name,
			"body": doc.outside_body,
			"filed_on": doc.received_on,
		}
	).insert(
		# who may register a complaint may say that it is before an outside body
		ignore_permissions=True
	)
	doc.in_external_dispute = 1


def screen(doc) -> None:
	"""Screen by subject matter, as the core says: beside an outside dispute, safety at once, out of scope or not."""
	category = doc.category and frappe.get_cached_doc("Complaint Category", doc.category)
	screening = triage.screen(
		is_employment_dispute=bool(cint(doc.is_employment_dispute)),
		complainant_type=doc.complainant_type,
		already_outside=bool(doc.outside_body),
		category_out_of_scope=bool(category and category.out_of_scope),
		safety_implication=doc.safety_implication == "Yes",
	)
	if screening.open_external_dispute:
		_open_dispute(doc)
	if screening.alert_manager:
		alerts.safety(doc)
	if screening.out_of_scope:
		template, arguments = screening.reason
		_put_out_of_scope(doc, (category and category.referral_note) or _(template).format(*arguments))


def _put_out_of_scope(doc, reason: str) -> None:
	"""What ISO 10002 does not cover is put out of scope, and told where to go."""
	from cms_iso10002.complaints import actions

	try:
		done = actions.perform(
			doc.name, "Put Out of Scope", {"reason": reason}, roles=("System",), by_system=True
		)
	except frappe.ValidationError:
		# who complains can't be written to: a person tells them, and puts it out of scope then
		frappe.clear_last_message()
		timeline.record(doc.name, "screened", {"out_of_scope": True}, note=reason)
		frappe.msgprint(
			_(
				"This is out of scope. Tell the complainant where to go, then take Put Out of Scope: {0}"
			).format(reason)
		)
		done = frappe.get_doc("Complaint", doc.name)
	doc.update_from(done)


def find_duplicates(doc: Mapping[str, Any]) -> list[similarity.Candidate]:
	"""Complaints that may be the same one: each with its score (0 to 100) and why. Never merged by itself."""
	settings = frappe.get_cached_doc("Complaint Settings")
	days = cint(settings.duplicate_window_days) or 90
	return similarity.rank(
		doc, _nearby(doc, days), window_days=days, minimum=cint(settings.duplicate_minimum_score)
	)


def _nearby(doc: Mapping[str, Any], days: int) -> list[dict[str, Any]]:
	"""At most 200 recent complaints that share the customer, an address, the category or an item."""
	complaint = DocType("Complaint")
	shared = [
		complaint[name] == doc.get(name)
		for name in ("customer", "complainant_email", "complainant_phone", "category")
		if doc.get(name)
	]
	subject = DocType("Complaint Subject")
	for name in ("item_code", "serial_no", "reference_name"):
		if values := [row.get(name) for row in doc.get("subjects") or () if row.get(name)]:
			query = frappe.qb.from_(subject).select(subject.parent).where(subject[name].isin(values))
			shared.append(complaint.name.isin(query))
	if not shared:
		return []
	received = get_datetime(doc.get("received_on") or clock.now_site())
	names = (
		frappe.qb.from_(complaint)
		.select(complaint.name)
		.where(Criterion.any(shared) & (complaint.name != (doc.get("name") or "")))
		.where(complaint.received_on[received - timedelta(days=days) : received + timedelta(days=days)])
		.orderby(complaint.received_on, order=frappe.qb.desc)
		.limit(200)
		.run(pluck=True)
	)
	return _with_subjects(names)


def _with_subjects(names: list[str]) -> list[dict[str, Any]]:
	"""Those of `names` the user may see, with their items: two queries whatever the number."""
	if not names:
		return []
	fields = [
		"name",
		"subject",
		"description",
		"status",
		"customer",
		"contact",
		"complainant_name",
		"complainant_email",
		"complainant_phone",
		"representative_email",
		"representative_phone",
		"category",
		"received_on",
	]
	rows = frappe.get_list(
		"Complaint",
		filters={"name": ("in", names)},
		fields=fields,
		order_by="received_on desc",
		limit_page_length=200,
	)
	subjects = frappe.get_all(
		"Complaint Subject",
		filters={"parent": ("in", names)},
		fields=["parent", "item_code", "serial_no", "batch_no", "reference_doctype", "reference_name"],
		order_by="parent, idx",
	)
	for row in rows:
		row["subjects"] = [subject for subject in subjects if subject.parent == row.name]
	return rows

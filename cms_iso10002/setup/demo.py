"""A year of believable complaints for a site to look at: `bench --site SITE complaints demo`.

Everything comes about through the doors that people use, at a time that is made up (`frappe.flags.complaints_now`),
by users with the roles the task needs. The same seed gives the same data. Never for a live site: it makes users whose
password everybody knows, and events of a year that nobody lived.
"""

from __future__ import annotations

import difflib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.query_builder import DocType
from frappe.utils.password import update_password

from cms_iso10002.complaints import (
	clock,
	corrective_actions,
	effectiveness,
	feedback,
	sealing,
	summary,
	verification_record,
)
from cms_iso10002.complaints.doctype.complaint_feedback.complaint_feedback import RATINGS
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core.states import STATES
from cms_iso10002.erpnext_bridge import demo_sales
from cms_iso10002.setup import demo_data, demo_iso, demo_lives
from cms_iso10002.setup.demo_data import Person
from cms_iso10002.setup.demo_life import Life, Present, Scene
from cms_iso10002.setup.written import PARENT

MARK = "complaints_demo"
SOLD_DAYS = 364


@dataclass
class Summary:
	"""What the demo holds: complaints by state, sales (why there are none), and who can log in."""

	states: dict[str, int] = field(default_factory=dict)
	already_there: bool = False
	no_sales: str = ""

	def text(self) -> str:
		total = sum(self.states.values())
		lines = [_("{0} complaints are there already.") if self.already_there else _("{0} complaints:")]
		lines = [lines[0].format(total)]
		lines += [f"  {self.states[state]:4}  {_(state)}" for state in STATES if self.states.get(state)]
		if self.no_sales:
			lines += ["", _("No sales could be made, so there are no rates: {0}").format(self.no_sales)]
		lines += ["", _("Logins, password {0}:").format(demo_data.PASSWORD)]
		lines += [f"  {login.email:30} {login.name}, {login.roles[0]}" for login in demo_data.LOGINS]
		return "\n".join(lines)


def make(
	seed: int = 1,
	complaints: int = 120,
	now: datetime | None = None,
	on_progress: Callable[[], None] | None = None,
) -> Summary:
	"""Fill the site with a year of complaints before `now` (aware; today 00:00 by default), once.

	A second call adds nothing. Raises frappe.ValidationError where the site has complaints that are not the demo's, or
	`complaints` are too few for all that is to be seen. Runs as Administrator and commits nothing.
	"""
	if frappe.db.exists("DefaultValue", {"parent": PARENT, "defkey": MARK}):
		return Summary(_count(), already_there=True)
	_refuse_used_site()
	now = now or clock.to_utc(datetime.combine(clock.today(), time()))
	rng = random.Random(seed)
	user, complaints_now = frappe.session.user, frappe.flags.complaints_now
	frappe.set_user("Administrator")
	try:
		scene = _scene(rng, now, on_progress or (lambda: None))
		plan = _plan(scene, complaints)
		no_sales = _sell(scene, seed)
		_live(scene, plan)
		_rate(scene)
		_prove(scene)
		_seal(now)
		# what is figured out for reviews and objectives is read from the summary
		summary.refresh_recent()
		demo_iso.make(scene)
	finally:
		frappe.flags.complaints_now = complaints_now
		frappe.set_user(user)
	_say_that_mail_was_sent()
	frappe.defaults.set_default(MARK, json.dumps({"seed": seed, "complaints": complaints}), PARENT)
	return Summary(_count(), no_sales=no_sales)


def _refuse_used_site() -> None:
	if frappe.db.count("Complaint") or frappe.db.count("Complaint Ledger Seal"):
		frappe.throw(_("This site has complaints, or seals, of its own: make the demo on another one."))


def _count() -> dict[str, int]:
	states = frappe.get_all("Complaint", pluck="status", order_by="name")
	return dict(Counter(states))


def _sell(scene: Scene, seed: int) -> str:
	"""What was sold in the year, before anything is held against it; where it can't be, why not.

	It has a chance of its own, so that what becomes of the complaints hangs on them alone.
	"""
	customers = sorted({person.customer for person in scene.people if person.customer})
	prices = {code: demo_data.price(code) for code in demo_data.ITEMS}
	last = clock.to_site(scene.now).date() - timedelta(days=1)
	try:
		with all_or_nothing():
			sold = demo_sales.sell(
				random.Random(f"sales {seed}"),
				scene.company,
				customers,
				prices,
				last - timedelta(days=SOLD_DAYS),
				last,
			)
	except frappe.ValidationError as error:
		return frappe.utils.strip_html(str(error))
	return "" if sold else _("the company {0} has no accounts to post them to.").format(scene.company)


Plan = list[tuple[Callable[[Life], None], float, float]]
"""What happens to each complaint, how many days ago it came, and how slowly it is dealt with."""


def _plan(scene: Scene, complaints: int) -> Plan:
	try:
		return demo_lives.plan(scene.rng, complaints)
	except ValueError as error:
		frappe.throw(
			_("{0} complaints are too few to show every state: take {1} or more.").format(complaints, error)
		)


def _live(scene: Scene, plan: Plan) -> None:
	for life, days_ago, pace in plan:
		one = Life(scene, days_ago, pace)
		with suppress(Present):
			life(one)
		one.sweep_until(scene.now)


def _rate(scene: Scene) -> None:
	"""Less than half of those whose case is closed say how they were treated, two days later, by the link of the letter."""
	fields = ["name", "closed_on", "outcome", "ledger_sequence"]
	closed = frappe.get_all("Complaint", {"status": "Closed"}, fields, order_by="name")
	heads = {row.name: row.ledger_sequence for row in closed}
	last = {
		row.complaint: row.at
		for row in frappe.get_all(
			"Complaint Event",
			{"complaint": ("in", list(heads))},
			["complaint", "sequence", "at"],
			order_by="complaint, sequence",
		)
		if row.sequence == heads[row.complaint]
	}
	for row in closed:
		overall = scene.rng.choice((3, 4, 4, 5, 5) if row.outcome == "Upheld" else (1, 2, 3, 4, 4))
		moment = clock.to_utc(max(row.closed_on, last[row.name]) + timedelta(days=2))
		if scene.rng.random() < 0.4 and moment < scene.now:
			scene.act_as("Guest", moment)
			ratings = {name: min(5, max(1, overall + scene.rng.choice((-1, 0, 0, 1)))) for name in RATINGS}
			feedback.give(
				frappe.get_doc("Complaint", row.name), feedback.CLOSING, {**ratings, "overall": overall}
			)
	frappe.set_user("Administrator")


def _prove(scene: Scene) -> None:
	"""Actions whose day has come are compared by the daily job; those that worked are judged so by the manager."""
	days = frappe.get_all(
		corrective_actions.ACTION,
		{"state": "In Effect", "check_on": ("<=", clock.to_site(scene.now).date())},
		["name", "check_on", "responsible"],
		order_by="check_on, name",
	)
	for row in days:
		moment = clock.to_utc(datetime.combine(row.check_on, time(6)))
		scene.act_as("Administrator", moment)
		effectiveness.compare(frappe.get_doc(corrective_actions.ACTION, row.name))
		if row.name in scene.proven and row.responsible != scene.users["manager"]:
			scene.act_as("manager", moment + timedelta(hours=4))
			effectiveness.judge(row.name, "Effective", "Looked at on the spot: nothing like it since.")


def _seal(now: datetime) -> None:
	"""The ledger as it stood the day before, and what verifying it found."""
	frappe.flags.complaints_now = now + sealing.GRACE
	sealing.make_daily_seal()
	verification_record.verify_and_keep()


def _say_that_mail_was_sent() -> None:
	"""Letters and alerts were queued as mail. Nobody is to get one, and none is to come back as not delivered."""
	queue, recipient = DocType("Email Queue"), DocType("Email Queue Recipient")
	mine = (queue.reference_doctype == "Complaint") & (queue.status == "Not Sent")
	names = frappe.qb.from_(queue).select(queue.name).where(mine).run(pluck=True)
	if names:
		frappe.qb.update(queue).set(queue.status, "Sent").where(queue.name.isin(names)).run()
		frappe.qb.update(recipient).set(recipient.status, "Sent").where(recipient.parent.isin(names)).run()


# the scene -----------------------------------------------------------------------------------------------


def _scene(rng: random.Random, now: datetime, on_registered: Callable[[], None]) -> Scene:
	company = frappe.db.get_single_value(
		"Complaint Settings", "default_company"
	) or frappe.db.get_single_value("Global Defaults", "default_company")
	if not company:
		frappe.throw(_("This site has no company yet: complete its setup first."))
	_settings(company)
	_mail_account()
	for login in demo_data.LOGINS:
		_user(login)
	_body()
	for code, name in demo_data.ITEMS.items():
		_item(code, name)
	return Scene(
		rng=rng,
		now=now,
		company=company,
		currency=frappe.db.get_value("Company", company, "default_currency"),
		users={login.key: login.email for login in demo_data.LOGINS},
		people=list(_people()),
		stories=_stories(rng),
		record=_Masters().nearest,
		on_registered=on_registered,
	)


def _stories(rng: random.Random) -> Iterator[demo_data.Story]:
	groups = demo_data.stories()
	while True:
		yield from demo_data.spread(rng, groups)


def _settings(company: str) -> None:
	settings = frappe.get_doc("Complaint Settings")
	settings.default_company = settings.default_company or company
	settings.contact_person = settings.contact_person or "Mara Lindqvist"
	settings.contact_email = settings.contact_email or "complaints@example.com"
	settings.contact_phone = settings.contact_phone or "+49 341 555 0100"
	settings.no_reply_closing = 1
	settings.save()


def _body() -> None:
	"""Where complainants can turn after the final answer: letters and the portal name it."""
	name = frappe.db.exists("Dispute Resolution Body", demo_data.BODY["body_name"])
	body = frappe.get_doc("Dispute Resolution Body", name) if name else None
	if body and not body.enabled:
		body.update({**demo_data.BODY, "enabled": 1})
		body.save()


def _mail_account() -> None:
	"""Somewhere to send letters from, where the site has nothing yet."""
	if EmailAccount.find_outgoing():
		return
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Complaints Demo",
			"email_id": "complaints@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"smtp_port": 25,
			# no server is asked for: nothing of the demo is ever sent
			"awaiting_password": 1,
		}
	).insert()


def _user(login: demo_data.Login) -> None:
	if frappe.db.exists("User", login.email):
		return
	first, _space, last = login.name.partition(" ")
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": login.email,
			"first_name": first,
			"last_name": last,
			"send_welcome_email": 0,
			"user_type": "Website User" if login.roles == ("Customer",) else "System User",
			"roles": [{"role": role} for role in login.roles if frappe.db.exists("Role", role)],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert()
	# they see in the desk what they are told of; a year of mail to them would be in nobody's interest
	frappe.db.set_value("Notification Settings", login.email, "enable_email_notifications", 0)
	update_password(login.email, demo_data.PASSWORD)


def _item(code: str, name: str) -> None:
	if frappe.db.exists("Item", code):
		return
	frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_name": name,
			"item_group": _leaf("Item Group", "Products"),
			"stock_uom": "Nos"
			if frappe.db.exists("UOM", "Nos")
			else frappe.get_all("UOM", limit=1, pluck="name", order_by="name")[0],
			"is_stock_item": 0,
		}
	).insert()


def _leaf(doctype: str, wanted: str) -> str:
	"""A record of a tree that has nothing below it: the one wanted, else the first."""
	if frappe.db.get_value(doctype, wanted, "is_group") == 0:
		return wanted
	return frappe.get_all(doctype, filters={"is_group": 0}, order_by="lft", limit=1, pluck="name")[0]


def _people() -> Iterator[Person]:
	"""Everybody who complains; customers and their contacts are made."""
	for company, name, email, phone, language in demo_data.COMPANIES:
		customer = _customer(company, "Company", name, email, phone)
		yield Person(name, email, phone, "", customer, language)
	for name, email, phone, address, language in demo_data.HOUSEHOLDS:
		customer = _customer(name, "Individual", name, email, phone)
		yield Person(name, email, phone, address, customer, language)
	for name, email, phone, address, language in demo_data.PUBLIC:
		yield Person(name, email, phone, address, "", language)


def _customer(title: str, kind: str, person: str, email: str, phone: str) -> str:
	known = frappe.db.get_value("Customer", {"customer_name": title})
	if known:
		return known
	group = "Commercial" if kind == "Company" else "Individual"
	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": title,
			"customer_type": kind,
			"customer_group": _leaf("Customer Group", group),
			"territory": _leaf("Territory", "Germany"),
			"portal_users": [{"user": email}] if frappe.db.exists("User", email) else [],
		}
	).insert()
	first, _space, last = person.partition(" ")
	contact: dict[str, Any] = {
		"doctype": "Contact",
		"first_name": first,
		"last_name": last,
		"email_ids": [{"email_id": email, "is_primary": 1}],
		"phone_nos": [{"phone": phone, "is_primary_phone": 1}],
		"links": [{"link_doctype": "Customer", "link_name": customer.name}],
	}
	if frappe.db.exists("User", email):
		contact["user"] = email
	# a user's own contact may have come about with the user
	existing = frappe.db.get_value("Contact", {"user": email}) if contact.get("user") else None
	if existing:
		doc = frappe.get_doc("Contact", existing)
		doc.append("links", contact["links"][0])
		doc.save()
	else:
		frappe.get_doc(contact).insert()
	return customer.name


class _Masters:
	"""Master records by the name they have in the texts: what a site renamed is found by the nearest name."""

	def __init__(self) -> None:
		self._names: dict[str, list[str]] = {}
		self._found: dict[tuple[str, str], str] = {}

	def nearest(self, doctype: str, wanted: str) -> str:
		if (doctype, wanted) not in self._found:
			self._found[doctype, wanted] = self._look(doctype, wanted) or self._make(doctype, wanted)
		return self._found[doctype, wanted]

	def _look(self, doctype: str, wanted: str) -> str | None:
		if doctype not in self._names:
			has_groups = frappe.get_meta(doctype).has_field("is_group")
			filters = {"is_group": 0} if has_groups else {}
			self._names[doctype] = frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")
		names = {name.lower(): name for name in self._names[doctype]}
		if wanted.lower() in names:
			return names[wanted.lower()]
		close = difflib.get_close_matches(wanted.lower(), list(names), 1, 0.6)
		return names[close[0]] if close else None

	def _make(self, doctype: str, wanted: str) -> str:
		doc = frappe.new_doc(doctype)
		meta = frappe.get_meta(doctype)
		doc.set(meta.autoname.removeprefix("field:"), wanted)
		if doctype == "Complaint Remedy":
			doc.type = "Money" if wanted in demo_data.MONEY else "Service"
		# asked for in the middle of a life, whoever acts there
		return doc.insert(ignore_permissions=True).name

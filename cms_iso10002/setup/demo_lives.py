"""The lives of the demo's complaints: what happens to each, by whom and after what time.

A `Life` is one complaint on its way. Its steps wait a while and then act as the person whose task it is, through the
doors that people use. When a step would lie beyond the present, `Present` is raised: the complaint stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from cms_iso10002.complaints import actions, cases, clock, correspondence, intake
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.import_map import paragraphs
from cms_iso10002.core.triage import at_least
from cms_iso10002.erpnext_bridge import issue
from cms_iso10002.setup import demo_data as told
from cms_iso10002.setup.demo_data import Person, Story

DAY = timedelta(hours=8)
"""A working day."""
OFFICE = [(time(9), time(17))]
ASSESSMENT = {"complexity": "Low", "impact": "Low", "safety_implication": "No", "immediate_action_needed": "No"}


class Present(Exception):
	"""What should come next lies in the future."""


@dataclass
class Scene:
	"""What all lives share: chance, time, and the records of the site they speak of."""

	rng: random.Random
	now: datetime
	company: str
	currency: str
	users: Mapping[str, str]
	people: list[Person]
	stories: Iterator[Story]
	record: Callable[[str, str], str]
	"""The name of a master record on this site that comes nearest to a name (doctype, name)"""
	on_registered: Callable[[], None]

	def __post_init__(self) -> None:
		self.calendar = WorkCalendar(str(clock.site_zone()), {day: OFFICE for day in range(5)})

	def at(self, days_ago: float) -> datetime:
		"""Some minute between 8 and 21 o'clock, so many days ago."""
		day = clock.to_site(self.now) - timedelta(days=days_ago)
		minute = self.rng.randrange(8 * 60, 21 * 60)
		moment = clock.to_utc(datetime.combine(day.date(), time(minute // 60, minute % 60)))
		return min(moment, self.now - timedelta(minutes=20))

	def act_as(self, key: str, moment: datetime) -> None:
		"""Be the user `key`, at `moment`, until somebody else acts. A change of user empties caches, so it is not undone."""
		frappe.flags.complaints_now = moment
		user = self.users.get(key, key)
		if frappe.session.user != user:
			frappe.set_user(user)


class Life:
	"""One complaint on its way through time. `pace` stretches every wait: 1 keeps the limits, 3 misses them."""

	def __init__(self, scene: Scene, days_ago: float, pace: float = 1.0):
		self.scene, self.rng, self.pace = scene, scene.rng, pace
		self.moment = scene.at(days_ago)
		self.name = ""
		self._doc = None
		self.person: Person = None
		self.story: Story = None
		self.severity = self.rng.choices(("Minor", "Moderate", "Major", "Critical"), (42, 42, 14, 2))[0]
		self.handler = self.rng.choice(("agent", "agent", "agent2"))
		self.investigator = self.rng.choice(("investigator", "investigator", "investigator2"))

	# time and people ---------------------------------------------------------------------------------

	def wait(self, days: float, calendar_days: bool = False) -> None:
		"""Let so many working days pass (more or less), or exactly so many days of the calendar."""
		if calendar_days:
			moment = self.moment + timedelta(days=days)
		else:
			spent = DAY * days * self.pace * self.rng.uniform(0.7, 1.3)
			moment = self.scene.calendar.add(self.moment, max(spent, timedelta(minutes=5)))
		if moment >= self.scene.now:
			raise Present
		self.moment = moment.replace(second=0, microsecond=0)

	def enter(self, who: str) -> None:
		"""It is `who`'s turn, now."""
		self.scene.act_as(who, self.moment)

	def act(self, who: str, action: str, values: Mapping[str, Any] | None = None, **data: Any) -> None:
		"""Take an action. `values` are fields filled in before the button was pressed: form and action are one save."""
		self.enter(who)
		doc = self.doc
		doc.update(values or {})
		doc.flags.update({"action": action, "action_data": cases.answers(data)})
		doc.save()

	def edit(self, who: str, **values: Any) -> None:
		self.enter(who)
		self.doc.update(values)
		self.doc.save()

	@property
	def doc(self):
		"""The complaint as it was last read or saved here; read anew after `outdated`."""
		if not self._doc:
			self._doc = frappe.get_doc("Complaint", self.name)
		return self._doc

	def outdated(self) -> None:
		"""Something else has changed the complaint."""
		self._doc = None

	@property
	def channel(self) -> str:
		"""How this complainant is told things."""
		# spoken and posted more often than mailed: a mail takes as long to make as everything else of a step
		ways = [("E-mail", self.person.email), *[("Phone", self.person.phone), ("Post", self.person.address)] * 2]
		open_ways = [way for way, address in ways if address]
		return self.rng.choice(open_ways) if open_ways else ""

	# the way through ---------------------------------------------------------------------------------

	def register(self, story: Story | None = None, person: Person | None = None, **values: Any) -> Life:
		self.story = story or next(self.scene.stories)
		self.person = person or self._somebody()
		self.severity = values.pop("severity", self.severity)
		by = "customer" if self.person.email == self.scene.users["customer"] else self.handler
		self.enter(by)
		doc = intake.register(
			{**self.receipt(), **values},
			# the portal checks by itself who may complain, and its users have no right to the doctype
			ignore_permissions=by == "customer",
		)
		return self.taken_on(doc.name, self.person)

	def taken_on(self, name: str, person: Person) -> Life:
		self.name, self.person = name, person
		self.scene.on_registered()
		return self

	def _somebody(self) -> Person:
		"""Somebody who tells stories in this language; customers complain more often than others."""
		fitting = [person for person in self.scene.people if person.language == self.story.language]
		return self.rng.choices(fitting, [3 if person.customer else 1 for person in fitting])[0]

	def receipt(self) -> dict[str, Any]:
		"""What is written down when the complaint comes in."""
		person, story = self.person, self.story
		channels = ["E-mail", "E-mail", "Web"] if person.email else ["Phone"]
		channels += ["Phone"] * bool(person.phone) + ["Letter"] * bool(person.address) + ["In Person"]
		portal = person.email == self.scene.users["customer"]
		return {
			"subject": story.subject,
			"description": paragraphs(story.text),
			"channel": "Portal" if portal else self.rng.choice(channels),
			"received_on": clock.to_site(self.moment),
			"occurred_on": str(clock.to_site(self.moment).date() - timedelta(days=self.rng.randrange(1, 30))),
			"language": story.language,
			"company": self.scene.company,
			"complainant_type": "Customer" if person.customer else "Public",
			"customer": person.customer or None,
			"complainant_name": person.name,
			"complainant_email": person.email,
			"complainant_phone": person.phone,
			"complainant_address": person.address,
			"category": self.scene.record("Complaint Category", story.category),
			"remedy_requested": self.scene.record("Complaint Remedy", story.remedy),
			"subjects": [self._subject()] if story.item else [],
			"handler": None if portal else self.scene.users[self.handler],
		}

	def _subject(self) -> dict[str, Any]:
		return {
			"item_code": self.scene.record("Item", self.story.item),
			"qty": self.rng.choice((1, 1, 1, 2)),
			"amount": self.price,
			"currency": self.scene.currency,
		}

	@property
	def price(self) -> int:
		return told.PRICES.get(self.story.item) or 200 + sum(map(ord, self.story.item)) % 40 * 10

	def acknowledge(self) -> Life:
		self.wait(0.2 if self.rng.random() < 0.93 else 2)
		self.act(self.handler, "Acknowledge", channel=self.channel)
		return self

	def assess(self, **values: Any) -> Life:
		self.wait(0.45)
		level = {"Minor": "Low", "Moderate": "Medium"}.get(self.severity, "High")
		found = {**ASSESSMENT, "complexity": self.rng.choice(("Low", "Medium", level)), "impact": level}
		found |= {"severity": self.severity, "conflict_check": "None Found", **values}
		self.act(self.handler, "Assess", {"handler": self.scene.users[self.handler], **found})
		return self

	def investigate(self) -> Life:
		self.wait(0.5)
		self.act(self.handler, "Investigate", {"investigator": self.scene.users[self.investigator]})
		return self

	def update(self) -> Life:
		"""A progress update."""
		return self.letter("Progress Update", self.rng.choice(told.UPDATES))

	def letter(self, kind: str, words: str) -> Life:
		self.enter(self.handler)
		correspondence.send_letter(self.name, kind, self.channel or "Post", words)
		self.outdated()
		return self

	def decide(self, outcome: str = "", days: float = 5, findings: str = "") -> Life:
		"""Findings and decision; a long investigation is reported on half-way, mostly."""
		if days * self.pace > 8 and self.rng.random() < 0.7:
			self.wait(days / 2)
			self.update()
			days /= 2
		self.wait(days)
		outcome = outcome or self.rng.choices(("Upheld", "Partly Upheld", "Not Upheld"), (60, 22, 18))[0]
		findings = findings or told.FINDINGS[self.story.group]
		values = {"findings": f"<p>{findings}</p>", **self._learnt(outcome)}
		self.act(self.investigator, "Decide", values, outcome=outcome, reasons=self._reasons(outcome))
		return self

	def _reasons(self, outcome: str) -> str:
		return self.rng.choice(told.REASONS[outcome])

	def _learnt(self, outcome: str) -> dict[str, Any]:
		"""Root cause and action, which serious complaints need before they are closed."""
		if not at_least(self.severity, "Major") and self.rng.random() < 0.6:
			return {}
		if outcome == "Not Upheld":
			return {"action_state": "Not Needed", "no_action_reason": "Nothing went wrong on our side."}
		return {
			"root_cause": self.scene.record("Complaint Root Cause", told.CAUSES[self.story.group]),
			"action_state": self.rng.choice(("Open", "In Effect", "Effective")),
		}

	def offers(self, *wanted: tuple[str, float]) -> list[dict[str, Any]]:
		"""The redress with what is offered now: what was asked for, or (remedy, amount) pairs."""
		rows = [row.as_dict() for row in self.doc.redress]
		informed = not wanted and self.story.remedy == "Information"  # the letter itself is what was asked for
		if self.doc.outcome == "Not Upheld" or informed:
			return rows
		share = 1 if self.doc.outcome == "Upheld" else 0.5
		asked = self.story.remedy, self.price * share if self.story.remedy == "Refund" else min(self.price * share, 150)
		return [*rows, *(self._redress(*offer) for offer in wanted or (asked,))]

	def _redress(self, remedy: str, amount: float) -> dict[str, Any]:
		return {
			"remedy": self.scene.record("Complaint Remedy", remedy),
			"description": remedy,
			"amount": amount if remedy in told.MONEY else 0,
			"currency": self.scene.currency,
			"due_date": str((clock.to_site(self.moment) + timedelta(days=14)).date()),
		}

	def approve(self, by: str = "manager") -> Life:
		"""The second person's approval that the settings ask for."""
		if at_least(self.severity, "Major"):
			self.wait(0.4)
			self.enter(by)
			actions.approve_decision(self.name)
			self.outdated()
		return self

	def respond(self, *offers: tuple[str, float], approver: str = "manager", channel: str | None = None) -> Life:
		"""The decision goes out, with what is offered."""
		self.wait(0.7)
		self.approve(approver)
		self.wait(0.2)
		channel = self.channel if channel is None else channel
		self.act(self.handler, "Send Response", {"redress": self.offers(*offers)}, channel=channel)
		return self

	def accept(self, days: float = 4) -> Life:
		self.wait(days)
		self.act(self.handler, "Record Acceptance", words=self.rng.choice(told.THANKS))
		return self

	def reject(self, days: float = 4) -> Life:
		self.wait(days)
		declined = [{**row.as_dict(), "state": "Declined"} for row in self.doc.redress]
		self.act(self.handler, "Record Rejection", {"redress": declined}, words=self.rng.choice(told.REFUSALS))
		return self

	def carry_out(self, days: float = 4) -> Life:
		"""Do what was agreed."""
		agreed = [row for row in self.doc.redress if row.state == "Accepted"]
		if not agreed:
			return self
		self.wait(days)
		for row in agreed:
			row.update({"state": "Implemented", "implemented_on": str(clock.to_site(self.moment).date())})
		self.edit(self.handler)
		return self

	def close(self, **data: Any) -> Life:
		self.wait(0.6)
		self.act(self.handler, "Close", **data)
		return self

	def to_response(self, outcome: str = "") -> Life:
		return self.acknowledge().assess().investigate().decide(outcome).respond()

	def review(self) -> Life:
		"""Ask for a review; the manager, who had no part in it, reviews."""
		self.wait(1.5)
		self.act(self.handler, "Request Review", reviewer=self.scene.users["manager"], reason="asked for by the complainant")
		self.wait(0.3)
		return self.letter("Acknowledgement", "Your request for a review has arrived.")

	def decide_review(self, outcome: str) -> Life:
		self.wait(7)
		self.act("manager", "Decide Review", outcome=outcome, reasons=told.REVIEWED[outcome])
		return self


# lives: each is told from its registration on ------------------------------------------------------------


def plain(life: Life) -> None:
	life.register().to_response()
	life.accept().carry_out().close()


def fixed_at_once(life: Life) -> None:
	life.register(severity="Minor")
	life.wait(0.03)
	life.act(
		life.handler,
		"Resolve Early",
		severity="Minor",
		safety_implication="No",
		reasons=life.rng.choice(told.EARLY),
		words=life.rng.choice(told.THANKS),
		channel=life.channel,
	)
	life.pace = 1
	life.close()


def without_investigation(life: Life) -> None:
	life.register(severity="Minor").acknowledge().assess()
	life.wait(1.5)
	outcome = life.rng.choice(("Upheld", "Upheld", "Partly Upheld"))
	waiver = "The records on file leave nothing to investigate."
	life.act(life.handler, "Decide Without Investigation", waiver=waiver, outcome=outcome, reasons=life._reasons(outcome))
	life.respond().accept().carry_out().close()


def three_aspects(life: Life) -> None:
	aspects = [{"what": "The goods are faulty"}, {"what": "Nobody called back"}, {"what": "The invoice is wrong"}]
	life.register(aspects=aspects).acknowledge().assess().investigate()
	life.wait(5)
	outcomes = ("Upheld", "Partly Upheld", "Not Upheld")
	values = {
		"aspects": [
			{**row.as_dict(), "outcome": outcome, "reasons": told.REASONS[outcome][0]}
			for row, outcome in zip(life.doc.aspects, outcomes, strict=True)
		],
		"findings": f"<p>{told.FINDINGS[life.story.group]}</p>",
		**life._learnt("Partly Upheld"),
	}
	life.act(life.investigator, "Decide", values, reasons="We answer your three points one by one; see each below.")
	life.respond().accept().carry_out().close()


def accepted_in_part(life: Life) -> None:
	life.register(severity="Moderate").acknowledge().assess().investigate().decide("Upheld")
	life.respond(("Repair or Rework", 0), ("Compensation", 40))
	life.wait(4)
	redress = [row.as_dict() for row in life.doc.redress]
	redress[0]["state"], redress[1]["state"] = "Accepted", "Declined"
	answer = {"response": "Partly Accepted", "words": life.rng.choice(told.PARTLY)}
	life.act(life.handler, "Record Rejection", {"redress": redress}, **answer)
	life.carry_out(3)
	life.wait(1)
	life.act(life.investigator, "Decide Again", outcome="Upheld", reasons="You are right about the amount too; we raise it.")
	life.respond(("Compensation", 80)).accept(3).carry_out().close()


def review_changes_it(life: Life) -> None:
	life.register().to_response("Not Upheld").reject().review().decide_review("Upheld")
	life.respond(approver="deputy").accept().carry_out().close()


def recourse_used_up(life: Life) -> None:
	life.register().to_response("Not Upheld").reject().review().decide_review("Not Upheld")
	life.respond(approver="deputy").reject(6).close(basis="Recourse Exhausted")


def recourse_expired(life: Life) -> None:
	life.register().to_response("Partly Upheld").reject()
	life.wait(63, calendar_days=True)
	life.close(basis="Recourse Expired")


def no_reply(life: Life) -> None:
	_silence(life)


def late_no(life: Life) -> None:
	_silence(life)
	life.wait(12, calendar_days=True)
	life.act(life.handler, "Record Late Rejection", words="I was in hospital and say no.")
	life.review().decide_review("Partly Upheld").respond(approver="deputy").accept().carry_out().close()


def _silence(life: Life) -> None:
	"""Answered, reminded, and nobody says anything."""
	life.register().to_response("Not Upheld")
	life.wait(8, calendar_days=True)
	life.update()
	life.wait(9, calendar_days=True)
	life.close(basis="No Reply")


def question_answered(life: Life) -> None:
	life.register().acknowledge().assess().investigate()
	_ask(life)
	life.wait(3)
	life.act(life.handler, "Resume", answer=life.rng.choice(told.ANSWERS))
	life.decide().respond().accept().carry_out().close()


def _ask(life: Life) -> None:
	life.wait(1)
	answer_by = str(getdate(clock.to_site(life.moment) + timedelta(days=14)))
	channel = life.channel or "In Person"
	life.act(life.investigator, "Ask Complainant", question=life.rng.choice(told.QUESTIONS), answer_by=answer_by, channel=channel)


def withdrawn(life: Life) -> None:
	life.register().acknowledge()
	life.wait(2)
	life.act(life.handler, "Withdraw", words=life.rng.choice(told.WITHDRAWALS), channel="Phone")


def withdrawn_though_dangerous(life: Life) -> None:
	item, subject, text = told.SHOCK
	life.register(Story("defective", item, "Fire, Smoke or Electric Shock", "Refund", subject, text), severity="Critical", safety_implication="Yes")
	life.wait(0.1)
	life.edit(life.handler, **_contained(life, "The heater was taken off sale in all shops."))
	life.acknowledge().assess(safety_implication="Yes", immediate_action_needed="Yes", impact="High")
	life.investigate()
	life.wait(1)
	life.act(life.handler, "Withdraw", words="I have my money back, leave me out of it.", channel="Phone")
	life.wait(4)
	life.edit(
		life.investigator,
		findings="<p>The housing of this batch cracks at the switch. The maker was told and has recalled it.</p>",
		root_cause=life.scene.record("Complaint Root Cause", "Design"),
		action_state="In Effect",
	)


def _contained(life: Life, what: str) -> dict[str, Any]:
	return {
		"immediate_action_needed": "Yes",
		"immediate_action_taken": what,
		"immediate_action_on": clock.to_site(life.moment),
		"immediate_action_by": life.scene.users[life.handler],
	}


def dangerous(life: Life) -> None:
	item, subject, text = told.GATE
	life.register(Story("defective", item, "Hazard or Near Miss", "Replacement", subject, text), severity="Critical", safety_implication="Yes")
	life.wait(0.1)
	life.edit(life.handler, **_contained(life, "All 212 buyers were told by telephone not to use the gate."))
	life.acknowledge().assess(safety_implication="Yes", immediate_action_needed="Yes", impact="High")
	life.investigate().decide("Upheld", 4, "The lock's plastic softens above 35 degrees. Three other gates do the same.")
	life.respond().accept().carry_out().close()


def confidential(life: Life) -> None:
	subject, text = told.PRIVATE
	life.register(
		Story("other", "", "Staff Conduct", "Apology", subject, text),
		severity="Major",
		confidentiality="Restricted",
		conflict_check="Names Recorded",
		persons_concerned=[{"person_name": "Technician R. Haas", "in_what_way": "is said to have written the messages"}],
		# a Restricted case is seen by those who work on it: the investigator is named from the start
		investigator=life.scene.users[life.investigator],
		handler=life.scene.users[life.handler],
	)
	life.acknowledge().assess(conflict_check="Names Recorded").investigate()
	life.decide("Upheld", 4, "The messages were seen. The technician no longer visits customers.")
	life.respond().accept().carry_out().close()


def private_data(life: Life) -> None:
	life.register(severity="Major", confidentiality="Confidential").acknowledge().assess().investigate().decide()
	life.respond().accept().carry_out().close()


def about_a_colleague(life: Life) -> None:
	subject, text = told.ABOUT_HANDLER
	life.handler = "agent"
	life.register(Story("complaint_handling", "", "Handled Unfairly", "Apology", subject, text), severity="Moderate")
	life.acknowledge()
	life.assess(
		conflict_check="Names Recorded",
		persons_concerned=[{"user": life.scene.users["agent2"], "in_what_way": "the call complained about"}],
	)
	life.investigate().decide("Upheld", 4, "The call is on record. It ended as described.").respond()
	life.accept().carry_out().close()


def by_somebody_else(life: Life) -> None:
	life.register(
		representative_name="Consumer Advice Centre, Ms Adler",
		representative_email="adler@advice.example",
		representative_relationship="advice centre",
		correspondence_to="Both",
	)
	life.acknowledge()
	until = str((clock.to_site(life.moment) + timedelta(days=365)).date())
	life.edit(
		"manager",
		representative_authority="Accept",
		representative_verified_by=life.scene.users["manager"],
		representative_valid_until=until,
	)
	life.assess().investigate().decide().respond()
	life.wait(3)
	life.act(life.handler, "Record Acceptance", given_by="Representative", words="On behalf of our client: agreed.")
	life.carry_out().close()


def anonymous(life: Life) -> None:
	life.register(person=Person(""), is_anonymous=1, severity="Moderate", channel="Letter")
	life.acknowledge().assess().investigate().decide().respond()
	life.close()


def bounced(life: Life) -> None:
	person = next(p for p in life.scene.people if p.email and p.address and p.language == "en")
	life.register(person=person, severity="Moderate").acknowledge().assess().investigate().decide("Upheld")
	life.respond(channel="E-mail")
	life.wait(0.3)
	life.enter("Administrator")
	sent = {"complaint": life.name, "kind": "Decision"}
	letter = frappe.get_all("Complaint Letter", filters=sent, order_by="name desc", limit=1, pluck="name")[0]
	correspondence.delivery_failed(letter, "550 5.1.1 mailbox unavailable")
	life.outdated()
	life.respond(channel="Post").accept(6).carry_out().close()


def broken_again(life: Life) -> None:
	life.register(severity="Moderate").to_response("Upheld").accept().carry_out().close()
	life.wait(6)
	life.act("manager", "Reopen", to_state="Under Investigation", reason="The replacement has the same fault.")
	life.decide("Upheld", 3, "The second piece came from the same batch; the whole batch was taken back.")
	life.respond().accept().carry_out().close()


def outside_body(life: Life) -> None:
	life.register().to_response("Not Upheld").reject()
	life.wait(4)
	dispute = _dispute(life, "OMB-2291")
	request = {
		"reference": "A1",
		"request": "Send the file and your view of it.",
		"received_on": clock.to_site(life.moment),
		"due_on": clock.to_site(life.moment + timedelta(days=14)),
	}
	_change(life, dispute, requests=[request])
	life.wait(6)
	request = {**dispute.requests[0].as_dict(), "answered_on": clock.to_site(life.moment)}
	_change(life, dispute, requests=[request], stage="Under Examination")
	life.wait(35, calendar_days=True)
	ended = clock.to_site(life.moment)
	_change(life, dispute, stage="Closed", outcome="Settled", remedy="Half of the price", closed_on=ended)
	life.close(basis="External Outcome")


def _dispute(life: Life, reference: str):
	life.enter("manager")
	life.outdated()
	return frappe.get_doc(
		{
			"doctype": "External Dispute",
			"complaint": life.name,
			"body": life.scene.record("Dispute Resolution Body", "Consumer Arbitration Board (Example)"),
			"reference": reference,
			"filed_on": clock.to_site(life.moment),
		}
	).insert()


def _change(life: Life, record, **values: Any) -> None:
	"""The manager changes a record that belongs to the complaint."""
	life.enter("manager")
	record.reload()
	record.update(values)
	record.save()
	life.outdated()


def employment(life: Life) -> None:
	subject, text = told.EMPLOYMENT
	person = Person("Conor Whelan", "conor.whelan@example.org")
	story = Story("other", "", "Employment Matter", "Information", subject, text)
	life.register(story, person, is_employment_dispute=1, complainant_type="Other")


def not_ours(life: Life) -> None:
	subject, text, reason = told.OUT_OF_SCOPE
	story = Story("other", "", "Neighbourhood and Environment", "Information", subject, text)
	life.register(story, severity="Minor").acknowledge()
	life.wait(0.5)
	life.act(life.handler, "Put Out of Scope", reason=reason, channel=life.channel or "Post")


def said_twice(life: Life) -> None:
	"""The same person complains again by another way; both records stay, one goes on."""
	person = next(p for p in life.scene.people if p.email and p.phone and p.customer and p.language == "en")
	life.register(person=person).acknowledge()
	again = Life(life.scene, 0, life.pace)
	again.moment, again.handler = life.moment, life.handler
	again.wait(1)
	again.register(life.story, person, channel="Phone", received_on=clock.to_site(again.moment))
	again.wait(0.2)
	again.act(again.handler, "Mark as Duplicate", duplicate_of=life.name, channel="Phone")
	life.outdated()
	life.assess().investigate().decide().respond().accept().carry_out().close()


def one_batch(life: Life) -> None:
	"""Four customers with the same fault: a group with shared findings, each with a decision and clocks of its own."""
	subjects = told.BATCH[1]
	people = [p for p in life.scene.people if p.customer and p.language == "en"][: len(subjects)]
	members = []
	for number, (person, subject) in enumerate(zip(people, subjects, strict=True)):
		member = Life(life.scene, 0, life.pace)
		member.moment, member.handler, member.investigator = life.moment, "agent", "investigator"
		if number:
			member.wait(1.5 * number)
		story = Story("defective", told.BATCH[0], "Failed in Use", "Repair or Rework", subject, told.BATCH[2])
		members.append(member.register(story, person, severity="Moderate").acknowledge().assess().investigate())
	last = members[-1]
	last.enter("manager")
	title = "Barista 900, batch 2207"
	group = frappe.get_doc({"doctype": "Complaint Group", "title": title, "company": life.scene.company}).insert()
	for member in members:
		member.moment = last.moment
		member.edit("manager", complaint_group=group.name)
	last.wait(1)
	_change(
		last,
		group,
		lead_complaint=members[0].name,
		shared_findings="<p>The seal of batch 2207 is of the wrong rubber. The supplier confirms it.</p>",
		shared_root_cause=life.scene.record("Complaint Root Cause", "Supplied Goods Defective"),
	)
	for member in members:
		member.moment = last.moment
		member.outdated()
		try:
			member.decide("Upheld", 2, "The seal of batch 2207 is of the wrong rubber. The supplier confirms it.")
			member.respond().accept().carry_out().close()
		except Present:
			continue


def out_of_an_issue(life: Life) -> None:
	"""It came as a support issue and turned out to be a complaint; the issue's opening counts as the receipt."""
	person = life.rng.choice([p for p in life.scene.people if p.customer and p.language == "en"])
	life.story = next(story for story in life.scene.stories if story.language == person.language)
	opened = clock.to_site(life.moment)
	life.enter("Administrator")
	opened_issue = frappe.get_doc(
		{
			"doctype": "Issue",
			"subject": life.story.subject,
			"description": paragraphs(life.story.text),
			"raised_by": person.email,
			"customer": person.customer,
			"company": life.scene.company,
			"opening_date": str(opened.date()),
			"opening_time": str(opened.time()),
		}
	).insert()
	life.wait(0.3)
	life.enter(life.handler)
	life.taken_on(issue.make_complaint(opened_issue.name)["complaint"], person)
	receipt = life.receipt()
	what = {name: receipt[name] for name in ("category", "remedy_requested", "subjects", "complainant_phone")}
	life.acknowledge().assess(**what).investigate().decide().respond().accept().carry_out().close()


# lives that have not ended yet ---------------------------------------------------------------------------


def just_received(life: Life) -> None:
	life.register()


def just_acknowledged(life: Life) -> None:
	life.register().acknowledge()


def just_assessed(life: Life) -> None:
	life.register().acknowledge().assess()


def being_investigated(life: Life) -> None:
	life.register(severity="Moderate").acknowledge().assess().investigate()


def waits_for_approval(life: Life) -> None:
	life.register(severity="Major").acknowledge().assess().investigate().decide("Upheld", 3)


def just_answered(life: Life) -> None:
	life.register(severity="Moderate").to_response()


def to_be_carried_out(life: Life) -> None:
	life.register(severity="Moderate").to_response("Upheld").accept(2)


def recourse_open(life: Life) -> None:
	life.register().to_response("Not Upheld").reject()


def under_review(life: Life) -> None:
	life.register().to_response("Not Upheld").reject(2).review()


def question_open(life: Life) -> None:
	life.register(severity="Moderate").acknowledge().assess().investigate()
	_ask(life)


def before_a_body(life: Life) -> None:
	life.register(severity="Moderate").acknowledge().assess().investigate()
	life.wait(1)
	_dispute(life, "OMB-2417")


CAST: tuple[tuple[Callable[[Life], None], float, float], ...] = (
	# (life, days ago, pace): those that every demo has
	(recourse_expired, 250, 1),
	(recourse_used_up, 230, 1.2),
	(late_no, 210, 1),
	(outside_body, 205, 1),
	(confidential, 190, 1),
	(dangerous, 180, 0.6),
	(one_batch, 170, 1),
	(review_changes_it, 160, 1),
	(broken_again, 150, 1),
	(said_twice, 140, 1),
	(bounced, 130, 1),
	(no_reply, 125, 1),
	(accepted_in_part, 120, 1),
	(by_somebody_else, 115, 1),
	(three_aspects, 110, 1),
	(anonymous, 100, 1),
	(about_a_colleague, 95, 1),
	(private_data, 90, 1.5),
	(question_answered, 85, 1),
	(out_of_an_issue, 80, 1),
	(without_investigation, 75, 1),
	(fixed_at_once, 70, 1),
	(out_of_an_issue, 65, 1.6),
	(employment, 60, 1),
	(not_ours, 50, 1),
	(withdrawn, 45, 1),
	(withdrawn_though_dangerous, 40, 0.5),
	(before_a_body, 32, 1),
	(under_review, 30, 0.7),
	(recourse_open, 28, 0.8),
	(being_investigated, 42, 1.5),
	(being_investigated, 12, 1),
	(to_be_carried_out, 26, 0.8),
	(to_be_carried_out, 50, 1),
	(just_answered, 20, 1),
	(just_answered, 24, 1),
	(waits_for_approval, 16, 1),
	(question_open, 13, 1),
	(question_open, 30, 1),
	(just_assessed, 8, 1),
	(just_acknowledged, 6, 1),
	(just_received, 5, 1),
	(just_received, 0.4, 1),
	(just_received, 1, 1),
)
EXTRAS = {"one_batch": 3, "said_twice": 1}
"""Complaints that a life registers beside its own."""

ORDINARY: tuple[tuple[Callable[[Life], None], float], ...] = (
	(plain, 38),
	(fixed_at_once, 38),
	(without_investigation, 10),
	(review_changes_it, 3),
	(question_answered, 4),
	(three_aspects, 3),
	(recourse_expired, 2),
	(no_reply, 2),
	(withdrawn, 2),
)
"""What happens to the others, and how often."""


def plan(rng: random.Random, complaints: int) -> list[tuple[Callable[[Life], None], float, float]]:
	"""Whose life begins how many days ago, at which pace; the oldest first. Raises ValueError for too few."""
	fewest = len(CAST) + sum(EXTRAS.values())
	if complaints < fewest:
		raise ValueError(fewest)
	lives, weights = zip(*ORDINARY, strict=True)
	others = [
		(rng.choices(lives, weights)[0], rng.uniform(3, 365), rng.choices((0.7, 1, 1.6, 3.5), (32, 44, 15, 9))[0])
		for _number in range(complaints - fewest)
	]
	return sorted([*CAST, *others], key=lambda life: -life[1])

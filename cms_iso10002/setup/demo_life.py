"""One complaint of the demo on its way, and the scene it shares with the others.

The steps of a `Life` wait a while and then act as the person whose task it is, through the doors that people use.
When a step would lie beyond the present, `Present` is raised: the complaint stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import frappe

from cms_iso10002.complaints import (
	actions,
	cases,
	clock,
	corrective_actions,
	correspondence,
	intake,
	sweep,
)
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.import_map import paragraphs
from cms_iso10002.core.triage import at_least
from cms_iso10002.setup import demo_data as told
from cms_iso10002.setup.demo_data import Person, Story

DAY = timedelta(hours=8)
"""A working day."""
SWEEP = timedelta(minutes=3)
"""How long after its time, more or less, the sweep comes to a complaint."""
OFFICE = [(time(9), time(17))]
ACTION = corrective_actions.ACTION
ASSESSMENT = {
	"complexity": "Low",
	"impact": "Low",
	"safety_implication": "No",
	"immediate_action_needed": "No",
}


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
	proven: list[str] = field(default_factory=list)
	"""Actions that will be found effective once their day has come."""

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
		self.shut = False
		self._doc = None
		self.person: Person = None
		self.story: Story = None
		self.severity = self.rng.choices(("Minor", "Moderate", "Major", "Critical"), (42, 42, 14, 2))[0]
		self.handler = self.rng.choice(("agent", "agent", "agent2"))
		self.investigator = self.rng.choice(("investigator", "investigator", "investigator2"))
		self.promised = ""

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
		self.sweep_until(self.moment)

	def sweep_until(self, moment: datetime) -> None:
		"""What the sweep would have done by then, each thing in its five minutes."""
		while self.name:
			due = frappe.db.get_value("Complaint", self.name, "next_action_at")
			if not due or (at := clock.to_utc(due) + SWEEP) > moment:
				return
			self.scene.act_as("Administrator", max(at, frappe.flags.complaints_now))
			done = sweep.bring_up_to_date(self.name)
			self.outdated()
			self.shut = self.doc.status == "Closed"
			if not done:
				return

	def enter(self, who: str) -> None:
		"""It is `who`'s turn, now."""
		self.scene.act_as(who, self.moment)

	def act(self, who: str, action: str, values: Mapping[str, Any] | None = None, **data: Any) -> None:
		"""Take an action. `values` are fields filled in before the button was pressed: form and action are one save."""
		went_on = action == "Resume" and self.doc.status != "Awaiting Complainant"
		if went_on or (self.shut and action not in ("Record Late Rejection", "Reopen")):
			raise Present  # the sweep was faster: this complaint stays as it left it
		self.shut = False
		self.enter(who)
		doc = self.doc
		doc.update(values or {})
		doc.flags.update({"action": action, "action_data": cases.answers(data)})
		doc.save()

	def edit(self, who: str, **values: Any) -> None:
		if self.shut:
			raise Present
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
		ways = [
			("E-mail", self.person.email),
			*[("Phone", self.person.phone), ("Post", self.person.address)] * 2,
		]
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
		return told.price(self.story.item)

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
		correspondence.send_letter(self.name, kind, self.channel, words)
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
		values = {"findings": f"<p>{findings}</p>", **self.learnt(outcome)}
		self.act(self.investigator, "Decide", values, outcome=outcome, reasons=self.reasons(outcome))
		return self.take_action()

	def reasons(self, outcome: str) -> str:
		return self.rng.choice(told.REASONS[outcome])

	def learnt(self, outcome: str) -> dict[str, Any]:
		"""Root cause, which serious complaints need before they are closed; what is done about it is left to `take_action`."""
		self.promised = ""
		if not at_least(self.severity, "Major") and self.rng.random() < 0.6:
			return {}
		if outcome == "Not Upheld":
			return {"no_action_reason": "Nothing went wrong on our side."}
		self.promised = self.rng.choice(("Open", "In Effect", "Effective"))
		return {"root_cause": self.scene.record("Complaint Root Cause", told.CAUSES[self.story.group])}

	def take_action(self, who: str = "", title: str = "") -> Life:
		"""What was promised with the decision becomes an action, and a Quality Action that holds it."""
		if not self.promised:
			return self
		who = who or self.investigator
		self.enter(who)
		name = corrective_actions.create_action(
			self.name,
			title or told.ACTIONS[self.story.group],
			responsible=self.scene.users[who],
			record="Quality Action",
		)
		if self.promised != "Open":
			record = frappe.get_doc("Quality Action", frappe.db.get_value(ACTION, name, "document_name"))
			record.resolutions[0].status = "Completed"
			record.save()
		if self.promised == "Effective":
			self.scene.proven.append(name)
		self.promised = ""
		self.outdated()
		return self

	def offers(self, *wanted: tuple[str, float]) -> list[dict[str, Any]]:
		"""The redress with what is offered now: what was asked for, or (remedy, amount) pairs."""
		rows = [row.as_dict() for row in self.doc.redress]
		informed = (
			not wanted and self.story.remedy == "Information"
		)  # the letter itself is what was asked for
		if self.doc.outcome == "Not Upheld" or informed:
			return rows
		share = 1 if self.doc.outcome == "Upheld" else 0.5
		asked = (
			self.story.remedy,
			self.price * share if self.story.remedy == "Refund" else min(self.price * share, 150),
		)
		return [*rows, *(self._redress(*offer) for offer in wanted or (asked,))]

	def _redress(self, remedy: str, amount: float) -> dict[str, Any]:
		return {
			"remedy": self.scene.record("Complaint Remedy", remedy),
			"description": remedy,
			"amount": amount if remedy in told.MONEY else 0,
			"currency": self.scene.currency,
			"due_date": str((clock.to_site(self.moment) + timedelta(days=14)).date()),
		}

	def approve(self, by: str = "deputy") -> Life:
		"""The second person's approval that the settings ask for."""
		if at_least(self.severity, "Major"):
			self.wait(0.4)
			self.enter(by)
			actions.approve_decision(self.name)
			self.outdated()
		return self

	def respond(
		self, *offers: tuple[str, float], approver: str = "deputy", channel: str | None = None
	) -> Life:
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
		self.act(
			self.handler, "Record Rejection", {"redress": declined}, words=self.rng.choice(told.REFUSALS)
		)
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
		if self.doc.status == "Closed":
			return self  # by the sweep: its time had come
		self.act(self.handler, "Close", **data)
		return self

	def to_response(self, outcome: str = "") -> Life:
		return self.acknowledge().assess().investigate().decide(outcome).respond()

	def review(self) -> Life:
		"""Ask for a review; the manager, who had no part in it, reviews."""
		self.wait(1.5)
		self.act(
			self.handler,
			"Request Review",
			reviewer=self.scene.users["manager"],
			reason="asked for by the complainant",
		)
		self.wait(0.3)
		return self.letter("Acknowledgement", "Your request for a review has arrived.")

	def decide_review(self, outcome: str) -> Life:
		"""The manager decides; where the first answer was wrong, what was learnt from it is put right as well."""
		self.wait(7)
		learnt = {} if outcome == "Not Upheld" else {"no_action_reason": "", **self.learnt(outcome)}
		self.act("manager", "Decide Review", learnt, outcome=outcome, reasons=told.REVIEWED[outcome])
		return self.take_action("manager")

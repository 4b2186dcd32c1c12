"""What happens to the demo's complaints: a function for each life, told from its registration on, and who lives which.

`CAST` has a life for everything that is to be seen; `ORDINARY` is what happens to all others.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from cms_iso10002.complaints import clock, correspondence, reportability
from cms_iso10002.core.import_map import paragraphs
from cms_iso10002.erpnext_bridge import issue
from cms_iso10002.setup import demo_data as told
from cms_iso10002.setup.demo_data import Person, Story
from cms_iso10002.setup.demo_life import Life, Present


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
	life.act(
		life.handler,
		"Decide Without Investigation",
		waiver=waiver,
		outcome=outcome,
		reasons=life.reasons(outcome),
	)
	life.respond().accept().carry_out().close()


def three_aspects(life: Life) -> None:
	aspects = [
		{"what": "The goods are faulty"},
		{"what": "Nobody called back"},
		{"what": "The invoice is wrong"},
	]
	life.register(aspects=aspects).acknowledge().assess().investigate()
	life.wait(5)
	outcomes = ("Upheld", "Partly Upheld", "Not Upheld")
	values = {
		"aspects": [
			{**row.as_dict(), "outcome": outcome, "reasons": told.REASONS[outcome][0]}
			for row, outcome in zip(life.doc.aspects, outcomes, strict=True)
		],
		"findings": f"<p>{told.FINDINGS[life.story.group]}</p>",
		**life.learnt("Partly Upheld"),
	}
	life.act(
		life.investigator, "Decide", values, reasons="We answer your three points one by one; see each below."
	)
	life.take_action()
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
	life.act(
		life.investigator,
		"Decide Again",
		outcome="Upheld",
		reasons="You are right about the amount too; we raise it.",
	)
	life.respond(("Compensation", 80)).accept(3).carry_out().close()


def review_changes_it(life: Life) -> None:
	life.register().to_response("Not Upheld").reject().review().decide_review("Upheld")
	life.respond().accept().carry_out().close()


def recourse_used_up(life: Life) -> None:
	life.register().to_response("Not Upheld").reject().review().decide_review("Not Upheld")
	life.respond().reject(6).close(basis="Recourse Exhausted")


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
	life.review().decide_review("Partly Upheld").respond().accept().carry_out().close()


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
	life.act(
		life.investigator,
		"Ask Complainant",
		question=life.rng.choice(told.QUESTIONS),
		answer_by=answer_by,
		channel=channel,
	)


def withdrawn(life: Life) -> None:
	life.register().acknowledge()
	life.wait(2)
	life.act(life.handler, "Withdraw", words=life.rng.choice(told.WITHDRAWALS), channel="Phone")


def withdrawn_though_dangerous(life: Life) -> None:
	item, subject, text = told.SHOCK
	life.register(
		Story("defective", item, "Fire, Smoke or Electric Shock", "Refund", subject, text),
		severity="Critical",
		safety_implication="Yes",
	)
	life.wait(0.1)
	life.edit(life.handler, **_contained(life, "The heater was taken off sale in all shops."))
	_reportable(life, False, reason="The maker has reported the batch already and recalls it.")
	life.acknowledge().assess(safety_implication="Yes", immediate_action_needed="Yes", impact="High")
	life.investigate()
	life.wait(1)
	life.act(life.handler, "Withdraw", words="I have my money back, leave me out of it.", channel="Phone")
	life.wait(4)
	life.edit(
		life.investigator,
		findings="<p>The housing of this batch cracks at the switch. The maker was told and has recalled it.</p>",
		root_cause=life.scene.record("Complaint Root Cause", "Design"),
	)
	life.promised = "In Effect"
	life.take_action(title="Take the batch off sale and have the maker strengthen the housing")


def _reportable(life: Life, reportable: bool, **answers: str) -> str:
	"""The manager decides whether an authority must know; the record of it."""
	record = frappe.db.get_value("Complaint Reportability", {"complaint": life.name})
	life.enter("manager")
	reportability.decide(record, reportable, **answers)
	life.outdated()
	return record


def _contained(life: Life, what: str) -> dict[str, Any]:
	return {
		"immediate_action_needed": "Yes",
		"immediate_action_taken": what,
		"immediate_action_on": clock.to_site(life.moment),
		"immediate_action_by": life.scene.users[life.handler],
	}


def dangerous(life: Life) -> None:
	item, subject, text = told.GATE
	life.register(
		Story("defective", item, "Hazard or Near Miss", "Replacement", subject, text),
		severity="Critical",
		safety_implication="Yes",
	)
	life.wait(0.1)
	life.edit(life.handler, **_contained(life, "All 212 buyers were told by telephone not to use the gate."))
	by = clock.to_site(life.moment) + timedelta(days=10)
	record = _reportable(life, True, authority="Market Surveillance Authority", report_by=str(by))
	life.wait(1)
	life.enter("manager")
	reportability.record_report(record, reference="MSA-4711")
	life.outdated()
	life.acknowledge().assess(safety_implication="Yes", immediate_action_needed="Yes", impact="High")
	life.investigate().decide(
		"Upheld", 4, "The lock's plastic softens above 35 degrees. Three other gates do the same."
	)
	life.respond().accept().carry_out().close()


def confidential(life: Life) -> None:
	subject, text = told.PRIVATE
	life.register(
		Story("other", "", "Staff Conduct", "Apology", subject, text),
		severity="Major",
		confidentiality="Restricted",
		conflict_check="Names Recorded",
		persons_concerned=[
			{"person_name": "Technician R. Haas", "in_what_way": "is said to have written the messages"}
		],
		# a Restricted case is seen by those who work on it: the investigator is named from the start
		investigator=life.scene.users[life.investigator],
		handler=life.scene.users[life.handler],
	)
	life.acknowledge().assess(conflict_check="Names Recorded").investigate()
	life.decide("Upheld", 4, "The messages were seen. The technician no longer visits customers.")
	life.respond().accept().carry_out().close()


def private_data(life: Life) -> None:
	life.register(
		severity="Major", confidentiality="Confidential"
	).acknowledge().assess().investigate().decide()
	life.respond().accept().carry_out().close()


def about_a_colleague(life: Life) -> None:
	subject, text = told.ABOUT_HANDLER
	life.handler = "agent"
	life.register(
		Story("complaint_handling", "", "Handled Unfairly", "Apology", subject, text), severity="Moderate"
	)
	life.acknowledge()
	life.assess(
		conflict_check="Names Recorded",
		persons_concerned=[{"user": life.scene.users["agent2"], "in_what_way": "the call complained about"}],
	)
	life.investigate().decide("Upheld", 4, "The call is on record. It ended as described.").respond()
	life.accept().carry_out().close()


def by_somebody_else(life: Life) -> None:
	adviser = Person("Consumer Advice Centre, Ms Adler", "adler@advice.example")
	life.register(
		representative_name=adviser.name,
		representative_email=adviser.email,
		representative_relationship="advice centre",
		correspondence_to="Both",
	)
	life.person = adviser  # from now on letters go to her
	life.acknowledge()
	until = str((clock.to_site(life.moment) + timedelta(days=365)).date())
	life.edit(
		"manager",
		representative_authority="Accept",
		representative_verified_by=life.scene.users["manager"],
		representative_proof_notes="Letter of authority of the client, seen in the original",
		representative_valid_until=until,
	)
	life.assess().investigate().decide().respond()
	life.wait(3)
	life.act(
		life.handler, "Record Acceptance", given_by="Representative", words="On behalf of our client: agreed."
	)
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
	life.act(
		"manager", "Reopen", to_state="Under Investigation", reason="The replacement has the same fault."
	)
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
	life.act(life.handler, "Put Out of Scope", reason=reason, channel=life.channel)


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
		members.append(
			member.register(story, person, severity="Moderate").acknowledge().assess().investigate()
		)
	last = members[-1]
	last.enter("manager")
	title = "Barista 900, batch 2207"
	group = frappe.get_doc(
		{"doctype": "Complaint Group", "title": title, "company": life.scene.company}
	).insert()
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
			member.decide(
				"Upheld", 2, "The seal of batch 2207 is of the wrong rubber. The supplier confirms it."
			)
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
	names = ("category", "remedy_requested", "subjects", "complainant_phone", "complainant_address")
	life.edit(life.handler, **{name: receipt[name] for name in names})
	life.acknowledge().assess().investigate().decide().respond().accept().carry_out().close()


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
		(
			rng.choices(lives, weights)[0],
			rng.uniform(3, 365),
			rng.choices((0.7, 1, 1.6, 3.5), (32, 44, 15, 9))[0],
		)
		for _number in range(complaints - fewest)
	]
	return sorted([*CAST, *others], key=lambda life: -life[1])

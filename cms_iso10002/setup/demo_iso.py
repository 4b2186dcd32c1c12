"""What a certified organisation would have beside its complaints: the ISO 10002 records of the demo's year.

Made through the doors that people use, by who has the duty, at the time it would have been: a policy in force and read,
trained people (but one), objectives, a register of context, a self-assessment of the year before and the draft of this
one, an audit with findings, a management review with decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe

from cms_iso10002.complaints import clock
from cms_iso10002.core import maturity
from cms_iso10002.iso_10002 import acknowledgements, audits, management_reviews
from cms_iso10002.iso_10002.assessment import collecting, grounds, lifecycle, rows
from cms_iso10002.setup import demo_data
from cms_iso10002.setup.demo_life import Scene

TRAINED = ("agent", "agent2", "investigator", "manager", "deputy")
"""Who took the course; the second investigator did not, and is pointed out."""
READERS = ("agent", "agent2", "investigator", "manager")
OBJECTIVES = (
	("Complaints are acknowledged on time", "acknowledgement/on_time", "higher", 90),
	("Everybody who handles complaints is trained", "competence/trained_handlers", "higher", 95),
	("Decisions say why, and where else to turn", "decision/reasons_and_recourse", "higher", 98),
)
CONTEXT = (
	(
		"Risk",
		"Two of three people on the phone leave in autumn",
		"Likely",
		"Moderate",
		"Hire one, train one from sales",
	),
	(
		"Risk",
		"A recall makes complaints treble within a week",
		"Possible",
		"Major",
		"Agree on help from the warehouse",
	),
	(
		"Opportunity",
		"Photos from the portal show damage in transit",
		"Likely",
		"Minor",
		"Share them with the carrier",
	),
	("External Issue", "The ombudsman's fees rise next year", "", "", ""),
	("Interested Party", "Consumer association of the region", "", "", ""),
)
POLICY = demo_data.POLICY


def make(scene: Scene) -> None:
	"""All of it; the user and the time of whoever calls are as they were afterwards."""
	user, now = frappe.session.user, frappe.flags.complaints_now
	try:
		_trainings(scene)
		_policy(scene)
		_context(scene)
		_objectives(scene)
		_assessment_before(scene)
		_audit(scene)
		_review(scene)
		_assessment_now(scene)
	finally:
		frappe.set_user(user)
		frappe.flags.complaints_now = now


def _day(scene: Scene, days_ago: float) -> date:
	return (clock.to_site(scene.now) - timedelta(days=days_ago)).date()


def _noon(scene: Scene, days_ago: float) -> datetime:
	return clock.to_utc(datetime.combine(_day(scene, days_ago), time(12)))


def _new(doctype: str, **values: Any):
	doc = frappe.new_doc(doctype)
	doc.update(values)
	return doc.insert()


def _trainings(scene: Scene) -> None:
	scene.act_as("manager", _noon(scene, 372))
	for place, who in enumerate(TRAINED):
		_new(
			"Complaint Handler Training",
			user=scene.users[who],
			topic="Handling complaints fairly",
			kind="Course",
			trained_on=_day(scene, 380 - place),
			# the last of them expires soon, which a reminder says
			valid_until=_day(scene, -340 if who != TRAINED[-1] else -21),
			trainer="Academy of Service",
			effectiveness="Effective" if place < 3 else "Not Checked",
		)


def _policy(scene: Scene) -> None:
	scene.act_as("deputy", _noon(scene, 370))
	policy = _new(
		"Complaints Policy",
		title="How we handle complaints",
		company="",
		language="en",
		valid_from=_day(scene, 369),
		next_review_on=_day(scene, -30),
		body=POLICY,
		is_published=1,
		change_note="First version",
	)
	scene.act_as("manager", _noon(scene, 370))
	policy.reload()
	policy.submit()
	for who in READERS:
		scene.act_as(who, _noon(scene, 365))
		acknowledgements.acknowledge(policy.name)


def _context(scene: Scene) -> None:
	scene.act_as("manager", _noon(scene, 200))
	for kind, title, likelihood, impact, action in CONTEXT:
		_new(
			"Complaint Context Item",
			kind=kind,
			title=title,
			company="",
			likelihood=likelihood,
			impact=impact,
			action=action,
			responsible=scene.users["manager"],
			identified_on=_day(scene, 200),
			review_on=_day(scene, -60),
		)


def _objectives(scene: Scene) -> None:
	scene.act_as("manager", scene.now)
	for title, figure, better, target in OBJECTIVES:
		_new(
			"Complaint Objective",
			title=title,
			figure=figure,
			better=better,
			target=target,
			company="",
			responsible=scene.users["deputy"],
			from_date=_day(scene, 180),
			to_date=_day(scene, -180),
		)


# the self-assessments ------------------------------------------------------------------------------------


def _assessment_before(scene: Scene) -> None:
	"""That of the year before, when little was on record yet, is approved."""
	before = _assessment(scene, 366, _day(scene, 731), _day(scene, 367))
	_answer(scene, before, share=1.0)
	lifecycle.send_for_review(before)
	scene.act_as("deputy", _noon(scene, 360))
	lifecycle.approve(before)


def _assessment_now(scene: Scene) -> None:
	"""That of this year is a draft with a quarter left to answer."""
	now = _assessment(scene, 0.1, _day(scene, 366), _day(scene, 1))
	_answer(scene, now, share=0.75)


def _assessment(scene: Scene, days_ago: float, start: date, end: date) -> str:
	scene.act_as("manager", _noon(scene, days_ago) if days_ago > 1 else scene.now)
	doc = _new(
		grounds.DOCTYPE,
		edition="2018",
		company="",
		from_date=start,
		to_date=end,
		assessors=[{"user": scene.users["manager"]}],
		approver=scene.users["deputy"],
	)
	collecting.run(doc.name)
	return doc.name


def _answer(scene: Scene, name: str, share: float) -> None:
	items = frappe.get_doc(grounds.DOCTYPE, name).items
	for item in items[: round(share * len(items))]:
		rows.answer(item.name, _answer_to(scene, item))


def _answer_to(scene: Scene, item: Any) -> Mapping[str, Any]:
	"""An honest answer: as far as the evidence goes, or a step below; a gap where little is done."""
	level = max(maturity.LOWEST, min(item.max_maturity or 2, 4) - scene.rng.choice((0, 0, 1)))
	if level >= 3:
		return {"maturity": level, "status": maturity.PARTIAL}
	if level == 2 and scene.rng.random() < 0.6:
		return {"maturity": level, "status": maturity.PARTIAL}
	return {"maturity": level, "status": maturity.GAP, "gap": "It is done, and nobody writes it down."}


# audit and review ----------------------------------------------------------------------------------------


def _audit(scene: Scene) -> None:
	scene.act_as("auditor", _noon(scene, 12))
	audit = _new(
		audits.DOCTYPE,
		title="Complaint files of the second half-year",
		auditor=scene.users["auditor"],
		company="",
		from_date=_day(scene, 180),
		to_date=_day(scene, 13),
		seed=10002,
	)
	audits.take_step(audit.name, "draw")
	for complaint, key in audits.open_questions(frappe.get_doc(audits.DOCTYPE, audit.name)):
		audits.record_answer(audit.name, complaint, key, "Passed")
	audit.reload()
	due = {"responsible": scene.users["manager"], "due_date": _day(scene, -45)}
	failed = [row for row in audit.sample if row.result == "Failed"]
	for row in failed:
		test = next(test for test in audits.tests_of(row).values() if test.get("verdict") == "Failed")
		audit.append(
			"findings",
			{"complaint": row.complaint, "grade": "Minor", "finding": test["text"] or "See the file", **due},
		)
	audit.conclusion = (
		"The files show that complaints are received, assessed and answered as the policy says. What was found is "
		"late acknowledgements and missing training, not unfairness."
	)
	audit.save()
	audits.take_step(audit.name, "report")


def _review(scene: Scene) -> None:
	scene.act_as("manager", _noon(scene, 5))
	review = _new(
		management_reviews.DOCTYPE,
		title="Management review of the year",
		company="",
		from_date=_day(scene, 366),
		to_date=_day(scene, 6),
		held_on=_day(scene, 5),
		chair=scene.users["deputy"],
		next_review_on=_day(scene, -175),
		attendees=[
			{"user": scene.users["deputy"], "position": "Managing director"},
			{"user": scene.users["manager"], "position": "Head of service"},
			{"user": scene.users["auditor"], "position": "Quality"},
		],
		conclusion="The process is suitable and effective. Acknowledging on time needs one more person in autumn.",
		decisions=[
			{
				"decision": "One more person on the phone from September to December",
				"kind": "Resources",
				"responsible": scene.users["manager"],
				"due_date": _day(scene, -60),
			},
			{
				"decision": "Show the carrier every month what arrived damaged",
				"kind": "Improvement",
				"responsible": scene.users["agent"],
				"due_date": _day(scene, -30),
			},
		],
	)
	management_reviews.take_step(review.name, "gather")
	review.reload()
	for row in review.inputs:
		if not management_reviews.is_filled(row):
			management_reviews.record_note(review.name, row.topic, "Nothing to report.")
	management_reviews.take_step(review.name, "hold")
	scene.act_as("deputy", _noon(scene, 4))
	management_reviews.take_step(review.name, "approve")

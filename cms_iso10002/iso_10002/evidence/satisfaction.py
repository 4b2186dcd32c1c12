"""Satisfaction (8.3): who was asked, who answered, and how they rate the process; the outcome apart.

Ratings on both occasions count, after closing and where a case stays open for long: else only those would be heard whose
cases came to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika import Case
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import (
	ASKED,
	CLOSED,
	RATINGS,
	REQUESTS,
	Reach,
	exists,
	has_event,
)
from cms_iso10002.iso_10002.evidence.counting import Test, finished, proportion, records, yes
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.readings import once
from cms_iso10002.iso_10002.evidence.registry import computes

PROCESS = {
	"ease": N_("Ease of Complaining"),
	"speed": N_("Speed"),
	"informed": N_("Kept Informed"),
	"courtesy": N_("Courtesy"),
	"fairness": N_("Fairness"),
	"clarity": N_("Clarity of the Decision"),
}
"""Questions about how it was handled (ISO 10004), each rated from 1 to 5; 0 is not answered."""
QUESTIONS = (*PROCESS, "outcome", "overall")


def _answered(reach: Reach) -> Criterion:
	"""There is a rating on the occasion on which it was asked for."""
	rating = DocType("Complaint Feedback").as_("rating")
	occasion = Case()
	for kind, name in ASKED.items():
		occasion = occasion.when(reach.row.kind == kind, name)
	query = frappe.qb.from_(rating).select(rating.name).where(rating.complaint == reach.row.complaint)
	return exists(query.where(rating.occasion == occasion))


def _rated(*names: str) -> Callable[[Reach], Criterion]:
	return lambda reach: Criterion.any([reach.row[name] > 0 for name in names])


SURVEYED = Test("satisfaction/asked", CLOSED, passes=(lambda r: has_event(r.case, "feedback_asked"),))
RESPONSE = Test("satisfaction/response_rate", REQUESTS, passes=(_answered,))
RATED = {
	"satisfaction/process": tuple(PROCESS),
	"satisfaction/outcome": ("outcome",),
	"satisfaction/overall": ("overall",),
}
"""Figures that are means of ratings, with the questions they are about."""
OF_PROCESS, OF_OUTCOME, OVERALL = (
	Test(key, RATINGS, passes=(_rated(*names),)) for key, names in RATED.items()
)


@computes("satisfaction", "asked")
def asked(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period whose complainant was asked for a rating. Not judged: not everybody has an e-mail."""
	return proportion(
		SURVEYED,
		period,
		company,
		label=_("Asked for a Rating"),
		rule=_("Complaints closed in the period whose complainant was asked to rate how it was handled."),
	)


@computes("satisfaction", "response_rate")
def response_rate(period: Period, company: str | None) -> Evidence:
	"""Requests of the period, after closing or while open, that were answered. Not judged: it says what scores are worth."""
	return proportion(
		RESPONSE,
		period,
		company,
		label=_("Response Rate"),
		rule=_(
			"Requests for a rating that were sent in the period (after closing, or where a complaint stayed open for long) and answered."
		),
	)


@computes("satisfaction", "process")
def process(period: Period, company: str | None) -> Evidence:
	"""The mean of all answers to questions about the process, in ratings given in the period; parts: each question."""
	return _score(
		OF_PROCESS,
		PROCESS,
		period,
		company,
		_("Satisfaction with the Process"),
		_(
			"Mean of all answers, from 1 to 5, to the questions about how the complaint was handled, in ratings given in the period."
		),
	)


@computes("satisfaction", "outcome")
def outcome(period: Period, company: str | None) -> Evidence:
	"""The mean of how the outcome was rated, apart from the process, in ratings given in the period."""
	return _score(
		OF_OUTCOME,
		{"outcome": N_("Outcome")},
		period,
		company,
		_("Satisfaction with the Outcome"),
		_("Mean of how the outcome was rated, from 1 to 5, in ratings given in the period."),
	)


@computes("satisfaction", "overall")
def overall(period: Period, company: str | None) -> Evidence:
	"""The mean of the overall rating, in ratings given in the period."""
	return _score(
		OVERALL,
		{"overall": N_("Overall")},
		period,
		company,
		_("Overall Satisfaction"),
		_("Mean of the overall rating, from 1 to 5, in ratings given in the period."),
	)


@computes("continual-monitoring", "satisfaction")
def monitored(period: Period, company: str | None) -> Evidence:
	"""The overall rating among the measures of the annex."""
	return replace(overall(period, company), clause="continual-monitoring", figure="satisfaction")


def _score(
	test: Test, questions: dict[str, str], period: Period, company: str | None, label: str, rule: str
) -> Evidence:
	found = once(("ratings", period, company), lambda: _read(period, company))
	points, answers = (sum(found[f"{what}_{name}"] for name in questions) for what in ("points", "answers"))
	rated = found[test.key]
	each = {
		_(title): round(found[f"points_{name}"] / found[f"answers_{name}"], 2)
		for name, title in questions.items()
		if found[f"answers_{name}"]
	}
	said = _("Ratings: {0} after closing, {1} while open.")
	said = said.format(found["closing"], found["all"] - found["closing"])
	return finished(
		Evidence(
			*test.key.split("/"),
			label,
			round(points / answers, 2) if answers else None,
			"rating",
			points,
			answers,
			sample=rated,
			coverage=(rated, found["all"]),
			explanation=f"{rule} {said}",
			parts=each if len(questions) > 1 else {},
			link=records(test.key, period, company),
		)
	)


def _read(period: Period, company: str | None) -> dict[str, int]:
	"""All there is to say of the ratings of a period, in one query."""
	reach = RATINGS.reach(period, company)
	row = reach.row
	terms = [Count("*").as_("all"), Sum(yes(row.occasion == "Closing")).as_("closing")]
	for name in QUESTIONS:
		terms += [Sum(row[name]).as_(f"points_{name}"), Sum(yes(row[name] > 0)).as_(f"answers_{name}")]
	terms += [Sum(yes(_rated(*names)(reach))).as_(key) for key, names in RATED.items()]
	(found,) = reach.query.select(*terms).run(as_dict=True)
	return {name: int(number or 0) for name, number in found.items()}

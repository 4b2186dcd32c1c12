"""By which values a figure conforms: the one table of criteria, each with its reason.

ISO 10002 sets no numbers. They are the organisation's: the general ones stand in Complaint Settings (from which share on
a figure conforms, from which it does in part), and hold for every figure here that names none of its own. A figure that
is not in the table is shown and not judged: it has no value that is good by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.utils import flt

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.model import LOWER, NO_DATA, Evidence, judged

GENERAL = (90.0, 70.0)
"""Where Complaint Settings say nothing."""


@dataclass(frozen=True)
class Criterion:
	"""From which value on (down from which, where lower is better) a figure conforms, and does in part; None: the general ones."""

	why: str
	conforms: float | None = None
	partial: float | None = None


EVERY_CASE = N_("One case that does not is one too many.")
PRACTICE = N_("Practice has exceptions; they must stay few.")

CRITERIA: dict[str, Criterion] = {
	"accessibility/assistance_met": Criterion(EVERY_CASE, 100, 90),
	"accountability/decider_approver": Criterion(EVERY_CASE, 100, 95),
	"accountability/owner": Criterion(PRACTICE),
	"acknowledgement/on_time": Criterion(PRACTICE),
	"analysis/classified": Criterion(N_("What has no category is in no analysis."), 95, 80),
	"principle-capacity/backlog_trend": Criterion(
		N_("More stays undone than is received when the backlog grows."), 0, 5
	),
	"closing/on_a_basis": Criterion(EVERY_CASE, 100, 98),
	"communication/published": Criterion(N_("Each of these the standard names."), 100, 75),
	"confidentiality/anonymised_on_schedule": Criterion(N_("Personal data has an end that is kept."), 98, 90),
	"confidentiality/representatives_verified": Criterion(PRACTICE),
	"continual-improvement/effective": Criterion(N_("Some actions are too young to be judged."), 70, 40),
	"continual-monitoring/acknowledged_late": Criterion(PRACTICE),
	"continual-monitoring/effective_actions": Criterion(
		N_("Some actions are too young to be judged."), 70, 40
	),
	"continual-monitoring/resolved_late": Criterion(PRACTICE),
	"continual-monitoring/satisfaction": Criterion(N_("4 of 5 is satisfied, 3 is undecided."), 4, 3),
	"decision/reasons_and_recourse": Criterion(
		N_("The app asks for both; what lacks them came past it."), 98, 90
	),
	"information-integrity/ledger_whole": Criterion(N_("A record is whole or it is not."), 100, 100),
	"information-integrity/sealed_days": Criterion(N_("A day may fall to a server that was down."), 95, 80),
	"initial-assessment/before_investigation": Criterion(PRACTICE),
	"investigation/findings_or_waiver": Criterion(PRACTICE),
	"investigation/root_cause": Criterion(N_("Not every cause can be found."), 80, 50),
	"objectivity/independent": Criterion(EVERY_CASE, 100, 98),
	"receipt/complete": Criterion(PRACTICE),
	"response/within_authority": Criterion(EVERY_CASE, 100, 95),
	"satisfaction/outcome": Criterion(
		N_("Who was refused rates the outcome low, however fair it was."), 3.5, 2.5
	),
	"satisfaction/overall": Criterion(N_("4 of 5 is satisfied, 3 is undecided."), 4, 3),
	"satisfaction/process": Criterion(N_("4 of 5 is satisfied, 3 is undecided."), 4, 3),
	"timeliness/milestones_on_time": Criterion(PRACTICE),
	"tracking/state_history": Criterion(EVERY_CASE, 100, 99),
	"tracking/updates_on_time": Criterion(PRACTICE),
}
"""Each judged figure, "clause/figure", with its criterion."""


def general() -> tuple[float, float]:
	"""From which share a figure conforms, and from which it does in part, unless it has a criterion of its own."""
	settings = frappe.get_cached_doc("Complaint Settings")
	conforms, partial = (flt(settings.get(f"evidence_{name}_from")) for name in ("conforms", "partial"))
	return conforms or GENERAL[0], partial or GENERAL[1]


def judge(evidence: Evidence, words: str) -> Evidence:
	"""The evidence with its verdict, explained in `words` and the criterion."""
	criterion = CRITERIA.get(f"{evidence.clause}/{evidence.figure}")
	if criterion is None:
		return replace(
			evidence, explanation=words, **({"verdict": NO_DATA} if evidence.value is None else {})
		)
	conforms, partial = _bounds(criterion, evidence.better)
	template = (
		_("It conforms up to {0} and does in part up to {1}: {2}")
		if evidence.better == LOWER
		else _("It conforms from {0} and does in part from {1}: {2}")
	)
	said = template.format(f"{conforms:g}", f"{partial:g}", _(criterion.why))
	return replace(judged(evidence, conforms, partial), explanation=f"{words} {said}")


def _bounds(criterion: Criterion, better: str) -> tuple[float, float]:
	if criterion.conforms is not None and criterion.partial is not None:
		return criterion.conforms, criterion.partial
	conforms, partial = general()
	return (100 - conforms, 100 - partial) if better == LOWER else (conforms, partial)

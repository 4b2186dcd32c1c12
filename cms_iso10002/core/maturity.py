"""Maturity of a practice: the scale, how far evidence lets one go on it, and what many answers add up to.

ISO 10002 has no scale; this one is ours. An answer can't outrun its evidence:

    1, 2   need nothing but an honest answer
    3      records: a computed figure that stands on some; where a clause has no figure, further evidence that is named
    4      a measured trend: a figure with data in the period and in the one of the same length before it (or, where it
           is known as of today only, in the assessment before)
    5      a proven improvement: such a figure with a good direction that became clearly better, or an action that was
           found effective; mere volume has no good direction

Each step needs those below it. A status says whether the expectation is met, and must fit the maturity: nothing
conforms that is applied without records (below 3), nothing is a gap that is measured and acted on (from 4).
While a computed figure says Gap, "Conforms" needs a written reason, which is printed beside the figure.

An unanswered question counts as unanswered: never as 0, never as passed. One that is not applicable is left out.
Sentences are (template, arguments), for the shell to translate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cms_iso10002.core.objectives import HIGHER, IMPROVING, LOWER, trend
from cms_iso10002.core.refusal import N_

SCALE = {
	1: N_("Ad hoc"),
	2: N_("Documented but uneven"),
	3: N_("Applied with records"),
	4: N_("Measured against targets and acted on"),
	5: N_("Proven continual improvement"),
}
LOWEST, HIGHEST = min(SCALE), max(SCALE)

CONFORMS, PARTIAL, GAP, NOT_APPLICABLE = N_("Conforms"), N_("Partial"), N_("Gap"), N_("Not Applicable")
STATUSES = (CONFORMS, PARTIAL, GAP, NOT_APPLICABLE)

FITTING = {CONFORMS: (3, 4, 5), PARTIAL: (2, 3, 4), GAP: (1, 2, 3)}
"""The maturities that go with a status."""

WITHOUT_RECORDS, WITHOUT_TREND, WITHOUT_IMPROVEMENT = 2, 3, 4
"""How far one may go without each."""

Sentence = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Figure:
	"""A computed figure: its value in the period and in the one before (None: no data), which way is good ("higher",
	"lower" or ""), its verdict and unit, and on how many records each value stands. On none there is no data."""

	label: str
	value: float | None = None
	before: float | None = None
	better: str = "higher"
	verdict: str = ""
	unit: str = ""
	sample: int = 1
	sample_before: int = 1

	@property
	def has_data(self) -> bool:
		return self.value is not None and self.sample > 0

	@property
	def has_trend(self) -> bool:
		return self.has_data and self.before is not None and self.sample_before > 0

	@property
	def has_improved(self) -> bool:
		"""Better than before by more than what counts as the same (`objectives.trend`)."""
		if not self.has_trend or self.better not in (HIGHER, LOWER):
			return False
		return trend(self.value, self.before, self.better, self.unit) == IMPROVING


@dataclass(frozen=True)
class Support:
	"""What supports an answer.

	`computable` says that the clause has figures at all, `collected` that they were computed, `named` that further
	evidence is named, `effective` that an action in this matter was found effective.
	"""

	figures: Sequence[Figure] = ()
	computable: bool = False
	collected: bool = False
	named: bool = False
	effective: bool = False

	@property
	def gaps(self) -> list[str]:
		"""The labels of the figures that say Gap."""
		return [figure.label for figure in self.figures if figure.verdict == GAP]


@dataclass(frozen=True)
class Cap:
	"""The highest maturity that the evidence allows; why not more and what would lift it, None at the top."""

	level: int
	reason: Sentence | None = None


def cap(support: Support) -> Cap:
	"""How far the evidence lets an answer go. More evidence never lowers it."""
	if not support.computable:
		if support.named:
			return Cap(WITHOUT_TREND, (NO_FIGURE, ()))
		return Cap(WITHOUT_RECORDS, (NOTHING_NAMED, ()))
	if not support.collected:
		return Cap(WITHOUT_RECORDS, (NOT_COLLECTED, ()))
	if not any(figure.has_data for figure in support.figures):
		return Cap(WITHOUT_RECORDS, (NO_RECORDS, ()))
	if not any(figure.has_trend for figure in support.figures):
		return Cap(WITHOUT_TREND, (NO_TREND, ()))
	if not support.effective and not any(figure.has_improved for figure in support.figures):
		return Cap(WITHOUT_IMPROVEMENT, (NO_IMPROVEMENT, ()))
	return Cap(HIGHEST)


NOTHING_NAMED = N_(
	"More than 2 needs records, and no figure is computed for this clause: name further evidence, link a document or attach a file."
)
NO_FIGURE = N_("More than 3 needs a measured trend, and no figure is computed for this clause.")
NOT_COLLECTED = N_("More than 2 needs records: collect the evidence.")
NO_RECORDS = N_(
	"More than 2 needs records, and no figure of this clause has data in the period: once there are records, collect the evidence again."
)
NO_TREND = N_(
	"More than 3 needs a measured trend: a figure of this clause with data in this period and in the one of the same length before it, or in the assessment before, for what is known as of today only."
)
NO_IMPROVEMENT = N_(
	"5 needs a proven improvement: a figure of this clause that is clearly better than in the period before, or an action found effective."
)


@dataclass(frozen=True)
class Answer:
	"""What assessors said to one question. `maturity` is None and `status` "" while they have not."""

	maturity: int | None = None
	status: str = ""
	not_applicable_reason: str = ""
	status_reason: str = ""
	gap: str = ""

	@property
	def applies(self) -> bool:
		return self.status != NOT_APPLICABLE

	@property
	def is_given(self) -> bool:
		"""Whether it counts: a maturity and a status that says something about the practice."""
		return self.applies and self.maturity is not None and bool(self.status)


def refusals(answer: Answer, support: Support) -> list[Sentence]:
	"""Why an answer can't stand at all, each in a sentence."""
	if answer.status == NOT_APPLICABLE:
		return [] if answer.not_applicable_reason.strip() else [(N_("Say why it is not applicable."), ())]
	found: list[Sentence] = []
	limit = cap(support)
	if answer.maturity is not None and answer.maturity > limit.level:
		template = N_("Maturity {0} is above what the evidence allows, which is {1}. {2}")
		found.append((template, (answer.maturity, limit.level, limit.reason)))
	if answer.status == CONFORMS and support.gaps and not answer.status_reason.strip():
		template = N_(
			"“{0}” says Gap: choose Partial or Gap, or give the reason why it conforms all the same."
		)
		found.append((template, (support.gaps[0],)))
	return found


def shortcomings(answer: Answer, support: Support) -> list[Sentence]:
	"""What an answer still lacks before the assessment can be reviewed, what can't stand at all included."""
	found = refusals(answer, support)
	if not answer.applies:
		return found
	if answer.maturity is None and not answer.status:
		return [*found, (N_("Not answered."), ())]
	if answer.maturity is None:
		found.append((N_("The maturity is missing."), ()))
	elif not answer.status:
		found.append((N_("The status is missing."), ()))
	elif answer.maturity not in FITTING[answer.status]:
		template = N_("{0} does not go with maturity {1}: it goes with {2} to {3}.")
		fitting = FITTING[answer.status]
		found.append((template, (answer.status, answer.maturity, fitting[0], fitting[-1])))
	if answer.status == GAP and not answer.gap.strip():
		found.append((N_("Say what the gap is."), ()))
	return found


@dataclass(frozen=True)
class Total:
	"""What answers add up to: of `applicable` questions `answered` are, with a mean maturity of `score` (None of none)."""

	applicable: int = 0
	answered: int = 0
	left_out: int = 0
	score: float | None = None
	by_status: Mapping[str, int] | None = None

	@property
	def is_complete(self) -> bool:
		return self.answered == self.applicable


def total(answers: Iterable[Answer]) -> Total:
	"""The score of answers, over those that were given, and how many of how many they are."""
	answers = list(answers)
	applicable = [answer for answer in answers if answer.applies]
	given = [answer for answer in applicable if answer.is_given]
	return Total(
		applicable=len(applicable),
		answered=len(given),
		left_out=len(answers) - len(applicable),
		score=_mean([answer.maturity for answer in given]),
		by_status={
			status: sum(answer.status == status for answer in given) for status in (CONFORMS, PARTIAL, GAP)
		},
	)


@dataclass(frozen=True)
class Comparison:
	"""Two assessments beside each other, over the `common` questions that both answered; None where there is none."""

	common: int = 0
	before: float | None = None
	now: float | None = None

	@property
	def change(self) -> float | None:
		return None if self.now is None else round(self.now - self.before, 2)


def compared(now: Mapping[str, Answer], before: Mapping[str, Answer]) -> Comparison:
	"""`now` against `before`, answers by question: like with like."""
	common = [code for code, answer in now.items() if answer.is_given and _given(before.get(code))]
	return Comparison(
		common=len(common),
		before=_mean([before[code].maturity for code in common]),
		now=_mean([now[code].maturity for code in common]),
	)


def _given(answer: Answer | None) -> bool:
	return answer is not None and answer.is_given


def _mean(values: Sequence[int | None]) -> float | None:
	return round(sum(values) / len(values), 2) if values else None

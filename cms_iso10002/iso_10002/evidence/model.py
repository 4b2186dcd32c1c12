"""What a computed piece of evidence is: plain values that say what was counted, over what, and what it shows.

A figure without data has no value: never 0 %, never 100 %. A figure that stands on some cases only says on how many of
how many (`coverage`). `verdict` compares it with a criterion where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

CONFORMS, PARTIAL, GAP = "Conforms", "Partial", "Gap"
SHOWN = "Shown"
"""There is a figure, and no criterion to hold it against."""
NO_DATA = "No Data"
FAILED = "Could Not Be Computed"
VERDICTS = (CONFORMS, PARTIAL, GAP, SHOWN, NO_DATA, FAILED)

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class Period:
	"""Days at the organisation, `start` and `end` included. ValueError where it ends before it starts."""

	start: date
	end: date

	def __post_init__(self) -> None:
		if self.end < self.start:
			raise ValueError("a period can't end before it starts")

	@property
	def days(self) -> int:
		return (self.end - self.start).days + 1

	@property
	def from_moment(self) -> datetime:
		"""The first moment of it, in site time."""
		return datetime.combine(self.start, time())

	@property
	def until_moment(self) -> datetime:
		"""The first moment after it, in site time."""
		return datetime.combine(self.end + timedelta(days=1), time())

	def before(self) -> Period:
		"""As many days that end where this one starts."""
		return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))


@dataclass(frozen=True)
class Link:
	"""Where exactly the records counted are to be seen: a list or a report, with filters as Frappe's routes take them."""

	doctype: str = ""
	report: str = ""
	filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
	"""One figure of one clause, over one period.

	`clause` is the row's slug, `figure` the figure's own within it, `label` its translated name. `value` is None where
	there is nothing to count; `unit` is "%", "days", "hours", "count", "rating" (1–5) or "per handler" and the like.
	`numerator` and `denominator` are what a share or a mean was made of. `sample` is the number of records it stands
	on, `coverage` how many of those that could have counted did, as (counted, all); None where that is all of them.
	`better` says which way is good: `HIGHER`, `LOWER`, or "" where neither is good by itself, as of mere volume. `explanation` is one or two translated sentences: what was
	counted, by which rule, over how many. `parts` are named sub-figures (share per channel, cases per closure basis).

	`as_of_now` says that it reads what stands now and knows no other day: asked for an earlier period it would tell the
	same, so it is not asked, and has a trend only against what an earlier assessment kept of it. A figure that stands on
	no record (`sample` 0) proves nothing, whatever its value.
	"""

	clause: str
	figure: str
	label: str
	value: float | None
	unit: str
	numerator: float | None = None
	denominator: float | None = None
	sample: int = 0
	coverage: tuple[int, int] | None = None
	better: str = HIGHER
	verdict: str = SHOWN
	explanation: str = ""
	parts: Mapping[str, float] = field(default_factory=dict)
	link: Link | None = None
	as_of_now: bool = False

	def as_dict(self) -> dict[str, Any]:
		"""As JSON can hold it, to be frozen where it is used."""
		return asdict(self)

	@classmethod
	def from_dict(cls, values: Mapping[str, Any]) -> Evidence:
		"""What `as_dict` gave, read back."""
		link, coverage = values.get("link"), values.get("coverage")
		return cls(
			**{
				**values,
				"link": Link(**link) if link else None,
				"coverage": tuple(coverage) if coverage else None,
			}
		)


def share(part: int, whole: int) -> float | None:
	"""`part` of `whole` in per cent, one decimal; None of nothing."""
	return round(100 * part / whole, 1) if whole else None


def judged(evidence: Evidence, conforms: float, partial: float) -> Evidence:
	"""The figure with its verdict: `conforms` and `partial` are the values from which (or, where lower is better, up to
	which) it does."""
	if evidence.value is None:
		return replace(evidence, verdict=NO_DATA)
	sign = -1 if evidence.better == LOWER else 1
	if sign * evidence.value >= sign * conforms:
		return replace(evidence, verdict=CONFORMS)
	return replace(evidence, verdict=PARTIAL if sign * evidence.value >= sign * partial else GAP)

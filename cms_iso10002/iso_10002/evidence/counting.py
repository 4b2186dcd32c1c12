"""Counting: yes-or-no questions put to each record of a cohort, all questions to a cohort at once.

A figure says which records it is about and which of them pass (`Test`); its share is counted from that, and the report
*Evidence Records* lists the same records by the same words: what is shown is what was counted.

While the figures of several clauses are computed (`readings`), a cohort is read once, for all its tests together: each
record is then a pattern of answers, a bit each, and the database counts how many records have which pattern. So every
question is put to a record once, and the number of queries is that of the cohorts, whatever there is to count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from pypika import Case, Order
from pypika.terms import Criterion, Term

from cms_iso10002.iso_10002.evidence import criteria
from cms_iso10002.iso_10002.evidence.cohorts import Cohort, Reach
from cms_iso10002.iso_10002.evidence.model import HIGHER, Evidence, Link, Period, share
from cms_iso10002.iso_10002.evidence.readings import being_shared, once

Ask = Callable[[Reach], Criterion]

REPORT = "Evidence Records"
BITS = 60
"""Answers in one number of the database."""
MOST_PARTS = 20
"""Parts of a figure that are named; the others are one part."""

COUNTS = ("%", "count")
"""Units of figures that say so many of so many."""

TESTS: dict[str, Test] = {}
"""Every test by its key, "clause/figure"."""


@dataclass(frozen=True)
class Test:
	"""Questions put to each record of `cohort`: it passes where the answer to all of `passes` is yes (none: always).

	`among` says which records it is about (none: all), `known` of which of those it can be told; the others lower the
	coverage. `parts` are further questions, put to those that are counted, by their untranslated name.
	"""

	key: str
	cohort: Cohort
	passes: tuple[Ask, ...] = ()
	among: tuple[Ask, ...] = ()
	known: tuple[Ask, ...] = ()
	parts: Mapping[str, Ask] = field(default_factory=dict)

	def __post_init__(self) -> None:
		TESTS[self.key] = self

	@property
	def subject(self) -> tuple[Ask, ...]:
		"""What makes a record one that is counted."""
		return (*self.among, *self.known)

	@property
	def asks(self) -> tuple[Ask, ...]:
		"""All its questions."""
		return (*self.subject, *self.passes, *self.parts.values())


@dataclass(frozen=True)
class Counts:
	"""What a test came to: it is about `subjects` records, could be told of `counted` of them, and `passed` did."""

	subjects: int
	counted: int
	passed: int
	parts: Mapping[str, int]


# reading tests -----------------------------------------------------------------------------------------------


def count(test: Test, period: Period, company: str | None) -> Counts:
	"""What a test came to. Where several figures are computed, it is read with all others of its cohort."""
	if not being_shared():
		return _read([test], period, company)[test.key]
	together = [each for each in TESTS.values() if each.cohort is test.cohort]
	found = once((test.cohort.name, period, company), lambda: _all_that_can(together, period, company))
	return found[test.key] if test.key in found else _read([test], period, company)[test.key]


def _all_that_can(tests: Sequence[Test], period: Period, company: str | None) -> dict[str, Counts]:
	"""Those of a cohort; none where one is at fault: each is then read alone, and only that one fails."""
	point = f"evidence_{frappe.generate_hash(length=8)}"
	frappe.db.savepoint(point)
	try:
		return _read(tests, period, company)
	except Exception:
		# read alone, the one at fault raises again, where it is logged and shown (`registry`)
		frappe.db.rollback(save_point=point)
		return {}


def _read(tests: Sequence[Test], period: Period, company: str | None) -> dict[str, Counts]:
	"""Several tests of one cohort, in one query."""
	reach = tests[0].cohort.reach(period, company)
	asks = list(dict.fromkeys(ask for test in tests for ask in test.asks))
	patterns = _patterns(reach, asks)
	bit = {ask: place for place, ask in enumerate(asks)}
	return {test.key: _counts(test, bit, patterns) for test in tests}


def _patterns(reach: Reach, asks: Sequence[Ask]) -> list[tuple[int, int]]:
	"""How many records answer the questions in the same way: (the yeses as bits, the first question the lowest; number)."""
	words = [_word(reach, asks[start : start + BITS]) for start in range(0, len(asks), BITS)]
	columns = [word.as_(f"answers_{place}") for place, word in enumerate(words)]
	query = reach.query.select(*columns, Count("*"))
	for column in columns:
		query = query.groupby(column)
	return [
		(sum(int(word) << (BITS * place) for place, word in enumerate(answers)), number)
		for *answers, number in query.run()
	]


def _word(reach: Reach, asks: Sequence[Ask]) -> Term:
	"""The answers to these questions as the bits of a number."""
	bits = [yes(ask(reach), 1 << place) for place, ask in enumerate(asks)]
	return reduce(add, bits)


def _counts(test: Test, bit: Mapping[Ask, int], patterns: Sequence[tuple[int, int]]) -> Counts:
	def number(*asks: Ask) -> int:
		mask = sum({1 << bit[ask] for ask in asks})
		return sum(number for answers, number in patterns if answers & mask == mask)

	return Counts(
		number(*test.among),
		number(*test.subject),
		number(*test.subject, *test.passes),
		{name: number(*test.subject, ask) for name, ask in test.parts.items()},
	)


def yes(criterion: Criterion, value: int = 1) -> Term:
	"""`value` where the criterion holds, else 0 (also where it can't be told: in SQL, nothing is neither)."""
	return Case().when(criterion, value).else_(0)


def all_of(asks: Sequence[Ask], reach: Reach) -> Criterion:
	"""The answer to all of these questions is yes; to none it is."""
	return Criterion.all([reach.complaint.isnotnull(), *(ask(reach) for ask in asks)])


def groups(
	reach: Reach, column: Term, where: Criterion | None = None, value: Term | None = None
) -> dict[str, int]:
	"""How many records of a cohort have each value of `column`, the most frequent first; "" for none."""
	number = (value or Count("*")).as_("number")
	query = reach.query if where is None else reach.query.where(where)
	query = query.select(column, number).groupby(column).orderby(number, order=Order.desc).orderby(column)
	found: dict[str, int] = {}
	for name, how_many in query.run():
		found[name or ""] = found.get(name or "", 0) + int(how_many or 0)
	return found


# evidence ----------------------------------------------------------------------------------------------------


def proportion(
	test: Test, period: Period, company: str | None, *, label: str, rule: str, better: str = HIGHER
) -> Evidence:
	"""The share of a test as evidence. `rule` says in a translated sentence which cases count and which of them pass."""
	counts = count(test, period, company)
	return finished(
		Evidence(
			*test.key.split("/"),
			label,
			share(counts.passed, counts.counted),
			"%",
			counts.passed,
			counts.counted,
			sample=counts.counted,
			coverage=(counts.counted, counts.subjects) if test.known else None,
			better=better,
			explanation=rule,
			parts={_(name): share(number, counts.counted) or 0.0 for name, number in counts.parts.items()},
			link=records(test.key, period, company),
		)
	)


def finished(evidence: Evidence) -> Evidence:
	"""Evidence with its numbers told, and judged where there is a criterion for it."""
	words = [evidence.explanation]
	if evidence.denominator is not None and evidence.unit in COUNTS:
		words.append(
			_("{0} of {1}.").format(_plain(evidence.numerator), _plain(evidence.denominator))
			if evidence.denominator
			else _("There was nothing to count.")
		)
	if evidence.coverage and evidence.coverage[0] == evidence.coverage[1]:
		evidence = replace(evidence, coverage=None)
	if evidence.coverage:
		words.append(_("This could be told of {0} out of {1}.").format(*evidence.coverage))
	return criteria.judge(evidence, " ".join(words))


def _plain(number: float | None) -> str:
	return f"{number:g}" if isinstance(number, float) else str(number or 0)


def records(key: str, period: Period, company: str | None) -> Link:
	"""The report that lists the records of a test."""
	return Link(report=REPORT, filters={"figure": key, **days(period, company)})


def days(period: Period, company: str | None) -> dict[str, str]:
	"""A period and a company as the filters of our reports."""
	found = {"from_date": str(period.start), "to_date": str(period.end)}
	return {**found, "company": company} if company else found


def shares(numbers: Mapping[str, int], unknown: str) -> dict[str, float]:
	"""What part of all each is, in per cent, the most frequent first; `unknown` names those without a value."""
	whole = sum(numbers.values())
	return {name: share(number, whole) or 0.0 for name, number in frequent(numbers, unknown).items()}


def frequent(numbers: Mapping[str, int], unknown: str) -> dict[str, int]:
	"""The most frequent by their translated name, the rest as one; `unknown` names those without a value."""
	named = {_(name): number for name, number in numbers.items() if name and number}
	ranked = sorted(named.items(), key=lambda part: (-part[1], part[0]))
	found = dict(ranked[:MOST_PARTS])
	rest = sum(number for _name, number in ranked[MOST_PARTS:])
	return {
		**found,
		**({_("Others"): found.get(_("Others"), 0) + rest} if rest else {}),
		**({unknown: numbers[""]} if numbers.get("") else {}),
	}

"""Signals: what in the numbers of complaints asks for a look, by rules that say how often chance alone would cry wolf.

Two kinds. A *chart* signal is a run rule that the latest points of a control chart break (`trends`). A *share* signal is
something (an item, a batch, a cause, a territory) that suddenly makes up much more of all complaints than it used to,
found by an exact test that grows stricter the more candidates there are (`rates.share_rose`), and only where there are
enough cases to speak of.

A signal has a key under which it is told once. That of a chart signal is the point that completed it. That of a share is
what rose, and when it was first seen: while it is seen again within the time remembered, it is the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cms_iso10002.core import trends
from cms_iso10002.core.rates import share_rose

LATEST = 2
"""Points of a chart at the end whose signals are news; older ones were told, or nobody was there to hear."""
FEWEST = 5
"""Cases that something must make up to be a signal, however unlikely fewer are."""
DISTANCE = 0.01
"""The probability under which a share counts as risen, before it is made stricter by the number of candidates."""
NOW = timedelta(days=28)
BEFORE = timedelta(days=364)
REMEMBERED = timedelta(days=21)
"""How long after it was last seen a risen share is still the same signal."""


@dataclass(frozen=True)
class Risen:
	"""Something whose share rose: it made up `number` of `whole` now, and `earlier` of `whole_before` before."""

	value: str
	number: int
	whole: int
	earlier: int
	whole_before: int
	chance: float

	@property
	def share(self) -> float:
		"""Of all cases now, in per cent."""
		return 100 * self.number / self.whole

	@property
	def share_before(self) -> float:
		"""Of all cases before, in per cent."""
		return 100 * self.earlier / self.whole_before


def windows(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
	"""The days that are compared: the four weeks up to yesterday, and the year before them; first and last day of each."""
	end = today - timedelta(days=1)
	start = end - NOW + timedelta(days=1)
	return (start, end), (start - BEFORE, start - timedelta(days=1))


def risen(now: Mapping[str, int], before: Mapping[str, int], whole: int, whole_before: int) -> list[Risen]:
	"""What makes up more of all cases than it did, the least likely first.

	`whole` are all cases, also those without a value: a share is one of all. Every value that occurs now is a candidate.
	"""
	candidates = sum(number > 0 for number in now.values())
	found = []
	for value, number in now.items():
		if number < FEWEST:
			continue
		earlier = before.get(value, 0)
		chance = share_rose(number, whole, earlier, whole_before, candidates, DISTANCE)
		if chance is not None:
			found.append(Risen(value, number, whole, earlier, whole_before, chance))
	return sorted(found, key=lambda one: (one.chance, one.value))


def news(chart: trends.Chart, latest: int = LATEST) -> list[trends.Signal]:
	"""The signals of a chart that one of its latest points completed; of a point that broke several rules, the first."""
	first = len(chart.points) - latest
	found: dict[int, trends.Signal] = {}
	for signal in chart.signals:
		if signal.at >= first:
			found.setdefault(signal.at, signal)
	return list(found.values())


def same_again(last_seen: Sequence[date], seen: date) -> bool:
	"""Whether a share that is seen on a day is one that was seen before, on the last of these days."""
	return any(seen - REMEMBERED <= day <= seen for day in last_seen)


def key_of(kind: str, *parts: Any) -> str:
	"""The key under which a signal is told once."""
	return "|".join([kind, *("" if part is None else str(part) for part in parts)])

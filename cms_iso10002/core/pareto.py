"""The vital few: what makes up most of the whole, in order, with the lines of an ABC analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")

A_UP_TO, B_UP_TO = 80.0, 95.0
"""Where A ends and B ends, in per cent of the whole."""


@dataclass(frozen=True)
class Bar(Generic[Key]):
	"""One of the causes (categories, items …): its number, its share and the share of it with all larger ones, in per cent."""

	key: Key
	number: float
	share: float
	cumulated: float
	line: str


def bars(numbers: Mapping[Key, float]) -> list[Bar[Key]]:
	"""The largest first; those that are equal in the order they came; those of nothing left out.

	A is whatever is needed to reach 80 per cent, the one that crosses the line included, so that there is always one;
	B what is needed to reach 95, C the rest. ValueError where a number is negative: there are no shares then.
	"""
	if any(number < 0 for number in numbers.values()):
		raise ValueError("shares need numbers that are not negative")
	whole, cumulated, found = sum(numbers.values()), 0.0, []
	for key, number in sorted(numbers.items(), key=lambda one: -one[1]):
		if not number:
			continue
		reached = 100 * cumulated / whole
		cumulated += number
		line = "A" if reached < A_UP_TO else "B" if reached < B_UP_TO else "C"
		found.append(Bar(key, number, 100 * number / whole, 100 * cumulated / whole, line))
	return found


def with_rest(found: list[Bar[Key]], most: int, rest: Key) -> list[Bar[Key]]:
	"""The first `most` bars, and all others as one named `rest`: five thousand categories make no chart."""
	if len(found) <= most:
		return found
	others = found[most:]
	number, share = sum(bar.number for bar in others), sum(bar.share for bar in others)
	return [*found[:most], Bar(rest, number, share, 100.0, "C")]

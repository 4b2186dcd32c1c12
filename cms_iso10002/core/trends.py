"""Control charts: whether a rate moves more than chance would have it, and since when.

The u-chart (number of events over a number of units that differs from point to point) and run rules on it. It tells
common variation, which is no reason to ask anybody why, from special causes, which are. A rise in complaints can mean better
access; a chart says that something changed, never that it got better or worse.

Source: D. C. Montgomery, *Introduction to Statistical Quality Control*, 6th ed., 7.3 (u-chart, variable sample size) and 5.3
(run rules, after Western Electric, 1956, and Nelson, 1984); NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2 and 6.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from cms_iso10002.core.refusal import N_

FEW = 3.0
"""Expected events at a point below which limits from a normal distribution are rough."""
POINTS_NEEDED = 2
"""One point has no variation to speak of."""
POINTS_WANTED = 12
"""Below so many the limits are provisional."""


@dataclass(frozen=True)
class Point:
	"""What happened in one span of time: `events` over `units` (None or 0 where nothing is known: then there is no rate)."""

	key: Any
	events: int
	units: float | None

	@property
	def has_rate(self) -> bool:
		return bool(self.units and self.units > 0)

	@property
	def rate(self) -> float | None:
		return self.events / self.units if self.has_rate else None


@dataclass(frozen=True)
class Limits:
	"""The limits of one point, three standard deviations from the centre (never below zero), and how far out it lies."""

	lower: float
	upper: float
	distance: float
	"""In standard deviations; above the centre is positive."""


@dataclass(frozen=True)
class Signal:
	"""A run rule that was broken: by which points (their places), and in which direction (1 up, -1 down)."""

	rule: str
	points: tuple[int, ...]
	direction: int

	@property
	def at(self) -> int:
		"""The place of the point that completed it."""
		return self.points[-1]


@dataclass(frozen=True)
class Chart:
	"""A control chart. `limits` has None where a point has no rate, and everywhere where there is no centre."""

	points: tuple[Point, ...]
	centre: float | None
	limits: tuple[Limits | None, ...]
	signals: tuple[Signal, ...] = ()
	remarks: tuple[str, ...] = field(default=())
	"""Translatable sentences on what the chart can't tell."""


NO_UNITS = N_("Nothing was sold in this period, so there is no rate.")
NOT_ENOUGH = N_("One point shows no variation: at least two with a rate are needed.")
NO_EVENTS = N_("There were none in this period, so there is no variation.")
PROVISIONAL = N_("Fewer than twelve points: the limits are provisional.")
ROUGH = N_("Few are expected at some points: limits there are rough.")

BEYOND = N_("One point beyond the limits")
SAME_SIDE = N_("Eight points in a row on one side of the centre")
STEADY = N_("Six points in a row rising, or falling")
TWO_OF_THREE = N_("Two of three points more than two deviations out, on one side")
FOUR_OF_FIVE = N_("Four of five points more than one deviation out, on one side")

RULES: dict[str, str] = {
	BEYOND: N_("Chance alone does that in about 3 of 1,000 points: something special happened then."),
	SAME_SIDE: N_("The level itself has moved."),
	STEADY: N_("It drifts in one direction."),
	TWO_OF_THREE: N_("It comes close to the limit too often."),
	FOUR_OF_FIVE: N_("The level has probably moved a little."),
}
"""The run rules in use, with what each of them means."""


def u_chart(points: Sequence[Point], baseline: int | None = None) -> Chart:
	"""The u-chart of points in order of time, with the run rules that they break.

	The centre is the mean rate of the first `baseline` points (of all by default): fix it where a process was stable, so that
	later points are held against that. Points without a rate are passed over: they break no run.
	ValueError where events are negative.
	"""
	points = tuple(points)
	if any(point.events < 0 for point in points):
		raise ValueError("the number of events can't be negative")
	rated = [point for point in points[:baseline] if point.has_rate]
	none = (None,) * len(points)
	if not any(point.has_rate for point in points):
		return Chart(points, None, none, remarks=(NO_UNITS,))
	if len(rated) < POINTS_NEEDED:
		return Chart(points, None, none, remarks=(NOT_ENOUGH,))
	centre = sum(point.events for point in rated) / sum(point.units for point in rated)
	if not centre:
		return Chart(points, 0.0, none, remarks=(NO_EVENTS,))
	limits = tuple(_limits(point, centre) for point in points)
	return Chart(points, centre, limits, tuple(_signals(limits, points)), _remarks(points, centre))


def _limits(point: Point, centre: float) -> Limits | None:
	if not point.has_rate:
		return None
	deviation = sqrt(centre / point.units)
	lower, upper = max(0.0, centre - 3 * deviation), centre + 3 * deviation
	return Limits(lower, upper, (point.rate - centre) / deviation)


def _remarks(points: Sequence[Point], centre: float) -> tuple[str, ...]:
	rated = [point for point in points if point.has_rate]
	remarks = [PROVISIONAL] if len(rated) < POINTS_WANTED else []
	if any(centre * point.units < FEW for point in rated):
		remarks.append(ROUGH)
	return tuple(remarks)


# run rules -----------------------------------------------------------------------------------------------


def _signals(limits: Sequence[Limits | None], points: Sequence[Point]) -> list[Signal]:
	"""Every rule that is broken, each run told once, at the point that completed it; the first ones first."""
	places = [place for place, limit in enumerate(limits) if limit]
	distances = [limits[place].distance for place in places]
	rates = [points[place].rate for place in places]
	found = [
		*_runs(BEYOND, distances, 1, 1, 3),
		*_runs(SAME_SIDE, distances, 8, 8, 0),
		*_runs(TWO_OF_THREE, distances, 3, 2, 2),
		*_runs(FOUR_OF_FIVE, distances, 5, 4, 1),
		*_steady(rates),
	]
	told = [Signal(one.rule, tuple(places[index] for index in one.points), one.direction) for one in found]
	return sorted(told, key=lambda one: (one.at, list(RULES).index(one.rule)))


def _runs(rule: str, distances: Sequence[float], window: int, needed: int, beyond: float) -> list[Signal]:
	"""`needed` of `window` points more than `beyond` deviations from the centre, on one side.

	The point that completes it must itself lie there. A run that goes on is one signal, not one at each further point.
	"""
	found = []
	for direction in (1, -1):
		out = [direction * distance > beyond for distance in distances]
		last = None
		for end in range(window - 1, len(out)):
			inside = [place for place in range(end - window + 1, end + 1) if out[place]]
			complete = out[end] and len(inside) >= needed
			if complete and (last is None or window == 1 or end > last + 1):
				found.append(Signal(rule, tuple(inside), direction))
			last = end if complete else last
	return found


def _steady(rates: Sequence[float], length: int = 6) -> list[Signal]:
	"""`length` points in a row, each above (or each below) the one before it."""
	found: list[Signal] = []
	compare: dict[int, Callable[[float, float], bool]] = {1: lambda a, b: b > a, -1: lambda a, b: b < a}
	for direction, moves in compare.items():
		run = 1
		for place in range(1, len(rates)):
			run = run + 1 if moves(rates[place - 1], rates[place]) else 1
			if run == length:
				found.append(Signal(STEADY, tuple(range(place - length + 1, place + 1)), direction))
	return found

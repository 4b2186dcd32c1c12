"""How long things took, counted in buckets that grow by a fixed ratio: small, mergeable, and good for percentiles.

Medians of months can't be made from medians of days; from histograms they can, by adding them up. A bucket's value
is the geometric middle of its bounds, so a percentile is off by at most 4 % of itself, whatever its size.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

RATIO = 1.08
_STEP = math.log(RATIO)

Histogram = dict[int, int]
"""How many (at least one) fell in each bucket."""


def bucket(seconds: float) -> int:
	"""The bucket of a duration: 0 for what took less than a second, else 1 and up."""
	return 1 + math.floor(math.log(seconds) / _STEP) if seconds >= 1 else 0


def seconds_of(number: int) -> float:
	"""What a duration in bucket `number` is taken to be, in seconds."""
	return math.exp((number - 0.5) * _STEP) if number > 0 else 0.0


def of(durations: Iterable[float]) -> Histogram:
	"""The histogram of durations in seconds."""
	return merge({bucket(seconds): 1} for seconds in durations)


def merge(histograms: Iterable[Mapping[int, int]]) -> Histogram:
	"""All of them as one."""
	total: Histogram = {}
	for histogram in histograms:
		for number, count in histogram.items():
			total[number] = total.get(number, 0) + count
	return total


def times(histogram: Mapping[int, int], factor: int) -> Histogram:
	"""`factor` equal histograms as one."""
	return {number: count * factor for number, count in histogram.items()}


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
	"""The duration, in seconds, within which `share` (above 0, up to 1) of all were done (nearest rank).

	None of an empty histogram; ValueError for another share.
	"""
	if not 0 < share <= 1:
		raise ValueError(f"{share} is no share of a whole: use a number above 0 and up to 1.")
	left = math.ceil(sum(histogram.values()) * share - 1e-9)
	for number in sorted(histogram):
		left -= histogram[number]
		if left <= 0:
			return seconds_of(number)
	return None


def to_text(histogram: Mapping[int, int]) -> str:
	"""The histogram as JSON; equal histograms give equal text."""
	return json.dumps({str(number): histogram[number] for number in sorted(histogram)}, separators=(",", ":"))


def from_text(text: str | None) -> Histogram:
	"""The histogram of `to_text`; an empty one where there is no text."""
	return {int(number): int(count) for number, count in json.loads(text or "{}").items()}

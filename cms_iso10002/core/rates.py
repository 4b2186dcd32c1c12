"""Whether a count is more, or less, than it should be: exact tests on few cases, where normal approximations mislead.

All are one-sided and return a probability; small means that chance alone explains it badly.
"""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Literal

LESS, NOT_LESS, TOO_FEW = "Less", "Not Less", "Too Few"
Change = Literal["Less", "Not Less", "Too Few"]

UNLIKELY = 0.05
"""The probability under which a change is taken for one: one in twenty, as is usual for a single question."""


def at_least(count: int, trials: int, chance: float) -> float:
	"""The probability of `count` or more among `trials`, each with `chance` (binomial, exact).

	ValueError where `chance` is no probability, or `count` and `trials` are none of each other.
	"""
	if not 0 <= chance <= 1 or not 0 <= count <= trials:
		raise ValueError("count must be within trials, and chance within 0 and 1")
	if count == 0 or chance == 1:
		return 1.0
	if chance == 0:
		return 0.0
	return min(1.0, sum(_binomial(k, trials, chance) for k in range(count, trials + 1)))


def at_most(count: int, trials: int, chance: float) -> float:
	"""The probability of `count` or fewer among `trials`, each with `chance` (binomial, exact)."""
	return at_least(trials - count, trials, 1 - chance)


def _binomial(k: int, n: int, p: float) -> float:
	"""By logarithms: the factorials of some hundred cases overflow."""
	ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
	return exp(ways + k * log(p) + (n - k) * log(1 - p))


def rate_fell(
	before: int, exposure_before: float, after: int, exposure_after: float, unlikely: float = UNLIKELY
) -> tuple[Change, float | None]:
	"""Whether something recurs less than before, by rate, and how probable that is by chance.

	`before` and `after` are counts, the exposures what they are counted over (days, invoices, units sold: the same unit
	for both). Given the sum of both counts, the later one is binomial where nothing changed (the conditional test of
	Przyborowski and Wilenski, 1940). `Too Few` where not even none at all afterwards would tell.
	ValueError where an exposure is not above zero.
	"""
	if exposure_before <= 0 or exposure_after <= 0:
		raise ValueError("a rate needs an exposure above zero")
	total, share = before + after, exposure_after / (exposure_before + exposure_after)
	if at_most(0, total, share) > unlikely:
		return TOO_FEW, None
	chance = at_most(after, total, share)
	return (LESS if chance <= unlikely else NOT_LESS), chance


def share_rose(
	now: int, all_now: int, before: int, all_before: int, candidates: int = 1, unlikely: float = 0.01
) -> float | None:
	"""How unlikely it is that something made up `now` of `all_now` by chance, where it was `before` of `all_before`.

	None where that is no signal. One that never occurred counts half a case, so that a first one is no wonder.
	`candidates` is how many were looked at: the more, the more unlikely one must be (Bonferroni).
	"""
	if not all_now or not all_before or now / all_now <= before / all_before:
		return None
	usual = min(1.0, max(before, 0.5) / all_before)
	chance = at_least(now, all_now, usual)
	return chance if chance <= unlikely / max(1, candidates) else None

"""Which case files an auditor looks at: how many, and which, so that anybody can draw the same sample again.

No standard fixes a size for complaints; ours is said in `size`, and the draw is random, spread over the strata, and recorded by
its seed (ISO 19011:2018, A.6, asks that a sampling plan say how it was drawn).
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from math import ceil, floor, sqrt
from typing import TypeVar

Stratum = TypeVar("Stratum", bound=Hashable)

ALL_UP_TO = 20


def size(population: int) -> int:
	"""How many of `population` are looked at: all up to 20, then the square root and 10, and at least 20."""
	if population <= ALL_UP_TO:
		return max(0, population)
	return max(ALL_UP_TO, ceil(sqrt(population)) + 10)


def draw(strata: Mapping[str, Stratum], number: int, seed: int) -> list[str]:
	"""`number` of the names in `strata` (name: its stratum), drawn at random by `seed`; sorted.

	Every stratum gives its share (largest remainders), and at least one where `number` allows. The same names, number and
	seed give the same sample, in whatever order the names come.
	ValueError where more are asked than there are.
	"""
	if not 0 <= number <= len(strata):
		raise ValueError("a sample can't be larger than its population")
	members: dict[Stratum, list[str]] = {}
	for name in sorted(strata):
		members.setdefault(strata[name], []).append(name)
	order = sorted(members, key=repr)
	rng = random.Random(seed)
	shares = _shares([len(members[stratum]) for stratum in order], number, rng)
	drawn = [rng.sample(members[stratum], count) for stratum, count in zip(order, shares, strict=True)]
	return sorted(name for names in drawn for name in names)


def _shares(sizes: Sequence[int], number: int, rng: random.Random) -> list[int]:
	"""How many each stratum gives; where there are more strata than places, chance says which give one."""
	if number < len(sizes):
		chosen = set(_weighted(sizes, number, rng))
		return [int(place in chosen) for place in range(len(sizes))]
	whole = sum(sizes)
	exact = [number * one / whole for one in sizes] if whole else []
	shares = [max(1, floor(share)) for share in exact]
	lacking = {place: exact[place] - shares[place] for place in range(len(sizes))}
	while sum(shares) != number:
		step = 1 if sum(shares) < number else -1  # fewer only where some were raised to one
		free = [
			place for place in lacking if (shares[place] < sizes[place] if step > 0 else shares[place] > 1)
		]
		place = max(free, key=lambda one: (step * lacking[one], -one))
		shares[place] += step
		lacking[place] -= step
	return shares


def _weighted(sizes: Sequence[int], number: int, rng: random.Random) -> list[int]:
	"""`number` places, larger strata more likely, none twice."""
	keys = [(rng.random() ** (1 / one), place) for place, one in enumerate(sizes)]
	return [place for _key, place in sorted(keys, reverse=True)[:number]]

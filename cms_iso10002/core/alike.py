"""Which complaints have the same thing behind them: candidates for a group, whoever made them.

Other than for duplicates (`similarity`), the person does not count: what counts is the thing. The same serial number or
batch says most, then the item, then the cause that was found, then the category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cms_iso10002.core.refusal import N_

WEIGHTS = (
	("serial_no", 50, N_("same serial number {0}")),
	("batch_no", 45, N_("same batch {0}")),
	("item_code", 25, N_("same item {0}")),
	("root_cause", 25, N_("same root cause {0}")),
	("category", 15, N_("same category {0}")),
)
IN_ROWS = ("serial_no", "batch_no", "item_code")
LEAST = 25
"""A score below that is no reason: half the complaints of a house share a category."""


@dataclass(frozen=True)
class Alike:
	"""A complaint with how much it has in common, and what: (template, value) each."""

	name: str
	score: int
	why: tuple[tuple[str, str], ...]


def rank(one: Mapping[str, Any], others: Iterable[Mapping[str, Any]], least: int = LEAST) -> list[Alike]:
	"""Those of `others` that have enough in common with `one`, most first; `subjects` are the rows of each."""
	found = [_compare(one, other) for other in others if other.get("name") != one.get("name")]
	return sorted((each for each in found if each.score >= least), key=lambda each: (-each.score, each.name))


def _compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> Alike:
	score, why = 0, []
	for field, weight, words in WEIGHTS:
		shared = sorted(_values(one, field) & _values(other, field))
		if shared:
			score += weight
			why.append((words, ", ".join(shared)))
	return Alike(str(other.get("name")), min(score, 100), tuple(why))


def _values(case: Mapping[str, Any], field: str) -> set[str]:
	if field in IN_ROWS:
		return {str(row[field]) for row in case.get("subjects") or () if row.get(field)}
	return {str(case[field])} if case.get(field) else set()

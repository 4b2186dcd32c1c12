"""Why it happened: the root cause, what contributed to it, and the whys that led there (ISO 10002:2018, 7.6, 8.2).

A chain of whys is read from the first: each question is about the answer before it, so only answers are written down.
There are two chains, as 8D asks: why it happened, and why nobody found it before the complainant did. Five is a habit
and no rule: a chain ends where something can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cms_iso10002.core.refusal import N_, Refusal

HAPPENED, NOT_FOUND = "It Happened", "It Was Not Found"
LINES = (HAPPENED, NOT_FOUND)

FIRST = {HAPPENED: N_("Why did it happen?"), NOT_FOUND: N_("Why was it not found before?")}
NEXT = N_("Why? “{0}”")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Why:
	"""One step of a chain: the question, its template's arguments, the answer and what shows that it is so."""

	number: int
	question: str
	arguments: tuple[str, ...]
	answer: str
	evidence: str


def check(root_cause: str | None, causes: Sequence[Row], whys: Sequence[Row]) -> None:
	"""Raise Refusal where a cause is named twice, or a why is left without an answer."""
	seen: set[str] = set()
	for number, row in enumerate(causes, 1):
		name = row.get("root_cause")
		if name and name == root_cause:
			raise Refusal(
				N_("{0} is the root cause already: take it off the contributing causes (row {1})."),
				name,
				number,
			)
		if name in seen:
			raise Refusal(N_("{0} is named twice among the contributing causes: keep one."), name)
		seen.add(name)
	for number, row in enumerate(whys, 1):
		if not (row.get("answer") or "").strip():
			raise Refusal(N_("Answer the why of row {0}, or remove the row."), number)


def chain(whys: Sequence[Row], line: str) -> list[Why]:
	"""The whys of one line in their order, each question made of the answer before it."""
	found: list[Why] = []
	for row in whys:
		if (row.get("line") or HAPPENED) != line:
			continue
		question, arguments = (NEXT, (found[-1].answer,)) if found else (FIRST[line], ())
		answer, evidence = ((row.get(name) or "").strip() for name in ("answer", "evidence"))
		found.append(Why(len(found) + 1, question, arguments, answer, evidence))
	return found

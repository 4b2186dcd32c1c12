"""The catalogue as the app ships it: clauses and questions, read from their files. Knows no Frappe: docs read it too."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CLAUSES = FIXTURES / "iso_10002_clause.json"
"""Nobody edits these rows, so that Frappe may write them anew on every migrate."""
QUESTIONS = FIXTURES / "seed" / "iso_10002_question.json"
"""Anybody may edit these, so that they are seeded once: see `setup.written`."""

LETTERS = {"relationship-of-standards": "A", "small-business": "B", "complainant-form": "C"}
"""Letters of annexes that every copy of the 2018 edition agrees on. The others differ: who has a copy fills them in."""


def clauses() -> list[dict[str, Any]]:
	"""The rows, in their order."""
	return sorted(_read(CLAUSES), key=lambda row: row["sort_order"])


def questions() -> list[dict[str, Any]]:
	return _read(QUESTIONS)


@lru_cache
def slugs() -> frozenset[str]:
	return frozenset(row["slug"] for row in clauses())


@lru_cache
def codes() -> frozenset[str]:
	return frozenset(row["code"] for row in questions())


def lines(text: str | None) -> list[str]:
	"""What stands in a field that holds one thing a line."""
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def record(line: str) -> tuple[str, str]:
	"""What a line of `records` names: its kind (DocType, Report, Print Format, Page, Document) and its name."""
	kind, colon, name = line.partition(": ")
	return (kind, name) if colon else ("DocType", line)


def _read(path: Path) -> list[dict[str, Any]]:
	return json.loads(path.read_text(encoding="utf-8"))

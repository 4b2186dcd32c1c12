"""What a viewer may tell apart: totals count every case, but what could point to one case or one colleague is shown together.

Complaint Managers and Auditors see everything. To others, groups of fewer than the settings' *Smallest Number Shown in
Reports* are one group, with the next larger ones as long as that is still too small: else the total would give away what
was hidden. Handlers see their own figures and all others' as one; and values that User Permissions keep from somebody are
not named to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import frappe

from cms_iso10002.complaints import permissions
from cms_iso10002.complaints.analysis.filters import allowed

OVERSEERS = ("Complaint Manager", "Complaint Auditor")


@dataclass(frozen=True)
class Cell:
	"""The figures of one group. `size` is how many cases it stands on; `key` is None for those without a value.

	`pooled` are several groups as one; `few` says that those were groups of few, `concealed` that even together they are
	too few to say more of them than how many.
	"""

	key: Any
	size: float
	figures: Mapping[str, float] = field(default_factory=dict)
	pooled: bool = False
	few: bool = False
	concealed: bool = False

	@classmethod
	def together(cls, cells: Iterable[Cell]) -> Cell:
		"""Several cells as one."""
		cells = list(cells)
		names = dict.fromkeys(name for cell in cells for name in cell.figures)
		sums = {name: sum(cell.figures.get(name, 0) for cell in cells) for name in names}
		return cls(None, sum(cell.size for cell in cells), sums, pooled=True)


Told = TypeVar("Told", bound=Any)
"""A Cell, or what is told apart like one: it has key, size, pooled, few, concealed and `together`."""


def of(found: Mapping[Any, Mapping[str, float]], *sizes: str) -> list[Cell]:
	"""A cell for each value that was read; its size is the largest of the figures that `sizes` names.

	Not their sum: one case may count in each of them.
	"""
	return [Cell(key, max(figures[name] for name in sizes), figures) for key, figures in found.items()]


def together(cells: Iterable[Cell]) -> Cell:
	"""Several cells as one; none as one of nothing."""
	return Cell.together(cells)


def is_overseer(user: str | None = None) -> bool:
	"""Whether somebody sees small groups and other people's figures."""
	return permissions.holds(user or frappe.session.user, OVERSEERS)


def smallest() -> int:
	"""The size below which the session's user is not told a group apart; 0 for who sees everything."""
	if is_overseer():
		return 0
	return frappe.db.get_single_value("Complaint Settings", "smallest_cell") or 0


def shown(cells: list[Told], dimension: str, least: int | None = None) -> list[Told]:
	"""The cells as the session's user may see them; what they may not tell apart is one cell at the end.

	`least` is the smallest one that is told apart, where that is not the same for all that the user is shown.
	"""
	least = smallest() if least is None else least
	if dimension == "handler" and not is_overseer():
		return _apart(cells, lambda key: key == frappe.session.user, least)
	named = allowed(dimension)
	if named is not None:
		cells = _apart(cells, lambda key: key in named, least)
	return pool_small(cells, least)


def _apart(cells: list[Told], may_be_named: Callable[[Any], bool], least: int) -> list[Told]:
	"""Those that may be named, and all others as one."""
	others = [cell for cell in cells if not may_be_named(cell.key)]
	if not others:
		return cells
	pool = type(others[0]).together(others)
	own = [cell for cell in cells if may_be_named(cell.key)]
	return [*own, replace(pool, concealed=0 < pool.size < least)]


def pool_small(cells: list[Told], least: int) -> list[Told]:
	"""Cells of fewer than `least` as one, with the next larger ones as long as all of them are still too few."""
	hidden = too_small({number: cell.size for number, cell in enumerate(cells) if not cell.pooled}, least)
	if not hidden:
		return cells
	bound = [cell for number, cell in enumerate(cells) if cell.pooled or number in hidden]
	rest = [cell for number, cell in enumerate(cells) if not cell.pooled and number not in hidden]
	pool = type(bound[0]).together(bound)
	return [*rest, replace(pool, few=True, concealed=0 < pool.size < least)]


def too_small(sizes: Mapping[Any, float], least: int) -> set[Any]:
	"""The keys of what is too small to be shown, with as many of the next larger ones as are needed to hide it."""
	hidden = {key for key, size in sizes.items() if 0 < size < least}
	if not hidden:
		return hidden
	free = sorted((key for key in sizes if key not in hidden and sizes[key]), key=lambda key: sizes[key])
	while free and sum(sizes[key] for key in hidden) < least:
		hidden.add(free.pop(0))
	return hidden

"""What was read for one figure and serves others too, while several are computed of one state of the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import frappe

Found = TypeVar("Found")


class Readings:
	"""What was read so far. It is used only while it is `in_use`, and is gone with who holds it."""

	def __init__(self) -> None:
		self.found: dict[tuple, Any] = {}

	@contextmanager
	def in_use(self) -> Iterator[None]:
		before = _current()
		frappe.local.iso_10002_readings = self
		try:
			yield
		finally:
			frappe.local.iso_10002_readings = before


def being_shared() -> bool:
	"""Whether figures are computed together, so that it pays to read for others too."""
	return _current() is not None


def once(key: tuple, read: Callable[[], Found]) -> Found:
	"""What `read` reads; read before under this key, it is not read again."""
	readings = _current()
	if readings is None:
		return read()
	if key not in readings.found:
		readings.found[key] = read()
	return readings.found[key]


def _current() -> Readings | None:
	return getattr(frappe.local, "iso_10002_readings", None)

"""How much redress somebody may grant (ISO 10002:2018, 5.4; annex responses: an authority limit per kind of response)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

GRANTED = ("Approved", "Offered", "Accepted", "Implemented", "Verified")
"""States of redress that somebody has granted."""


def limit(roles: Iterable[str], currency: str | None, limits: Iterable[Mapping[str, Any]]) -> Decimal | None:
	"""The most that somebody with `roles` may grant in `currency`: the highest limit of their roles; None for nothing.

	`limits` are rows with role, amount and currency (one without a currency holds in any).
	"""
	held = set(roles)
	amounts = [
		Decimal(str(row.get("amount") or 0))
		for row in limits
		if row.get("role") in held and row.get("currency") in (None, "", currency)
	]
	return max(amounts, default=None)


def within(
	amount: Any, currency: str | None, roles: Iterable[str], limits: Iterable[Mapping[str, Any]]
) -> bool | None:
	"""Whether somebody with `roles` may grant `amount`; None where no limits are set at all.

	Where there are limits, an amount in a currency that none of them is in may be granted by nobody.
	"""
	rows = list(limits)
	if not rows:
		return None
	most = limit(roles, currency, rows)
	return most is not None and Decimal(str(amount or 0)) <= most

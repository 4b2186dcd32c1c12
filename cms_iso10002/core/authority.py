"""How much redress somebody may grant (ISO 10002:2018, 5.4; annex responses: an authority limit per kind of response).

A limit holds for all that one person grants in one complaint, not for each row of it: three times 80 are 240. An amount in a
currency in which a role has no limit is held against the limit it has in another one, at an exchange rate that is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

GRANTED = ("Approved", "Offered", "Accepted", "Implemented", "Verified")
"""States of redress that somebody has granted."""

Sum = tuple[Any, "str | None"]
"""An amount and its currency."""
Rates = Mapping[tuple[str, str], Decimal]
"""What one unit of the first currency is worth in the second."""


def within(
	amount: Any,
	currency: str | None,
	roles: Iterable[str],
	limits: Iterable[Mapping[str, Any]],
	beside: Sequence[Sum] = (),
	rates: Rates | None = None,
) -> bool | None:
	"""Whether somebody with `roles` may grant `amount`, having granted `beside` already; None where no limits are set at all.

	`limits` are rows with role, amount and currency (one without a currency holds in any). The highest of the person's
	roles counts. An amount in a currency that can't be held against any of their limits is not theirs to grant.
	"""
	rows = list(limits)
	if not rows:
		return None
	held, sums = set(roles), [(amount, currency), *beside]
	return any(
		_fits(sums, row, currency, rates or {}) for role in held for row in _of_role(role, currency, rows)
	)


def comparable(currency: str | None, limits: Iterable[Mapping[str, Any]], rates: Rates) -> bool:
	"""Whether an amount in `currency` can be held against any of `limits`."""
	return any(_converted(1, currency, row.get("currency") or currency, rates) is not None for row in limits)


def _of_role(role: str, currency: str | None, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
	"""The limits of a role that count for a currency: those in it where there are any, else all."""
	own = [row for row in rows if row.get("role") == role]
	return [row for row in own if row.get("currency") in (None, "", currency)] or own


def _fits(sums: Sequence[Sum], limit: Mapping[str, Any], currency: str | None, rates: Rates) -> bool:
	into = limit.get("currency") or currency
	amounts = [_converted(amount, given, into, rates) for amount, given in sums]
	return None not in amounts and sum(amounts) <= Decimal(str(limit.get("amount") or 0))


def _converted(amount: Any, currency: str | None, into: str | None, rates: Rates) -> Decimal | None:
	"""`amount` in another currency; None where no rate is known."""
	number = Decimal(str(amount or 0))
	if not number or currency == into:
		return number
	rate = rates.get((currency or "", into or ""))
	return None if rate is None else number * rate

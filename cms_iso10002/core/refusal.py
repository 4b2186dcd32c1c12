"""How the core says no.

The core knows nothing of Frappe, so it cannot translate. It raises `Refusal` with an English template and
its arguments apart; the shell translates the template and shows one sentence. `N_` marks a template for the
translators and returns it unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


def N_(text: str) -> str:
	"""Mark `text` for translation; the shell translates it when it is shown."""
	return text


@dataclass(frozen=True)
class Money:
	"""An amount as an argument of a refusal; the shell writes it as the site writes money."""

	amount: Any
	currency: str | None

	def __str__(self) -> str:
		return f"{Decimal(str(self.amount or 0)):.2f} {self.currency or ''}".strip()


class Refusal(Exception):
	"""Something may not be done; `template.format(*args)` is the sentence that says why and what to do.

	An argument that is itself a template (a state, a field's label) is translated by the shell as well.
	"""

	def __init__(self, template: str, *args: object):
		self.template = template
		self.arguments = args
		super().__init__(template.format(*args))

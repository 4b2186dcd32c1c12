"""Writes docs/lifecycle.md from the lifecycle's own data: `python docs/make_lifecycle.py`. A test holds them equal."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cms_iso10002.core import guards, lifecycle
from cms_iso10002.core.closure import CLOSURE_BASES
from cms_iso10002.core.states import STATES

HEAD = """# The lifecycle of a complaint

Made from `cms_iso10002/core/lifecycle.py` by `docs/make_lifecycle.py`; change it there.

An action is a button of the form, a choice in the list's bulk actions, a status written by REST, or a step of an import:
the rules are the same. Where something is missing, one sentence names all of it and nothing is stored.
"""


def _first_line(function) -> str:
	return (function.__doc__ or "").strip().split("\n")[0].rstrip(".")


def text() -> str:
	"""The whole page."""
	lines = [HEAD, "## States", "", "| state | counts as | actions |", "|---|---|---|"]
	for state, category in STATES.items():
		actions = ", ".join(t.action for t in lifecycle.TRANSITIONS if state in t.sources)
		lines.append(f"| {state} | {category} | {actions} |")
	lines += [
		"",
		"## Actions",
		"",
		"| action | from | to | who | asks | needs |",
		"|---|---|---|---|---|---|",
	]
	for t in lifecycle.TRANSITIONS:
		target = t.target or ("where it was" if t.action == "Resume" else "the state chosen")
		asks = ", ".join(ask.label + (" *" if ask.required else "") for ask in t.asks)
		needs = "; ".join(_first_line(need) or need.__name__.replace("_", " ") for need in t.needs)
		lines.append(
			f"| {t.action} | {', '.join(t.sources)} | {target} | {', '.join(t.roles)} | {asks} | {needs} |"
		)
	lines += [
		"",
		"\\* must be answered.",
		"",
		"Assessing asks for " + ", ".join(guards.ASSESSMENT.values()) + ", and the conflict check.",
	]
	lines += ["", "## Grounds for closing", "", "| basis | what it means |", "|---|---|"]
	lines += [f"| {name} | {_first_line(basis) or '-'} |" for name, basis in CLOSURE_BASES.items()]
	return "\n".join(lines) + "\n"


if __name__ == "__main__":
	Path(__file__).with_name("lifecycle.md").write_text(text(), encoding="utf-8")

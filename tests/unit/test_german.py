"""Whoever reads the app in German reads German throughout: complainants, the desk, print and the analysis.

Every text that is marked for translators, and every word of a record that the desk shows, has a German entry of ours, or is
one of the words in `german_left_to_frappe.txt`: plain words (button, field and state names) that Frappe or ERPNext
translate the same. A word of that list which the app no longer says, or translates itself, is to be taken out.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cms_iso10002.core import clocks, effectiveness, lifecycle, redress, states

APP = Path(__file__).parents[2] / "cms_iso10002"
SEEDS = APP / "fixtures" / "seed"
CSV = APP / "translations" / "de.csv"
LEFT_TO_FRAPPE = Path(__file__).with_name("german_left_to_frappe.txt")

Said = tuple[str, str]
"""A text, and the context in which it is looked up ("" for none)."""


@cache
def rows() -> tuple[tuple[str, ...], ...]:
	with CSV.open(encoding="utf-8", newline="") as file:
		return tuple(tuple(row) for row in csv.reader(file) if row)


@cache
def german() -> dict[str, str]:
	"""The entries by text, and by `text:context` where they have one, as Frappe keeps them."""
	return {f"{row[0]}:{row[2]}" if len(row) > 2 and row[2] else row[0]: row[1] for row in rows()}


@cache
def left_to_frappe() -> frozenset[str]:
	return frozenset(LEFT_TO_FRAPPE.read_text(encoding="utf-8").splitlines())


def in_german(text: str, context: str = "") -> bool:
	known = german()
	if not re.search("[A-Za-z]{2}", text):
		return True
	return bool(known.get(f"{text}:{context}") or known.get(text)) or text in left_to_frappe()


def in_english(said: Iterator[Said]) -> list[Said]:
	return [one for one in said if not in_german(*one)]


# the file ------------------------------------------------------------------------------------------------


def test_no_text_is_there_twice():
	keys = Counter((row[0], row[2] if len(row) > 2 else "") for row in rows())
	assert [key for key, number in keys.items() if number > 1] == []


def test_each_entry_is_one_that_frappe_reads():
	assert [row for row in rows() if len(row) not in (2, 3) or not row[1].strip()] == []
	# Frappe strips both, so a blank at either end is lost, and the text is not found
	assert [row for row in rows() if row[0] != row[0].strip() or row[1] != row[1].strip()] == []


def test_each_entry_keeps_the_places_of_its_text():
	def places(text):
		return set(re.findall(r"\{\d*\}", text))

	assert [row for row in rows() if places(row[0]) != places(row[1])] == []


def test_what_is_left_to_frappe_is_said_and_not_translated_here():
	said = {text for path in files() for text, _context in texts(path)}
	assert sorted(left_to_frappe() - said) == []
	assert sorted(left_to_frappe() & set(german())) == []


# what is marked ------------------------------------------------------------------------------------------

JS = re.compile(
	r"""\b__?\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`$]*)`)"""
	r"""(?:\s*,\s*(?:null|\[[^\]]*\])\s*,\s*["']([^"']*)["']|\s*,\s*context=["']([^"']*)["'])?"""
)


def marked(path: Path) -> Iterator[Said]:
	"""The texts of a script or a template that are marked for translators."""
	source = path.read_text(encoding="utf-8")
	if path.suffix == ".py":
		yield from marked_in_python(ast.parse(source))
		return
	for double, single, backtick, context, named in JS.findall(source):
		text = double or single or backtick
		if text:
			yield re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text), context or named


def marked_in_python(tree: ast.AST) -> Iterator[Said]:
	for node in ast.walk(tree):
		if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
			continue
		if (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in ("_", "N_", "_lt"):
			contexts = [word.value for word in node.keywords if word.arg == "context"] + node.args[2:3]
			values = [one.value for one in contexts if isinstance(one, ast.Constant)]
			yield node.args[0].value, (values[0] if values else "")


# what records say ----------------------------------------------------------------------------------------


def of_doctype(record: dict) -> Iterator[Said]:
	name = record["name"]
	yield name, ""
	yield record.get("description") or "", ""
	for field in record["fields"]:
		yield field.get("label") or "", name
		yield field.get("description") or "", name
		if field["fieldtype"] == "Select" and field["fieldname"] != "naming_series":
			yield from ((option, name) for option in (field.get("options") or "").split("\n"))
	yield from ((state["title"], name) for state in record.get("states", ()))


TOLD = ("name", "label", "title", "chart_name", "subtitle", "description", "success_message", "action_label")
TABLES = ("links", "shortcuts", "charts", "number_cards", "items")


def of_record(record: dict) -> Iterator[Said]:
	"""Reports, print formats, charts, cards, steps of the onboarding, workspaces and their links."""
	yield from ((record[key], "") for key in TOLD if isinstance(record.get(key), str))
	for table in TABLES:
		yield from ((row.get("label") or "", "") for row in record.get(table) or ())
	for block in json.loads(record.get("content") or "[]") if record["doctype"] == "Workspace" else ():
		yield block["data"].get("text") or block["data"].get("card_name") or "", ""


def texts(path: Path) -> Iterator[Said]:
	if path.suffix != ".json":
		yield from marked(path)
		return
	content = json.loads(path.read_text(encoding="utf-8"))
	for record in content if isinstance(content, list) else [content]:
		if record.get("doctype") == "DocType":
			yield from of_doctype(record)
		elif record.get("doctype"):
			yield from of_record(record)


@cache
def files() -> tuple[Path, ...]:
	"""The scripts, templates and records of the app that say anything to anybody."""
	kinds = (".py", ".js", ".html", ".json")
	found = (path for path in sorted(APP.rglob("*")) if path.suffix in kinds)
	mine = (path for path in found if not {"fixtures", "dist", "node_modules"} & set(path.parts))
	return tuple(path for path in mine if any(texts(path)))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(APP)))
def test_nothing_is_left_in_english(path):
	assert in_english(texts(path)) == []


def test_what_is_marked_is_found():
	python = ast.parse('_("a b")\nfrappe._("c d", context="X")\nN_("e f")\n_(name)')
	assert list(marked_in_python(python)) == [("a b", ""), ("c d", "X"), ("e f", "")]
	found = [
		(a or b or c, d or e)
		for a, b, c, d, e in JS.findall("""__("x", null, "Y") _('z {0}', context="Q") __(v)""")
	]
	assert found == [("x", "Y"), ("z {0}", "Q")]


# words that are put together at run time -------------------------------------------------------------------


@pytest.mark.parametrize(
	("seed", "field"),
	[
		("complaint_category.json", "category_name"),
		("complaint_remedy.json", "remedy_name"),
		("complaint_root_cause.json", "cause_name"),
		("list_filter.json", "filter_name"),
		("kanban_board.json", "kanban_board_name"),
	],
)
def test_what_is_chosen_from_has_a_german_name(seed, field):
	names = [row[field] for row in json.loads((SEEDS / seed).read_text(encoding="utf-8"))]
	known = {row[0] for row in rows()}
	assert names and [name for name in names if name not in known] == []


def test_clauses_of_the_standard_have_german_titles():
	clauses = json.loads((APP / "fixtures" / "iso_10002_clause.json").read_text(encoding="utf-8"))
	assert (
		clauses and [one["title"] for one in clauses if not in_german(one["title"], "ISO 10002 Clause")] == []
	)


def test_notifications_speak_german():
	source = (SEEDS / "notification.json").read_text(encoding="utf-8").replace('\\"', '"')
	said = re.findall(r'_\("([^"]+)"\)', source)
	assert said and [text for text in said if not in_german(text)] == []


def test_limits_have_german_words():
	source = (APP / "complaints" / "policy_trial.py").read_text(encoding="utf-8")
	limits = re.findall(r'N_\("((?:1|\{0\}) [a-z ]+)"\)', source)
	assert len(limits) == 12
	assert [text for text in limits if text not in german()] == []


def test_states_actions_roles_and_answers_have_german_names():
	asks = [ask for transition in lifecycle.TRANSITIONS for ask in transition.asks]
	stages = {stage.capitalize() for stage in clocks.STAGES}
	assert sorted(stage for stage in stages if not in_german(stage, "Complaint SLA Target")) == []
	said = [
		*states.STATES,
		*(transition.action for transition in lifecycle.TRANSITIONS),
		*lifecycle.DESK_ROLES,
		*(ask.label for ask in asks),
		*(option for ask in asks if ask.kind == "Select" for option in ask.options),
		*clocks.STAGES,
		*redress.STATES,
		*effectiveness.RULES,
	]
	assert sorted({text for text in said if not in_german(text, "Complaint")}) == []


def test_events_have_german_names():
	"""The history shows the kind of each event as words."""
	kinds = set()
	for path in APP.rglob("*.py"):
		kinds.update(re.findall(r'(?:EventSpec|\.event)\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8")))
	assert len(kinds) > 20
	said = {kind.replace("_", " ").title() for kind in kinds}
	assert sorted(text for text in said if not in_german(text)) == []

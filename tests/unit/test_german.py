"""What complainants read in German is German throughout, and so are desk and analysis; limits are told in German words."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "cms_iso10002"
SEEDS = APP / "fixtures" / "seed"


def german() -> dict[str, str]:
	with (APP / "translations" / "de.csv").open(encoding="utf-8", newline="") as file:
		return {row[0]: row[1] for row in csv.reader(file) if row}


@pytest.mark.parametrize(
	("seed", "field"),
	[
		("complaint_category.json", "category_name"),
		("complaint_remedy.json", "remedy_name"),
		("complaint_root_cause.json", "cause_name"),
	],
)
def test_what_is_chosen_from_has_a_german_name(seed, field):
	names = [row[field] for row in json.loads((SEEDS / seed).read_text(encoding="utf-8"))]
	assert [name for name in names if not german().get(name)] == []


def marked(path: Path) -> list[str]:
	"""The texts of a Python file or a template that are marked for translators."""
	source = path.read_text(encoding="utf-8")
	if path.suffix in (".html", ".js"):
		found = re.findall(r"""\b__?\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""", source)
		return [one or other for one, other in found]
	return [
		node.args[0].value
		for node in ast.walk(ast.parse(source))
		if isinstance(node, ast.Call)
		and getattr(node.func, "id", "") in ("_", "N_")
		and node.args
		and isinstance(node.args[0], ast.Constant)
	]


def seen_by_complainants() -> list[Path]:
	complaints = APP / "complaints"
	return [
		*(APP / "portal").glob("*.py"),
		*(APP / "templates" / "portal").glob("*.html"),
		*(APP / "www").rglob("*.html"),
		*complaints.glob("letter_*.py"),
		complaints / "uploads.py",
	]


@pytest.mark.parametrize("path", seen_by_complainants(), ids=lambda path: path.name)
def test_pages_and_letters_leave_nothing_in_english(path):
	known = german()
	assert [text for text in marked(path) if text not in known] == []


def test_limits_have_german_words():
	source = (APP / "complaints" / "policy_trial.py").read_text(encoding="utf-8")
	limits = re.findall(r'N_\("((?:1|\{0\}) [a-z ]+)"\)', source)
	assert len(limits) == 12
	assert [text for text in limits if text not in german()] == []


def seen_by_managers() -> list[Path]:
	"""Reports and signals, with what they share, and the desk's head, list, board and workspace."""
	complaints, core, scripts = APP / "complaints", APP / "core", APP / "public" / "js"
	names = (
		"signals effectiveness corrective_actions desk_guide dashboard escalation assignment handing_up milestone_bar board"
		" alerts bulk groups others_affected reportability"
	)
	return [
		*complaints.glob("report/*/*.py"),
		*complaints.glob("report/*/*.js"),
		*(complaints / "analysis").glob("*.py"),
		*(complaints / "doctype" / "complaint_signal").glob("*.[pj][ys]"),
		*(complaints / "doctype" / "complaint").glob("*.js"),
		*(complaints / f"{name}.py" for name in names.split()),
		*(core / f"{name}.py" for name in ("trends", "spans", "signals", "effectiveness", "next_step")),
		*(
			scripts / f"{name}.js"
			for name in (
				"analysis_filters",
				"complaint_desk",
				"complaint_learning",
				"redress",
			)
		),
	]


@pytest.mark.parametrize("path", seen_by_managers(), ids=lambda path: path.name)
def test_desk_and_analysis_leave_nothing_in_english(path):
	known = german()
	assert [text for text in marked(path) if text not in known] == []


@pytest.mark.parametrize("kind", ["report", "dashboard_chart", "number_card"])
def test_what_the_workspace_names_has_a_german_name(kind):
	records = [
		json.loads(path.read_text(encoding="utf-8")) for path in (APP / "complaints" / kind).glob("*/*.json")
	]
	names = [record.get("label") or record.get("chart_name") or record["name"] for record in records]
	assert names and [name for name in names if not german().get(name)] == []

"""The catalogue covers the standard: every clause and annex has a row, a feature, records and a test that are there."""

import ast
import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from cms_iso10002.iso_10002 import shipped

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cms_iso10002"

# Written by hand: the clauses of the 2018 edition, with their numbers in those of 2004 and 2014, and whether figures
# are computed for them.
CLAUSES = {
	"principles": ("4.1", "4.1", 0),
	"principle-commitment": ("4.2", "5.1", 1),
	"principle-capacity": ("4.3", "6.4", 1),
	"transparency": ("4.4", "4.2", 1),
	"accessibility": ("4.5", "4.3", 1),
	"responsiveness": ("4.6", "4.4", 1),
	"objectivity": ("4.7", "4.5", 1),
	"charges": ("4.8", "4.6", 0),
	"information-integrity": ("4.9", "", 1),
	"confidentiality": ("4.10", "4.7", 1),
	"customer-focus": ("4.11", "4.8", 1),
	"accountability": ("4.12", "4.9", 1),
	"improvement": ("4.13", "4.10", 1),
	"competence": ("4.14", "6.4", 1),
	"timeliness": ("4.15", "", 1),
	"context": ("5.1", "", 1),
	"leadership": ("5.2", "5.1", 1),
	"policy": ("5.3", "5.2", 1),
	"responsibility": ("5.4", "5.3", 1),
	"planning": ("6.1", "6.1", 0),
	"objectives": ("6.2", "6.2", 1),
	"activities": ("6.3", "6.3", 1),
	"resources": ("6.4", "6.4", 1),
	"communication": ("7.1", "7.1", 1),
	"receipt": ("7.2", "7.2", 1),
	"tracking": ("7.3", "7.3", 1),
	"acknowledgement": ("7.4", "7.4", 1),
	"initial-assessment": ("7.5", "7.5", 1),
	"investigation": ("7.6", "7.6", 1),
	"response": ("7.7", "7.7", 1),
	"decision": ("7.8", "7.8", 1),
	"closing": ("7.9", "7.9", 1),
	"information": ("8.1", "8.1", 1),
	"analysis": ("8.2", "8.2", 1),
	"satisfaction": ("8.3", "8.3", 1),
	"monitoring": ("8.4", "8.4", 1),
	"auditing": ("8.5", "8.5", 1),
	"management-review": ("8.6", "8.6", 1),
	"continual-improvement": ("8.7", "8.7", 1),
}
# "objectivity" is a principle too, so that its annex has another name.
ANNEXES = (
	"relationship-of-standards",
	"small-business",
	"complainant-form",
	"annex-objectivity",
	"follow-up-form",
	"responses",
	"escalation-flow",
	"continual-monitoring",
	"audit",
)
GROUPS = {
	"4": "Principles",
	"5": "Framework",
	"6": "Planning and Design",
	"7": "Operation",
	"8": "Maintenance and Improvement",
}
OF_OTHERS = {
	"Issue",
	"Non Conformance",
	"Quality Action",
	"Quality Meeting",
	"Role",
	"ToDo",
	"View Log",
	"Workflow",
}
"""Doctypes of Frappe and ERPNext that hold proof."""

ROWS = {row["slug"]: row for row in shipped.clauses()}


def test_every_row_of_the_standard_is_in_the_catalogue():
	assert list(ROWS) == [*CLAUSES, *ANNEXES]


@pytest.mark.parametrize("slug", CLAUSES)
def test_a_clause_has_its_number_in_either_edition(slug):
	row, (number_2018, number_2004, computed) = ROWS[slug], CLAUSES[slug]
	assert (row["number_2018"], row["number_2004"]) == (number_2018, number_2004)
	assert (row["in_2018"], row["in_2004"]) == (1, int(bool(number_2004)))
	assert row["clause_group"] == GROUPS[number_2018[0]]
	assert row["is_computed"] == computed


@pytest.mark.parametrize("slug", ANNEXES)
def test_an_annex_has_no_number_and_its_letter_is_not_in_the_fixture(slug):
	row = ROWS[slug]
	assert (row["number_2018"], row["number_2004"], row["clause_group"]) == ("", "", "Annexes")
	assert "annex_letter" not in row and "disabled" not in row
	assert row["is_computed"] == (slug == "continual-monitoring")
	assert set(shipped.LETTERS) < set(ANNEXES)


def test_numbers_are_in_their_order():
	numbers = [tuple(map(int, ROWS[slug]["number_2018"].split("."))) for slug in CLAUSES]
	assert numbers == sorted(numbers)
	assert len({row["sort_order"] for row in ROWS.values()}) == len(ROWS)


@pytest.mark.parametrize("slug", ROWS)
def test_a_row_is_complete(slug):
	row = ROWS[slug]
	assert row["name"] == slug and row["is_standard"] == 1
	assert row["parent_clause"] in {None, *ROWS} - {slug}
	for field in ("title", "expected", "evidence_asked", "feature", "records"):
		assert row[field].strip(), field
		assert row[field] == row[field].strip()


@pytest.mark.parametrize("slug", ROWS)
def test_a_row_has_a_feature_with_a_test_or_says_that_it_is_a_matter_of_people(slug):
	row = ROWS[slug]
	says_so = row["feature"].startswith("A matter of people:")
	assert says_so == bool(row["matter_of_people"])
	assert says_so or shipped.lines(row["proof"]), f"no test shows how {slug} is served"


# What it names is there. -------------------------------------------------------------------------------------


def functions_of(path: Path) -> set[str]:
	tree = ast.parse(path.read_text(encoding="utf-8"))
	return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("slug", ROWS)
def test_the_tests_it_names_are_there(slug):
	for line in shipped.lines(ROWS[slug]["proof"]):
		file, _colons, test = line.partition("::")
		assert re.fullmatch(r"tests/(unit|site|browser)/test_\w+\.py::test_\w+", line), line
		assert (ROOT / file).exists(), f"{file} is not there"
		assert test in functions_of(ROOT / file), f"{file} has no {test}"


def names_of(kind: str) -> set[str]:
	files = (path for path in PACKAGE.glob(f"*/{kind}/*/*.json") if path.stem == path.parent.name)
	return {json.loads(path.read_text(encoding="utf-8"))["name"] for path in files}


THERE = {
	"DocType": lambda name: name in names_of("doctype") | OF_OTHERS,
	"Report": lambda name: name in names_of("report"),
	"Print Format": lambda name: name in names_of("print_format"),
	"Page": lambda name: (PACKAGE / "www" / f"{name.lstrip('/')}.html").exists(),
	"Document": lambda name: (ROOT / name).exists(),
}


@pytest.mark.parametrize("slug", ROWS)
def test_the_records_it_names_are_there(slug):
	for line in shipped.lines(ROWS[slug]["records"]):
		kind, name = shipped.record(line)
		assert THERE[kind](name), line


def test_the_page_on_coverage_is_made_from_the_catalogue():
	docs = ROOT / "docs"
	spec = importlib.util.spec_from_file_location("make_coverage", docs / "make_coverage.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	assert (docs / "coverage.md").read_text(encoding="utf-8") == module.text()


# Charges: complaining costs nothing. -------------------------------------------------------------------------

FEE = re.compile(r"\b(fee|fees|charge|charges|deposit|surcharge|price)\b")


def test_no_field_asks_for_a_fee():
	"""No record of a complaint has a place for money that a complainant would pay for complaining."""
	asked = [
		f"{path.stem}: {field.get('label')}"
		for path in PACKAGE.glob("complaints/doctype/*/*.json")
		for field in json.loads(path.read_text(encoding="utf-8"))["fields"]
		if FEE.search(f"{field['fieldname'].replace('_', ' ')} {field.get('label', '')}".lower())
	]
	assert not asked


def test_a_field_for_a_fee_would_be_noticed():
	assert FEE.search("handling fee handling_fee".replace("_", " ")) and not FEE.search("feedback")


# The questions. ----------------------------------------------------------------------------------------------

QUESTIONS = shipped.questions()


def test_each_row_has_one_to_three_questions():
	asked = Counter(question["clause"] for question in QUESTIONS)
	assert set(asked) == set(ROWS)
	assert set(asked.values()) <= {1, 2, 3}
	assert len(QUESTIONS) >= 60


def test_questions_are_told_apart():
	assert len({question["code"] for question in QUESTIONS}) == len(QUESTIONS)
	assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)
	orders = [question["sort_order"] for question in QUESTIONS]
	assert orders == sorted(set(orders)), "in the order of their clauses"
	for question in QUESTIONS:
		assert re.fullmatch(rf"{question['clause']}-\d", question["code"])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["code"])
def test_a_question_is_one_and_its_guidance_tells_the_levels_apart(question):
	assert question["question"].endswith("?") and len(question["question"]) < 260
	levels = question["guidance"].split("\n")
	assert [line.partition(": ")[0] for line in levels] == ["2", "3", "4", "5", "Records that help"]
	assert all(len(line) < 200 for line in levels)


def test_nobody_needs_the_standard_to_understand_a_question():
	"""Neither numbers of clauses nor the words of auditors."""
	words = re.compile(r"\b(clause|conformity|nonconformity|KPI|stakeholders?|effectiveness|\d\.\d+)\b", re.I)
	found = {q["code"]: words.findall(q["question"] + q["guidance"]) for q in QUESTIONS}
	assert not {code: hits for code, hits in found.items() if hits}

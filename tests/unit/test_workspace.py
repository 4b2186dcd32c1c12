"""The workspace and what stands beside it are what docs/make_workspace.py makes, and link what is there."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cms_iso10002"
spec = importlib.util.spec_from_file_location("make_workspace", ROOT / "docs" / "make_workspace.py")
make_workspace = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_workspace)


@pytest.mark.parametrize(
	("path", "text"), make_workspace.files().items(), ids=lambda value: getattr(value, "stem", "")
)
def test_it_is_as_it_is_made(path, text):
	assert path.read_text(encoding="utf-8") == text, "run: python docs/make_workspace.py"


def test_what_changed_has_a_later_stamp():
	"""A site takes in only what is later than what it has."""
	assert make_workspace.FINGERPRINT == make_workspace.fingerprint(), (
		"raise STAMP, and set FINGERPRINT to this"
	)


def shipped(kind: str) -> set[str]:
	files = (path for path in PACKAGE.glob(f"*/{kind}/*/*.json") if path.stem == path.parent.name)
	return {json.loads(path.read_text(encoding="utf-8"))["name"] for path in files}


def test_every_report_of_complaints_is_linked():
	ours = {
		json.loads(path.read_text(encoding="utf-8"))["name"]
		for path in (PACKAGE / "complaints/report").glob("*/*.json")
		if path.stem == path.parent.name
	}
	assert ours <= set(make_workspace.REPORTS), "add it to REPORTS of docs/make_workspace.py"
	assert set(make_workspace.reports()) == ours


def test_what_is_linked_is_shipped():
	known = {"DocType": shipped("doctype"), "Report": shipped("report"), "Workspace": shipped("workspace")}
	items = [item for item in [*make_workspace.complaint_items(), *make_workspace.iso_items()]]
	for item in [*make_workspace.links(), *items]:
		if item["type"] == "Link":
			assert item["link_to"] in known[item["link_type"]], item
	assert {name for _label, name in make_workspace.CARDS} == shipped("number_card")
	assert set(make_workspace.CHARTS) == shipped("dashboard_chart") == shipped("dashboard_chart_source")
	for step in make_workspace.STEPS:
		assert step.get("reference_document", "Complaint") in known["DocType"]


def test_the_page_shows_every_card_chart_and_shortcut_by_its_label():
	page = make_workspace.workspace()
	blocks = json.loads(page["content"])

	def named(kind: str, key: str) -> list[str]:
		return [block["data"][key] for block in blocks if block["type"] == kind]

	assert named("number_card", "number_card_name") == [row["label"] for row in page["number_cards"]]
	assert named("chart", "chart_name") == [row["label"] for row in page["charts"]]
	assert named("shortcut", "shortcut_name") == [row["label"] for row in page["shortcuts"]]
	assert named("card", "card_name") == [
		row["label"] for row in page["links"] if row["type"] == "Card Break"
	]
	assert len({block["id"] for block in blocks}) == len(blocks)

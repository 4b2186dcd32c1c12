"""The table of what is erased is complete, and the page for data-protection officers says the same."""

import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest

from cms_iso10002.core import erasure

ROOT = Path(__file__).resolve().parents[2]
FORMS = {
	meta["name"]: meta
	for meta in (json.loads(path.read_text()) for path in (ROOT / "cms_iso10002").glob("*/doctype/*/*.json"))
}
LAYOUT = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading")


def fields(doctype: str) -> list[str]:
	"""The fields of a doctype that hold something."""
	return [
		field["fieldname"]
		for field in FORMS[doctype]["fields"]
		if field["fieldtype"] not in LAYOUT and not field.get("is_virtual")
	]


@pytest.mark.parametrize("doctype", erasure.doctypes())
def test_every_field_is_in_the_table_once(doctype):
	told = Counter(field for rule in erasure.RULES if rule.doctype == doctype for field in rule.fields)
	assert sorted(told) == sorted(fields(doctype)) and set(told.values()) == {1}


def test_every_record_of_a_complaint_is_in_the_table():
	children = {
		field["options"]
		for doctype in erasure.doctypes()
		for field in FORMS[doctype]["fields"]
		if field["fieldtype"] == "Table"
	}
	naming = {
		doctype
		for doctype, meta in FORMS.items()
		for field in meta["fields"]
		if field["fieldtype"] == "Link" and field.get("options") == "Complaint"
	}
	missing = (children | naming) - {*erasure.doctypes()} - {*erasure.OUTSIDE}
	assert not missing, "say in core/erasure.py what becomes of them"


def test_records_that_are_found_by_their_complaint_have_such_a_field():
	for doctype in erasure.doctypes():
		if doctype != "Complaint" and not FORMS[doctype].get("istable"):
			assert "complaint" in fields(doctype), doctype


def test_what_is_replaced_can_hold_words():
	kinds = {doctype: {f["fieldname"]: f["fieldtype"] for f in FORMS[doctype]["fields"]} for doctype in FORMS}
	for rule in erasure.RULES:
		for field in rule.fields:
			kind = kinds[rule.doctype][field]
			if rule.fate == erasure.REPLACED:
				assert kind in ("Data", "Small Text", "Text", "Text Editor", "Long Text", "Code"), field
			if rule.fate == erasure.STAFF:
				assert kind == "Link", field


@pytest.mark.parametrize("doctype", erasure.doctypes())
def test_no_words_are_kept_by_oversight(doctype):
	"""Kept texts are those that only the server writes, and what counts by what it says."""
	kept = erasure.fates(doctype)
	texts = {
		field["fieldname"]
		for field in FORMS[doctype]["fields"]
		if field["fieldtype"] in ("Small Text", "Text", "Text Editor", "Long Text", "Code", "Attach")
		and kept.get(field["fieldname"]) == erasure.KEPT
	}
	assert texts <= {"policy_reason", "policy_snapshot", "priority_reason", "payload", "remark"}
	assert "remark" not in texts or doctype == "Complaint Milestone"


def test_every_fate_has_a_meaning():
	fates = {rule.fate for rule in erasure.RULES} | {trace.fate for trace in erasure.TRACES}
	assert fates <= set(erasure.MEANINGS)


def test_the_page_says_what_the_table_says():
	docs = ROOT / "docs"
	spec = importlib.util.spec_from_file_location("make_privacy", docs / "make_privacy.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	page = (docs / "privacy.md").read_text(encoding="utf-8")
	assert page == module.text(page)
	assert page.count(module.BEGIN) == page.count(module.END) == 1
	assert "| Complaint Decision | Reasons | replaced" in page

"""The presets are good data: each makes a policy that the engine takes, and says where its figures come from."""

import ast
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.setup import presets

PACKAGE = Path(presets.__file__).resolve().parents[1]
PRESETS = presets.presets()
KEYS = [preset["key"] for preset in PRESETS]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

FIGURES = {
	"iso-10002-generic": {"acknowledge": (1, "business days"), "decide": (20, "business days")},
	"uk-fca-disp": {"acknowledge": (3, "business days"), "decide": (8, "weeks")},
	"uk-fca-payments": {"acknowledge": (3, "business days"), "decide": (15, "business days", 20)},
	"uk-ofcom-2018": {"decide": (8, "weeks")},
	"uk-ofcom-2026": {"decide": (6, "weeks")},
	"uk-housing-ombudsman": {
		"acknowledge": (5, "business days"),
		"decide": (10, "business days", 10),
		"review": (20, "business days", 20),
	},
	"au-asic-rg271": {"acknowledge": (1, "business days"), "decide": (30, "calendar days")},
	"au-asic-rg271-super": {"acknowledge": (1, "business days"), "decide": (45, "calendar days")},
	"us-cfpb": {"decide": (15, "calendar days", 45)},
	"in-rbi": {"decide": (30, "calendar days")},
	"eu-esma-eba": {"acknowledge": (1, "business days"), "decide": (20, "business days")},
	"eu-psd2": {"decide": (15, "business days", 20)},
	"automotive-8d": {"contain": (24, "hours")},
	"uk-ofgem": {"decide": (8, "weeks")},
	"uk-nhs-england": {"acknowledge": (3, "business days")},
	"eu-adr-body": {"decide": (90, "calendar days")},
}
"""The table of regulators' limits: by preset and stage the amount, the unit and how long one extension is."""

OWN_FIGURES = ("iso-10002-generic", "eu-esma-eba")
"""Presets without a regulator's number: they have the generic targets, more than the table names."""

UNCONFIRMED = ("uk-ofgem", "uk-nhs-england", "eu-adr-body")
"""Rows of the table that no stored source confirms."""

FAST_TRACKS = {
	"uk-fca-disp": (3, 1, 0),
	"uk-fca-payments": (3, 1, 0),
	"au-asic-rg271": (5, 0, 1),
	"au-asic-rg271-super": (5, 0, 1),
}


@pytest.fixture(params=PRESETS, ids=KEYS)
def preset(request):
	return request.param


def targets(preset):
	return {row["stage"]: row for row in presets.policy_values(preset)["targets"]}


def test_every_row_of_the_table_is_there_and_nothing_else():
	assert KEYS == list(FIGURES)
	assert len(set(KEYS)) == len(KEYS)
	assert len({preset["title"] for preset in PRESETS}) == len(KEYS)


def test_its_figures_are_those_of_the_table(preset):
	found = targets(preset)
	for stage, (amount, unit, *extension) in FIGURES[preset["key"]].items():
		row = found[stage]
		assert (row["amount"], row["unit"]) == (amount, unit)
		assert (row["max_extensions"], row["extension_amount"]) == ((1, *extension) if extension else (0, 0))
	if preset["key"] not in OWN_FIGURES:
		assert set(found) == set(FIGURES[preset["key"]]), "a limit that the regulator does not set"


def test_its_fast_track(preset):
	policy = preset["policy"]
	found = (policy["fast_track_days"], policy["fast_track_unless_asked"])
	days, letter, unless = FAST_TRACKS.get(preset["key"], (0, policy["summary_letter_required"], 0))
	assert found == (days, unless)
	assert policy["summary_letter_required"] == letter


def test_the_engine_takes_its_targets(preset):
	rows = presets.policy_values(preset)["targets"]
	assert rows
	assert clocks.validate_targets(rows) == []
	for row in rows:
		target = clocks.Target.from_dict(row)
		assert target.warn_percent and len(target.warn_percent) == len(row["warn_percent"].split(","))
		assert row["escalate_to_role"] == "Complaint Manager"


def test_it_pauses_nothing(preset):
	assert not [row["stage"] for row in preset["policy"]["targets"] if row["pausable"]]


def test_only_those_without_a_regulators_number_ask_for_updates(preset):
	assert ("update" in targets(preset)) == (preset["key"] in OWN_FIGURES)


def test_its_working_hours_make_a_calendar(preset):
	values = presets.policy_values(preset)
	week = {}
	for row in values["working_hours"]:
		week.setdefault(str(WEEKDAYS.index(row["workday"])), []).append([row["start_time"], row["end_time"]])
	calendar = clocks.calendar_from_dict({"zone": values["time_zone"], "week": week})
	assert isinstance(calendar, WorkCalendar)
	assert len(calendar.week) == 5


def test_its_dates_are_dates(preset):
	policy = preset["policy"]
	start = date.fromisoformat(policy["valid_from"])
	assert policy["valid_to"] is None or date.fromisoformat(policy["valid_to"]) > start
	assert preset["effective_from"] in (None, policy["valid_from"])
	assert preset["version"] == 1 and policy["rank"] == 10


def test_it_says_where_its_figures_come_from(preset):
	assert preset["source"] and preset["notes"] and preset["regulator"] and preset["jurisdiction"]
	assert preset["source_url"] == "" or preset["source_url"].startswith("https://")
	if preset["verified"]:
		assert preset["verified_against"] and preset["source_url"]
		assert "read in" in preset["verified_against"], "say when"
	elif preset["key"] not in OWN_FIGURES:
		assert preset["notes"].startswith("Not read in the regulator's own words")
	if preset["key"] in UNCONFIRMED:
		assert not preset["verified"]


def test_ofcoms_two_limits_meet_without_gap_or_overlap():
	before, after = (presets.get(key)["policy"] for key in ("uk-ofcom-2018", "uk-ofcom-2026"))
	assert (before["valid_to"], after["valid_from"]) == ("2026-04-07", "2026-04-08")
	assert date.fromisoformat(before["valid_to"]) + timedelta(days=1) == date.fromisoformat(
		after["valid_from"]
	)


def test_the_generic_preset_is_the_policy_that_a_site_starts_with():
	tree = ast.parse((PACKAGE / "setup" / "policy.py").read_text(encoding="utf-8"))
	node = next(
		n for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "TARGETS"
	)
	shipped = ast.literal_eval(node.value)
	for key in OWN_FIGURES:
		rows = presets.get(key)["policy"]["targets"]
		assert tuple((row["stage"], row["amount"]) for row in rows) == shipped
		assert [row["stage"] for row in rows if row["repeats"]] == ["update"]


def test_the_values_of_a_policy_name_the_preset():
	values = presets.policy_values(presets.get("uk-fca-disp"))
	assert values["title"] == "FCA DISP: complaints"
	assert values["preset"] == "uk-fca-disp"
	assert values["preset_verified"] == 1
	assert values["jurisdiction"] == "United Kingdom"
	assert (
		values["source"].startswith("FCA Handbook DISP") and "https://handbook.fca.org.uk" in values["source"]
	)
	assert values["time_zone"] == "Europe/London"
	assert presets.policy_values(presets.get("uk-ofgem"))["preset_verified"] == 0


def test_a_preset_of_no_place_takes_the_zone_of_the_site():
	preset = presets.get("automotive-8d")
	assert presets.policy_values(preset)["time_zone"] == "UTC"
	assert presets.policy_values(preset, "Europe/Berlin")["time_zone"] == "Europe/Berlin"
	assert presets.policy_values(presets.get("in-rbi"), "Europe/Berlin")["time_zone"] == "Asia/Kolkata"


def test_the_values_are_fields_of_the_policy():
	def fields(name):
		path = PACKAGE / "complaints" / "doctype" / name / f"{name}.json"
		return {field["fieldname"]: field for field in json.loads(path.read_text())["fields"]}

	policy, target = fields("complaint_sla_policy"), fields("complaint_sla_target")
	for preset in PRESETS:
		values = presets.policy_values(preset)
		assert set(values) <= set(policy)
		for row in values["targets"]:
			assert set(row) <= set(target)
			for name in ("stage", "unit", "starts_at"):
				assert row[name] in target[name]["options"].split("\n")
		assert len(values["jurisdiction"]) <= 140 and len(values["title"]) <= 140


def test_what_is_handed_out_is_a_copy():
	presets.get("uk-fca-disp")["policy"]["targets"].clear()
	presets.presets()[0]["key"] = "spoilt"
	presets.policy_values(presets.get("in-rbi"))["targets"][0]["amount"] = 1
	assert presets.get("uk-fca-disp")["policy"]["targets"]
	assert presets.presets()[0]["key"] == "iso-10002-generic"
	assert presets.get("in-rbi")["policy"]["targets"][0]["amount"] == 30
	preset = presets.get("in-rbi")
	presets.policy_values(preset)["targets"].clear()
	assert preset["policy"]["targets"]


def test_a_key_that_is_none_says_which_there_are():
	with pytest.raises(ValueError, match=r"There is no preset 'uk-fsa': use one of iso-10002-generic, "):
		presets.get("uk-fsa")


def test_they_lie_where_frappe_does_not_import_them():
	assert presets.FILE.parent == PACKAGE / "fixtures" / "presets"
	# only what users must not edit lies where Frappe imports it on every migrate
	assert [path.name for path in (PACKAGE / "fixtures").glob("*.json")] == ["iso_10002_clause.json"]

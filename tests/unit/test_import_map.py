"""The map file of `complaints import`, and reading CSV: what is taken, and what is said where it isn't."""

import io
import json
from datetime import date, datetime, timezone

import pytest

from cms_iso10002.core import csv_rows, import_map
from cms_iso10002.core.import_map import Field
from cms_iso10002.core.refusal import Refusal

FIELDS = {
	"subject": Field("Data"),
	"description": Field("Text Editor"),
	"received_on": Field("Datetime"),
	"occurred_on": Field("Date"),
	"channel": Field("Select", ("Portal", "E-mail", "Phone")),
	"category": Field("Link"),
	"customer": Field("Link"),
	"is_anonymous": Field("Check"),
	"subjects.item_code": Field("Link"),
	"subjects.qty": Field("Float"),
}
MAP = {"source": "Test", "columns": {"when": "received_on", "what": "subject"}}


def make(**sections):
	return import_map.parse({**MAP, **sections}, FIELDS)


def row(**values):
	return {"when": "2026-03-02", "what": "Leaks", **values}


def read(text, delimiter=","):
	columns, rows = csv_rows.read(io.StringIO(text, newline=""), delimiter)
	return columns, list(rows)


# the map -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("sections", "said"),
	[
		({"columns": []}, "columns must be an object"),
		({"columns": {}}, "says nothing about any column"),
		({"source": " "}, 'Give the map a "source"'),
		({"colums": {}}, '"colums" is no section of a map; did you mean "columns"?'),
		(
			{"columns": {"a": "custmer"}},
			'"custmer" is no field of a complaint that can be imported; did you mean "customer"?',
		),
		({"columns": {"a": "status"}}, '"status" is no field of a complaint that can be imported.'),
		({"columns": {"a": "subject", "b": "subject"}}, "The columns a and b are both mapped to subject"),
		({"columns": {"a": 7}}, "columns.a must be a text"),
		({"columns": {"what": "subject"}}, "The map leaves received_on empty"),
		({"defaults": {"channel": "Fax"}}, 'channel can\'t be "Fax": it is one of Portal, E-mail, Phone.'),
		({"defaults": {"subjects": []}}, '"subjects" is no field'),
		({"defaults": {"customer": ["x"]}}, "The default of customer must be a text or a number."),
		({"values": {"channel": {"fax": "Fax"}}}, 'channel can\'t be "Fax"'),
		({"values": {"channel": "Phone"}}, "values.channel must be an object"),
		({"date_formats": ["%d.%m"]}, '"%d.%m" is no date format'),
		({"date_formats": ["dd.mm.yyyy"]}, '"dd.mm.yyyy" is no date format'),
		({"make": {"customer": "All"}}, '"customer" is no field whose records can be made.'),
		({"make": {"category": ""}}, "under which group"),
		({"keep": "state"}, "keep must be a list"),
		({"checks": [{"one_of": ["a"]}]}, "A check names a"),
		({"checks": [{"column": "what"}]}, "A check names a"),
		({"checks": [{"column": "what", "at_most": 3}]}, "A check names a"),
		({"checks": [{"column": "what", "days_after": "when", "at_most": "3"}]}, "whole numbers of days"),
		({"checks": [{"column": "what", "oneof": ["a"]}]}, 'did you mean "one_of"?'),
		({"delimiter": ";;"}, "the one character between two values"),
	],
)
def test_a_wrong_map_is_refused_in_one_sentence(sections, said):
	with pytest.raises(Refusal) as refused:
		make(**sections)
	assert said in str(refused.value)
	assert "\n" not in str(refused.value)


def test_a_map_that_is_no_json_is_refused_with_its_line():
	with pytest.raises(Refusal, match="no JSON: line 2"):
		import_map.read('{"source": "x",\n}', FIELDS)
	with pytest.raises(Refusal, match="curly brackets"):
		import_map.read("[1]", FIELDS)
	with pytest.raises(Refusal, match='"what" twice'):
		import_map.read('{"columns": {"what": "subject", "what": "channel"}}', FIELDS)
	assert import_map.read(json.dumps(MAP), FIELDS).source == "Test"


def test_columns_the_file_lacks_are_named_and_those_unused_returned():
	mapping = make(keep=["state"], checks=[{"column": "sent", "filled": True}], key=["id"])
	with pytest.raises(
		Refusal, match=r"no column state, id, sent, which the map names; its columns are when, what\."
	):
		mapping.check_header(["when", "what"])
	assert mapping.check_header(["id", "when", "what", "state", "sent", "zip"]) == ["zip"]


# a row ---------------------------------------------------------------------------------------------------


def test_values_defaults_and_dates():
	mapping = make(
		columns={
			"when": "received_on",
			"what": "subject",
			"how": "channel",
			"day": "occurred_on",
			"anon": "is_anonymous",
		},
		defaults={"channel": "Portal", "customer": "ACME"},
		values={"channel": {"tel": "Phone"}},
		date_formats=["%d.%m.%Y", "%Y-%m-%dT%H:%M:%S%z"],
	)
	values = mapping.complaint(row(when="01.03.2026", how="tel", day="28.02.2026", anon="ja"))
	assert values == {
		"channel": "Phone",
		"customer": "ACME",
		"received_on": datetime(2026, 3, 1),
		"occurred_on": date(2026, 2, 28),
		"subject": "Leaks",
		"is_anonymous": 1,
		"description": "<p>Leaks</p>",
	}
	later = mapping.complaint(row(when="2026-03-01T12:00:00+00:00", how="", day="", anon=""))
	assert later["received_on"] == datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
	assert later["channel"] == "Portal" and "occurred_on" not in later


@pytest.mark.parametrize(
	("column", "value", "said"),
	[
		("when", "soon", 'when "soon" is no date in any of the formats'),
		("when", "2026-02-30", 'when "2026-02-30" is no date'),
		("how", "Fax", 'how "Fax" is none of Portal, E-mail, Phone'),
		("anon", "perhaps", 'anon "perhaps" is neither yes nor no'),
		("count", "1,5", 'count "1,5" is no number such as 1234.50'),
		("count", "NaN", 'count "NaN" is no number'),
		("what", "a\nb", "what has several lines, where subject takes one"),
	],
)
def test_a_value_that_does_not_fit_says_so(column, value, said):
	mapping = make(
		columns={**MAP["columns"], "how": "channel", "anon": "is_anonymous", "count": "subjects.qty"},
	)
	with pytest.raises(Refusal) as refused:
		mapping.complaint({**row(how="Phone", anon="1", count="2"), column: value})
	assert said in str(refused.value)


def test_a_row_of_a_table_is_filled():
	mapping = make(columns={**MAP["columns"], "item": "subjects.item_code", "count": "subjects.qty"})
	assert mapping.complaint(row(item="Kettle", count="2.50"))["subjects"] == [
		{"item_code": "Kettle", "qty": "2.50"}
	]
	assert "subjects" not in mapping.complaint(row(item="", count=""))


def test_the_description_holds_what_was_said_and_what_is_kept_and_no_markup():
	mapping = make(columns={**MAP["columns"], "text": "description"}, keep={"state": "State", "zip": "Zip"})
	values = mapping.complaint(row(text="It <b>leaks</b>\nbadly.\n\nAlways.", state="<script>", zip=""))
	assert values["description"] == (
		"<p>It &lt;b&gt;leaks&lt;/b&gt;<br>badly.</p><p>Always.</p><ul><li>State: &lt;script&gt;</li></ul>"
	)


# identity ------------------------------------------------------------------------------------------------


def test_the_whole_row_or_its_key_is_the_identity():
	whole, keyed = make(), make(key=["what"])
	assert whole.identity(row(id="1")) != whole.identity(row(id="2"))
	assert whole.identity({"a": "1", "b": "2"}) == whole.identity({"b": "2", "a": "1"})
	assert keyed.identity(row(id="1")) == keyed.identity(row(id="2"))
	assert make(source="Other").identity(row()) != make().identity(row())


def test_equal_rows_are_told_apart_by_counting():
	keys = {import_map.dedupe_key("x", n) for n in (1, 2)} | {import_map.dedupe_key("x1", 1)}
	assert len(keys) == 3
	assert all(key.startswith("import:") and len(key) == 71 for key in keys)


# odd rows ------------------------------------------------------------------------------------------------


def test_what_is_odd_is_said_and_the_row_stays():
	mapping = make(
		checks=[
			{"column": "state", "one_of": ["CA", "NY"], "filled": True},
			{"column": "sent", "days_after": "when", "at_least": 0, "at_most": 30},
		]
	)

	def odd(**values):
		return [str(said) for said in mapping.odd(row(**values))]

	assert odd(state="CA", sent="2026-04-01") == []
	assert odd(state="FOO", sent="2026-04-02") == [
		'state "FOO" is none of the values expected',
		"sent is 31 days after when, expected at most 30",
	]
	assert odd(state="", sent="2026-03-01") == [
		"state is empty",
		"sent is -1 days after when, expected at least 0",
	]
	assert odd(state="NY", sent="soon") == ["when or sent is no date"]
	assert odd(state="NY", sent="") == []


# CSV -----------------------------------------------------------------------------------------------------


def test_rows_come_with_the_line_they_start_on():
	_columns, rows = read('a,b\n1,2\n\n"x\ny",3\r\n4,5')
	assert [(r.line, r.values) for r in rows] == [
		(2, {"a": "1", "b": "2"}),
		(4, {"a": "x\ny", "b": "3"}),
		(6, {"a": "4", "b": "5"}),
	]


def test_a_row_that_cannot_be_read_costs_only_itself():
	_columns, rows = read('a,b\n1\n"x"y,2\n3,4\n5,6,7\n')
	assert [(r.line, str(r.problem) if r.problem else r.values["a"]) for r in rows] == [
		(2, "has 1 values where there are 2 columns"),
		(3, "can't be read as CSV: ',' expected after '\"'"),
		(4, "3"),
		(5, "has 3 values where there are 2 columns"),
	]


def test_a_quotation_mark_never_closed_is_found_where_it_opens():
	_columns, rows = read('a,b\n1,2\n"x,3\n4,5\n6,7\n')
	assert rows[0].values["a"] == "1"
	assert (rows[1].line, str(rows[1].problem)) == (
		3,
		"a quotation mark is opened and never closed, so the lines 3 to 5 can't be read",
	)
	assert len(rows) == 2


def test_a_text_longer_than_pythons_limit_is_read_whole():
	_columns, rows = read("a,b\n" + "x" * 2_000_000 + ",2\n")
	assert len(rows[0].values["a"]) == 2_000_000


@pytest.mark.parametrize(
	("text", "said"),
	[
		("", "The file is empty"),
		("a,,c\n", "Column 2 has no name"),
		("a,b,a\n", "The column a is there twice"),
		("a;b\n1;2\n", '"delimiter": ";"'),
	],
)
def test_a_file_without_a_usable_header_is_refused(text, said):
	with pytest.raises(Refusal) as refused:
		read(text)
	assert said in str(refused.value)


def test_other_delimiters():
	assert read("a;b\n1;2\n", ";")[1][0].values == {"a": "1", "b": "2"}

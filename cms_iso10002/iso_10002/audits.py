"""An audit of closed case files (ISO 10002:2018, 8.5), from the draw of its sample to the last finding closed.

Planned → In Progress (the sample is drawn) → Reported (every file tested, every question answered) → Closed (every finding
closed, with evidence). What is tested on a file stands in `core.case_audit`, how the sample is drawn in `core.sampling`.
"""

import json
import secrets
from collections.abc import Iterable
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import escape_html, getdate

from cms_iso10002.complaints import clock, permissions
from cms_iso10002.core import case_audit, sampling
from cms_iso10002.core.case_audit import FAILED, NOT_APPLICABLE, PASSED, TO_CHECK, Result
from cms_iso10002.iso_10002 import case_files, independence, telling

DOCTYPE = "Complaint Case Audit"
PLANNED, IN_PROGRESS, REPORTED, CLOSED = "Planned", "In Progress", "Reported", "Closed"
UNAVAILABLE = "Unavailable"
ANSWERS = (PASSED, FAILED, NOT_APPLICABLE)
"""What a person may answer to a question, or put in the place of *To Check*."""
MOST_NAMED = 8
"""Cases that a sentence names."""
COMMON_CRITERIA = "ISO 10002:2018, 7.2 to 7.9 and 4.7; the organisation's complaints policy and the time limits in force at the time."


# the sample ----------------------------------------------------------------------------------------------


def population(audit) -> tuple[dict[str, tuple[str, str]], int]:
	"""The closed cases of the audit's period by name, with category and outcome; and how many the auditor may not see.

	Duplicates are no cases of their own. What a person may not see they can't audit: it is left out, and said so.
	"""
	table = DocType("Complaint")
	query = _closed_cases(audit).select(table.name, table.category, table.outcome).orderby(table.name)
	everything = query.run(as_dict=True)
	names = permissions.visible_names(audit.auditor)
	seen = everything if names is None else query.where(table.name.isin(names)).run(as_dict=True)
	return {row.name: (row.category or "", row.outcome or "") for row in seen}, len(everything) - len(seen)


def _closed_cases(audit):
	table = DocType("Complaint")
	query = (
		frappe.qb.from_(table)
		.where((table.status_category == "Closed") & (table.status != "Duplicate"))
		.where(table.closed_on >= audit.from_date)
		.where(table.closed_on < frappe.utils.add_days(audit.to_date, 1))
	)
	return query.where(table.company == audit.company) if audit.company else query


def draw(audit) -> None:
	"""Draw the sample and test its files. Raises frappe.ValidationError where there is nothing to draw from.

	An auditor never handled what they audit: their own cases are taken out before the draw, never drawn and refused, or
	drawing again until it suits would choose the sample.
	"""
	strata, left_out = population(audit)
	own = independence.worked_on(audit.auditor, _closed_cases(audit).select(DocType("Complaint").name))
	mine = strata.keys() & own
	left_out += len(mine)
	strata = {name: stratum for name, stratum in strata.items() if name not in mine}
	if not strata:
		_refuse_empty(audit, left_out)
	seed = audit.seed or secrets.randbelow(2**31 - 1) + 1
	names = sampling.draw(strata, sampling.size(len(strata)), seed)
	audit.update(
		{
			"seed": seed,
			"population": len(strata),
			"sample_size": len(names),
			"left_out": left_out,
			"drawn_on": clock.now_site(),
			"status": IN_PROGRESS,
			"sample": [{"complaint": name} for name in names],
		}
	)
	examine(audit)


def _refuse_empty(audit, left_out: int) -> None:
	if left_out:
		telling.not_yet(
			_(
				"{0} may not see, or worked on, every one of the {1} complaints closed in this period: choose another auditor."
			).format(escape_html(audit.auditor), left_out)
		)
	telling.not_yet(
		_("No complaint was closed between {0} and {1}: choose another period.").format(
			frappe.format(audit.from_date, "Date"), frappe.format(audit.to_date, "Date")
		)
	)


def refuse_own_work(names: Iterable[str]) -> None:
	"""Whoever judges files worked on none of them, whether they are the auditor named or another one who helps."""
	mine = sorted(independence.worked_on(frappe.session.user, list(names)))
	if mine:
		more = " " + _("and {0} more").format(len(mine) - MOST_NAMED) if len(mine) > MOST_NAMED else ""
		telling.not_yet(
			_("You worked on {0}{1}: nobody audits their own work, so somebody else must do this.").format(
				", ".join(mine[:MOST_NAMED]), more
			)
		)


# the files -----------------------------------------------------------------------------------------------


def examine(audit) -> None:
	"""Make the computed tests of every file of the sample; what a person has answered stays."""
	files = case_files.read([row.complaint for row in audit.sample])
	for row in audit.sample:
		file = files.get(row.complaint)
		if file:
			row.category, row.outcome = file.case.get("category"), file.case.get("outcome")
			row.closed_on, row.closure_basis = file.case.get("closed_on"), file.case.get("closure_basis")
		reason = _why_unavailable(file)
		if reason:
			row.tests = json.dumps({"unavailable": reason})
		else:
			_put(row, case_audit.examine(file))
		row.result = _result(tests_of(row))


def _why_unavailable(file) -> str:
	if not file:
		return _("This complaint is not there any more.")
	if file.case.get("anonymised_on"):
		day = frappe.format(file.case.get("anonymised_on"), "Date")
		return _("This complaint was anonymised on {0}: what it held can't be tested any more.").format(day)
	return ""


def tests_of(row) -> dict[str, Any]:
	"""The tests of a row of the sample by their key, as stored."""
	return json.loads(row.tests) if row.tests else {}


def _put(row, results: dict[str, Result]) -> None:
	before = tests_of(row)
	tests = {}
	for key, result in results.items():
		answer = before.get(key) or {}
		if result.verdict == TO_CHECK and answer.get("by"):
			tests[key] = answer
		else:
			tests[key] = {"verdict": result.verdict, "text": _said(result)}
	for key, _question, _clause in case_audit.ASKED:
		tests[key] = before.get(key) or {"verdict": TO_CHECK, "text": ""}
	row.tests = json.dumps(tests)


def _said(result: Result) -> str:
	arguments = ", ".join(_(str(one)) for one in result.arguments)
	return _(result.template).format(arguments) if result.template else ""


def _result(tests: dict[str, Any]) -> str:
	"""What the file came to: "" as long as something is to be checked."""
	if "unavailable" in tests:
		return UNAVAILABLE
	verdicts = {test["verdict"] for test in tests.values()}
	if FAILED in verdicts:
		return FAILED
	return "" if TO_CHECK in verdicts else PASSED


def answer(audit, complaint: str, key: str, verdict: str, note: str = "") -> None:
	"""Store what the auditor found on a question of one file. Raises frappe.ValidationError where that is none."""
	row = next((row for row in audit.sample if row.complaint == complaint), None)
	tests = tests_of(row) if row else {}
	asked = {one[0] for one in case_audit.ASKED}
	if key not in tests or (
		key not in asked and tests[key]["verdict"] != TO_CHECK and not tests[key].get("by")
	):
		telling.not_yet(_("That is no open question of this file."))
	if verdict not in ANSWERS:
		telling.not_yet(_("Answer with one of: {0}.").format(", ".join(map(_, ANSWERS))))
	if verdict == FAILED and not note.strip():
		telling.not_yet(_("Write down what you found, so that it can be understood later."))
	tests[key] = {"verdict": verdict, "text": note.strip(), "by": frappe.session.user}
	row.tests = json.dumps(tests)
	row.result = _result(tests)


def open_questions(audit) -> list[tuple[str, str]]:
	"""(complaint, key) of what is still to be checked."""
	return [
		(row.complaint, key)
		for row in audit.sample
		for key, test in tests_of(row).items()
		if key != "unavailable" and test["verdict"] == TO_CHECK
	]


# the report ----------------------------------------------------------------------------------------------


def report(audit) -> None:
	"""Say that the audit is done. Raises frappe.ValidationError with what is missing."""
	left = open_questions(audit)
	if left:
		names = list(dict.fromkeys(complaint for complaint, _key in left))
		more = " " + _("and {0} more").format(len(names) - MOST_NAMED) if len(names) > MOST_NAMED else ""
		telling.not_yet(
			_("{0} questions are not answered yet, those with ?: {1}{2}.").format(
				len(left), ", ".join(names[:MOST_NAMED]), more
			)
		)
	if not (audit.conclusion or "").strip():
		telling.not_yet(
			_("Write the conclusion first: do the files show that complaints are handled as they should be?")
		)
	found = {row.complaint for row in audit.findings}
	silent = [row.complaint for row in audit.sample if row.result == FAILED and row.complaint not in found]
	if silent:
		telling.not_yet(
			_(
				"These files failed a test and have no finding: {0}. Record one, if only an observation."
			).format(", ".join(silent))
		)
	incomplete = [str(row.idx) for row in audit.findings if not (row.responsible and row.due_date)]
	if incomplete:
		telling.not_yet(
			_("Findings need somebody responsible and a due date (rows {0}).").format(", ".join(incomplete))
		)
	past = [str(row.idx) for row in audit.findings if getdate(row.due_date) < clock.today()]
	if past:
		telling.not_yet(_("Findings can't be due before today (rows {0}).").format(", ".join(past)))
	audit.update({"status": REPORTED, "reported_on": clock.today()})
	assign(audit)


def assign(audit) -> None:
	"""Give each open finding to who is responsible, as a task, once.

	Tasks and their texts are shown to all who read the audit, so one about a file says no more than where to look; what
	was found is told to who is responsible, if they may see the file.
	"""
	for row in audit.findings:
		if row.todo or row.closed_on:
			continue
		words = partial(_task if row.complaint else _finding, audit, row)
		row.todo = telling.assign(DOCTYPE, audit.name, row.responsible, words, row.due_date)
		if row.complaint and visible([row.complaint], row.responsible):
			telling.notify(DOCTYPE, audit.name, [row.responsible], partial(_finding, audit, row))


def _task(audit, row) -> str:
	return escape_html(_("{0} finding, row {1} of the audit {2}").format(_(row.grade), row.idx, audit.title))


def _finding(audit, row) -> str:
	return escape_html(_("{0} finding of {1}: {2}").format(_(row.grade), audit.title, row.finding))


def close(audit) -> None:
	"""Close the audit once every finding is. Raises frappe.ValidationError naming those that are not."""
	left = [
		str(row.idx) for row in audit.findings if not (row.closed_on and (row.closure_evidence or "").strip())
	]
	if left:
		telling.not_yet(
			_(
				"Findings are still open (rows {0}): each needs the day it was closed and the evidence."
			).format(", ".join(left))
		)
	audit.update({"status": CLOSED, "closed_on": clock.today()})


STEPS = {
	"draw": (PLANNED, draw),
	"examine": (IN_PROGRESS, examine),
	"report": (IN_PROGRESS, report),
	"close": (REPORTED, close),
}
"""What may be done with an audit, and while it is in which state."""


@frappe.whitelist(methods=["POST"])
def take_step(audit: str, step: str) -> dict:
	"""Take a step of an audit (`draw`, `examine`, `report`, `close`); its `status` then.

	Checks write permission on it, and that who takes the step worked on none of the files.
	"""
	doc = _writable(audit)
	if step not in STEPS:
		telling.not_yet(_("There is no such step."))
	status, function = STEPS[step]
	if doc.status != status:
		telling.not_yet(_("This audit is {0}: reload it to see what can be done now.").format(_(doc.status)))
	refuse_own_work(row.complaint for row in doc.sample)
	function(doc)
	return _saved(doc)


@frappe.whitelist(methods=["POST"])
def record_answer(audit: str, complaint: str, key: str, verdict: str, note: str = "") -> dict:
	"""Store what the auditor found on a question of one file; the audit's `status`.

	Checks write permission on the audit, and that who answers did not work on the file.
	"""
	doc = _writable(audit)
	if doc.status != IN_PROGRESS:
		telling.not_yet(_("This audit is {0}: its answers can't be changed.").format(_(doc.status)))
	refuse_own_work([complaint])
	answer(doc, complaint, key, verdict, note)
	return _saved(doc)


def _writable(audit: str):
	doc = frappe.get_doc(DOCTYPE, audit, for_update=True)
	doc.check_permission("write")
	return doc


def _saved(doc) -> dict:
	doc.flags.step = True
	doc.save(ignore_permissions=True)  # checked above; the sample's fields are nobody's to write but ours
	return {"status": doc.status}


@frappe.whitelist(methods=["GET", "POST"])
def get_files(audit: str) -> dict:
	"""The sample as its form shows it: the tests, and of each file what they came to. Checks read permission.

	A file the viewer may not see is counted, and told nothing about.
	"""
	doc = frappe.get_doc(DOCTYPE, audit)
	doc.check_permission("read")
	return view(doc)


def view(doc) -> dict[str, Any]:
	"""The tests in order, the files with their results, and how often each test was passed."""
	columns = [
		{"key": one.key, "label": _(one.label), "clause": one.clause, "asked": 0}
		for one in case_audit.COMPUTED
	]
	columns += [
		{"key": key, "label": _(label), "clause": clause, "asked": 1}
		for key, label, clause in case_audit.ASKED
	]
	files = [_file(row, columns) for row in readable_sample(doc.sample)]
	return {"columns": columns, "files": files, "hidden": len(doc.sample) - len(files), "totals": totals(doc)}


def _file(row, columns: list[dict[str, Any]]) -> dict[str, Any]:
	tests = tests_of(row)
	return {
		"complaint": row.complaint,
		"category": row.category,
		"outcome": _(row.outcome or ""),
		"closure_basis": _(row.closure_basis or ""),
		"result": row.result,
		"unavailable": tests.get("unavailable", ""),
		"tests": [{"key": column["key"], **(tests.get(column["key"]) or {})} for column in columns],
	}


def totals(doc) -> dict[str, dict[str, int]]:
	"""How often each test came to what, over all files of the sample."""
	found: dict[str, dict[str, int]] = {}
	for row in doc.sample:
		for key, test in tests_of(row).items():
			if key != "unavailable":
				counts = found.setdefault(key, dict.fromkeys(case_audit.RESULTS, 0))
				counts[test["verdict"]] += 1
	return found


def unreadable(names: Iterable[str | None]) -> tuple[set[str], set[str]]:
	"""Of the complaints those that the session's user may not see, and those that are not there any more: nobody knows who
	was to see them."""
	names = {name for name in names if name}
	if not names or permissions.visible(frappe.session.user) is None:
		return set(), set()
	there = set(frappe.get_all("Complaint", {"name": ("in", names)}, pluck="name", order_by="name"))
	return there - visible(there), names - there


def readable_sample(rows: Iterable[Any]) -> list[Any]:
	"""The rows of a sample as the session's user may read them: of a lost complaint, that it was drawn and is lost."""
	rows = list(rows)
	hidden, lost = unreadable(row.complaint for row in rows)
	return [_bare(row) if row.complaint in lost else row for row in rows if row.complaint not in hidden]


def _bare(row) -> Any:
	unavailable = tests_of(row).get("unavailable") or _why_unavailable(None)
	nothing = dict.fromkeys(("category", "outcome", "closed_on", "closure_basis"))
	values = row if isinstance(row, dict) else row.as_dict()
	return frappe._dict({**values, **nothing}, tests=json.dumps({"unavailable": unavailable}))


def readable_findings(rows: Iterable[Any]) -> list[Any]:
	"""The findings that the session's user may read: those on none of the files that are hidden from them."""
	rows = list(rows)
	hidden, _lost = unreadable(row.complaint for row in rows)
	return [row for row in rows if row.complaint not in hidden]


def stored(doc):
	"""An audit as it is stored, with what is left out where `doc` is shown: to count it."""
	return doc if doc.is_new() else frappe.get_doc(DOCTYPE, doc.name)


def visible(names: Iterable[str], user: str | None = None) -> set[str]:
	"""Those of the complaints that `user` (the session's) may see."""
	table, allowed = DocType("Complaint"), permissions.visible_names(user or frappe.session.user)
	names = list(names)
	if allowed is None or not names:
		return set(names)
	query = frappe.qb.from_(table).select(table.name).where(table.name.isin(names) & table.name.isin(allowed))
	return set(query.run(pluck=True))

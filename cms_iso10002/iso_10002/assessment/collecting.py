"""The figures of every clause, of the period and of the one before, computed in the background and written to the rows.

How far it has come is kept in the cache, where the form asks for it; it is also sent to whoever has the form open, where
there is a realtime server. The rows are written at the end, in one transaction with the state: never half of them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr, getdate
from frappe.utils.background_jobs import is_job_enqueued

from cms_iso10002.complaints import clock, summary
from cms_iso10002.complaints.letter_language import speaking
from cms_iso10002.iso_10002 import figure_words
from cms_iso10002.iso_10002.assessment import grounds
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE, ITEM
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.readings import Readings

QUEUED, RUNNING, DONE, FAILED, STOPPED = "Queued", "Running", "Done", "Failed", "Stopped"
EVENT = "iso10002_evidence"
KEPT_SECONDS = 6 * 3600


@frappe.whitelist(methods=["POST"])
def collect(assessment: str) -> dict:
	"""Compute the evidence of a draft in the background; answers how far it is. Checks write permission.

	While it runs, asking again changes nothing.
	"""
	doc = frappe.get_doc(DOCTYPE, assessment)
	doc.check_permission("write")
	_refuse_unless_draft(doc)
	if not _is_under_way(doc.name):
		_tell(doc.name, QUEUED)
		# at once: nothing was written here, so there may be no commit to wait for
		frappe.enqueue(
			run,
			queue="long",
			job_id=_job(doc.name),
			deduplicate=True,
			assessment=doc.name,
			language=frappe.local.lang,
		)
	return how_far(doc.name)


@frappe.whitelist(methods=["GET", "POST"])
def progress(assessment: str) -> dict:
	"""How far collecting is: `state` ("" when it was not asked for lately), `done` of `total` clauses, `clause`,
	`error`. For who may read the assessment."""
	frappe.get_doc(DOCTYPE, assessment).check_permission("read")
	return how_far(assessment)


def how_far(assessment: str) -> dict[str, Any]:
	told = _cache().get_value(_key(assessment), expires=True) or {}
	state = {"state": "", "done": 0, "total": 0, "clause": "", "error": "", **told}
	if state["state"] == RUNNING and not is_job_enqueued(_job(assessment)):
		# whoever computed it is gone: killed, or its worker restarted
		return {**state, "state": STOPPED, "error": _("Collecting was interrupted: start it again.")}
	return state


def _is_under_way(assessment: str) -> bool:
	return how_far(assessment)["state"] in (QUEUED, RUNNING) and is_job_enqueued(_job(assessment))


def _refuse_unless_draft(doc) -> None:
	if doc.docstatus or doc.status != "Draft":
		frappe.throw(
			_("Evidence is collected for a draft only: what is reviewed or approved stays as it is.")
		)


# The job -----------------------------------------------------------------------------------------------


def run(assessment: str, language: str = "en") -> None:
	"""Compute and write the evidence of an assessment; whoever started it was checked."""
	try:
		summary.refresh_recent()  # or what was not summed up yet would be "no data", and stay so
		with speaking(language):
			doc = frappe.get_doc(DOCTYPE, assessment)
			write(doc, compute(doc))
	except Exception as error:
		# whatever it was, whoever waits is told; the job fails all the same
		_tell(assessment, FAILED, error=cstr(error) or type(error).__name__)
		raise
	# not before: whoever sees that it is done looks at the rows
	frappe.db.after_commit.add(lambda: _tell(assessment, DONE))


def compute(doc) -> dict[str, dict[str, Any]]:
	"""The evidence of every clause of an assessment that has figures, by clause, as the rows keep it."""
	return dict(_computed(doc, Period(doc.from_date, doc.to_date)))


def _computed(doc, period: Period) -> Iterator[tuple[str, dict[str, Any]]]:
	asked, computable = dict.fromkeys(row.clause for row in doc.items), set(registry.clauses())
	clauses = [clause for clause in asked if clause in computable]
	titles = {row.clause: row.clause_title for row in doc.items}
	company, before, readings = doc.company or None, period.before(), Readings()
	kept = _kept_before(doc)
	for done, clause in enumerate(clauses):
		_tell(doc.name, RUNNING, done=done, total=len(clauses), clause=titles[clause])
		figures = registry.compute(clause, period, company, readings)
		earlier = registry.compute_before(clause, before, company, readings)
		earlier += [
			kept[clause, one.figure] for one in figures if one.as_of_now and (clause, one.figure) in kept
		]
		yield (
			clause,
			{
				"period": [str(period.start), str(period.end)],
				"before": [str(before.start), str(before.end)],
				"computed_on": str(clock.now_site()),
				"figures": [one.as_dict() for one in figures],
				"previous": [one.as_dict() for one in earlier],
			},
		)


def _kept_before(doc) -> dict[tuple[str, str], Evidence]:
	"""What the approved assessment that `doc` is compared with kept of its figures, by clause and figure; nothing where
	its period had not ended before this one began, or it was of another company.

	It is all the history that those figures have which know today only.
	"""
	earlier = frappe.db.get_value(
		DOCTYPE, doc.previous_assessment, ["name", "company", "docstatus", "to_date"], as_dict=True
	)
	if not earlier or earlier.docstatus != 1 or cstr(earlier.company) != cstr(doc.company):
		return {}
	if getdate(earlier.to_date) >= getdate(doc.from_date):
		return {}
	rows = frappe.get_all(ITEM, {"parent": earlier.name}, ["clause", "evidence"], order_by="idx")
	return {(row.clause, one.figure): one for row in rows for one in grounds.figures(row)[0]}


def write(doc, computed: Mapping[str, Mapping[str, Any]]) -> None:
	"""Write evidence to the rows of `doc`, with how far it lets them go. Refuses where the assessment has changed since."""
	stored = frappe.get_doc(DOCTYPE, doc.name, for_update=True)
	_refuse_unless_draft(stored)
	if any(cstr(stored.get(name)) != cstr(doc.get(name)) for name in ("company", "from_date", "to_date")):
		frappe.throw(_("Period or company has changed meanwhile: collect the evidence again."))
	known, changes = grounds.of(stored), {}
	for row in stored.items:
		evidence = computed.get(row.clause)
		row.evidence = json.dumps(evidence, default=cstr, ensure_ascii=False) if evidence else None
		row.evidence_text = in_words(evidence) if evidence else None
		changes[row.name] = {
			"evidence": row.evidence,
			"evidence_text": row.evidence_text,
			**grounds.capped(row, known),
		}
	frappe.db.bulk_update(ITEM, changes, update_modified=False)
	# the row's own `modified` stays: an open form must still be able to save
	frappe.db.set_value(DOCTYPE, doc.name, "evidence_collected_on", clock.now_site(), update_modified=False)


def in_words(evidence: Mapping[str, Any]) -> str:
	"""The evidence of a clause as text, a line a figure."""
	before = {one["figure"]: Evidence.from_dict(one) for one in evidence["previous"]}
	figures = [Evidence.from_dict(one) for one in evidence["figures"]]
	return "\n".join(figure_words.line(figure, before.get(figure.figure)) for figure in figures)


# How far it is -----------------------------------------------------------------------------------------


def _tell(assessment: str, state: str, **how_far: Any) -> None:
	told = {"state": state, **how_far}
	_cache().set_value(_key(assessment), told, expires_in_sec=KEPT_SECONDS)
	done, total = cint(told.get("done")), cint(told.get("total"))
	message = {**told, "name": assessment, "percent": round(100 * done / total) if total else 0}
	frappe.publish_realtime(EVENT, message, doctype=DOCTYPE, docname=assessment)


def _key(assessment: str) -> str:
	return f"iso10002_evidence|{assessment}"


def _job(assessment: str) -> str:
	return f"iso10002_evidence_{assessment}"


def _cache():
	# Frappe 15 made a property of what was a function
	return frappe.cache() if callable(frappe.cache) else frappe.cache

"""The evidence pack: for a period, one ZIP that proves how complaints were handled, to be handed to an auditor.

Reports as PDF, registers as CSV, sampled case files, what the computed evidence says, whether the ledger is whole, and a manifest
with the SHA-256 of each file (`sha256sum -c SHA256SUMS` checks it). Personal data is left out unless somebody says why it is
needed. It is written to disk file by file: memory does not grow with the complaints.
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, getdate
from frappe.utils.background_jobs import is_job_enqueued

from cms_iso10002 import __version__
from cms_iso10002.complaints import clock, summary, verification
from cms_iso10002.iso_10002 import pack_access, pack_cases, pack_registers, pdf
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Period

DOCTYPE = "ISO 10002 Evidence Pack"
MANIFEST = "SHA256SUMS"
FORMATS = "cms_iso10002/iso_10002/print_format"


@dataclass(frozen=True)
class Report:
	"""A kind of report: its folder, its doctype, the template, the date that says whether it is of the period, which states count."""

	folder: str
	doctype: str
	template: str
	date: str
	states: tuple[str, ...] = ()


REPORTS: tuple[Report, ...] = (
	Report(
		"self-assessments",
		"ISO 10002 Self Assessment",
		f"{FORMATS}/self_assessment_report/self_assessment_report.html",
		"approved_on",
	),
	Report(
		"statements-of-evidence",
		"ISO 10002 Self Assessment",
		f"{FORMATS}/statement_of_evidence/statement_of_evidence.html",
		"approved_on",
	),
	Report(
		"audits",
		"Complaint Case Audit",
		f"{FORMATS}/case_audit_report/case_audit_report.html",
		"reported_on",
		("Reported", "Closed"),
	),
	Report(
		"management-reviews",
		"Complaint Management Review",
		f"{FORMATS}/management_review_minutes/management_review_minutes.html",
		"held_on",
		("Held", "Approved"),
	),
)
POLICY = f"{FORMATS}/complaints_policy/complaints_policy.html"

Tell = Callable[[int, int, str], None]
"""Told before each part: how many parts are done, of how many, and what comes now."""


@dataclass
class Written:
	"""What went into the ZIP: path and SHA-256 of each file, and remarks on what could not."""

	hashes: dict[str, str] = field(default_factory=dict)
	remarks: list[str] = field(default_factory=list)


class _Zip:
	"""A ZIP that is written once, from front to back, and remembers what went in."""

	def __init__(self, path: Path):
		self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
		self.written = Written()

	def add(self, path: str, pieces: Iterable[bytes]) -> None:
		digest = hashlib.sha256()
		with self._zip.open(path, "w") as file:
			for piece in pieces:
				digest.update(piece)
				file.write(piece)
		self.written.hashes[path] = digest.hexdigest()

	def close(self) -> None:
		self._zip.close()


def write(pack: Any, path: Path, tell: Tell = lambda done, of, what: None) -> Written:
	"""Write the pack to `path`; a report or case file that can't be made is named in the remarks, and the rest goes on.

	`pack` is an ISO 10002 Evidence Pack (or what has its fields); `made_by` says whose eyes it is made for.
	"""
	archive = _Zip(path)
	parts = _parts(pack)
	for done, (what, part) in enumerate(parts):
		tell(done, len(parts), what)
		for name, pieces in part(archive.written):
			archive.add(name, pieces)
	archive.add("index.html", [_index(pack, archive.written).encode()])
	sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(archive.written.hashes.items()))
	archive.add(MANIFEST, [sums.encode()])
	archive.close()
	tell(len(parts), len(parts), "")
	return archive.written


Part = Callable[[Written], Iterator[tuple[str, Iterable[bytes]]]]


def _parts(pack: Any) -> list[tuple[str, Part]]:
	return [
		(_("Computed evidence"), lambda written: _evidence(pack)),
		(_("Reports"), lambda written: _reports(pack, written)),
		(_("Registers"), lambda written: _registers(pack)),
		(_("Case files"), lambda written: _cases(pack, written)),
		(_("Ledger", context="ISO 10002"), lambda written: _ledger(pack)),
	]


def _evidence(pack: Any) -> Iterator[tuple[str, Iterable[bytes]]]:
	"""Every figure of every clause, for machines; the statements of evidence say the same for people.

	Links into the desk are left out: outside they lead nowhere, and their filters name people.
	"""
	period = Period(getdate(pack.from_date), getdate(pack.to_date))
	found = {
		clause: [{**one.as_dict(), "link": None} for one in figures]
		for clause, figures in registry.compute_all(period, pack.company or None)
	}
	yield "evidence.json", [_as_json(found)]


def _reports(pack: Any, written: Written) -> Iterator[tuple[str, Iterable[bytes]]]:
	for report in REPORTS:
		for name in _of_period(report, pack):
			yield from _report(report.folder, report.doctype, name, report.template, written)
	for name in _policies(pack):
		yield from _report("policies", "Complaints Policy", name, POLICY, written)


def _of_period(report: Report, pack: Any) -> list[str]:
	table = DocType(report.doctype)
	counts = table.status.isin(report.states) if report.states else table.docstatus == 1
	query = frappe.qb.from_(table).select(table.name).where(counts).orderby(table.name)
	query = query.where(pack_registers.inside(table[report.date], pack))
	return pack_registers.narrowed(query, table, pack).run(pluck=True)


def _report(
	folder: str, doctype: str, name: str, template: str, written: Written
) -> Iterator[tuple[str, Iterable[bytes]]]:
	try:
		made = pdf.of_document(frappe.get_doc(doctype, name), template, name)
	except Exception as error:
		# a pack lacks one report rather than being none; its index says which and why
		frappe.log_error(title=f"{doctype} {name} could not be printed for an evidence pack")
		written.remarks.append(_("{0} {1} could not be printed: {2}").format(_(doctype), name, error))
		return
	yield f"reports/{folder}/{name}.pdf", [made]


def _policies(pack: Any) -> list[str]:
	"""The complaints policies that were in force on a day of the period."""
	table = DocType("Complaints Policy")
	query = (
		frappe.qb.from_(table)
		.select(table.name)
		.where((table.docstatus == 1) & (table.valid_from <= pack.to_date))
		.where(table.valid_to.isnull() | (table.valid_to >= pack.from_date))
		.orderby(table.name)
	)
	return pack_registers.narrowed(query, table, pack).run(pluck=True)


def _registers(pack: Any) -> Iterator[tuple[str, Iterable[bytes]]]:
	for register in pack_registers.REGISTERS:
		yield f"registers/{register.file}.csv", pack_registers.as_csv(register, pack)


def _cases(pack: Any, written: Written) -> Iterator[tuple[str, Iterable[bytes]]]:
	names = pack_cases.sampled(pack)
	if not names:
		written.remarks.append(_("No complaint was closed in the period: there is no case file."))
	for name in names:
		try:
			found = [*pack_cases.files(name, bool(cint(pack.with_personal_data)))]
		except Exception as error:
			# as for a report: the index says which file is missing and why
			frappe.log_error(title=f"The file of {name} could not be made for an evidence pack")
			written.remarks.append(_("The file of {0} could not be made: {1}").format(name, error))
			continue
		for path, content in found:
			yield path, [content]


def _ledger(pack: Any) -> Iterator[tuple[str, Iterable[bytes]]]:
	"""Whether the record is whole, as of now: all of it, since a chain has no periods."""
	report = verification.verify()
	seal = frappe.get_all(
		"Complaint Ledger Seal",
		fields=["name", "day", "head_count", "merkle_root", "previous_seal", "hash"],
		order_by="day desc",
		limit=1,
	)
	told = {
		**report.as_dict(),
		"verdict": report.verdict(),
		"verified_on": str(clock.now_site()),
		"last_seal": seal,
	}
	yield "ledger/verification.json", [_as_json(told)]


def _as_json(value: Any) -> bytes:
	return json.dumps(value, indent=1, ensure_ascii=False, default=str).encode()


def _index(pack: Any, written: Written) -> str:
	folders: dict[str, list[str]] = {}
	for path in sorted(written.hashes):
		folders.setdefault(path.partition("/")[0] if "/" in path else "", []).append(path)
	return frappe.render_template(
		"cms_iso10002/templates/evidence_pack.html",
		{
			"pack": pack,
			"folders": folders,
			"hashes": written.hashes,
			"remarks": written.remarks,
			"left_out": pack_access.left_out(pack),
			"now": clock.now_site(),
			"version": __version__,
			"manifest": MANIFEST,
		},
	)


# made in the background ------------------------------------------------------------------------------------

QUEUED, READY, FAILED = "Queued", "Ready", "Failed"


@frappe.whitelist(methods=["POST"])
def make(pack: str) -> None:
	"""Make a pack in the background. Checks write permission; while it is being made, asking again changes nothing."""
	doc = frappe.get_doc(DOCTYPE, pack, for_update=True)
	doc.check_permission("write")
	if doc.status == READY:
		frappe.throw(_("This pack is made, and stays as it is: make another one."))
	if doc.status == QUEUED and is_job_enqueued(_job(doc.name)):
		return
	doc.db_set({"status": QUEUED, "made_by": frappe.session.user, "remark": ""})
	frappe.enqueue(
		run,
		queue="long",
		timeout=4 * 3600,
		job_id=_job(doc.name),
		deduplicate=True,
		enqueue_after_commit=True,
		pack=doc.name,
	)


@frappe.whitelist(methods=["GET", "POST"])
def progress(pack: str) -> dict:
	"""How far a pack is: `status`, and of one that is being made `done` of `total` parts and `what`. Checks read permission."""
	doc = frappe.get_doc(DOCTYPE, pack)
	doc.check_permission("read")
	told = frappe.cache().get_value(_job(pack), expires=True) or {}
	return {"status": doc.status, "done": 0, "total": 0, "what": "", **told}


def _job(pack: str) -> str:
	return f"iso_10002_evidence_pack|{pack}"


def run(pack: str) -> None:
	"""The job: write the pack and attach it; one that fails says why, and can be started again."""
	doc = frappe.get_doc(DOCTYPE, pack)
	try:
		summary.refresh_recent()
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder, f"{doc.name}.zip")
			written = write(doc, path, lambda done, total, what: _tell(pack, done, total, what))
			_finish(doc, path, written)
	except Exception as error:
		# a job has nobody to raise to: the record says that it failed, and why
		frappe.db.rollback()
		frappe.log_error(title=f"{DOCTYPE} {pack} failed")
		doc.db_set({"status": FAILED, "remark": f"{type(error).__name__}: {error}"[:500]})


def _finish(doc: Any, path: Path, written: Written) -> None:
	file = _attach(doc, path)
	doc.db_set(
		{
			"status": READY,
			"file": file.file_url,
			"made_on": clock.now_site(),
			"files": len(written.hashes),
			"left_out": pack_access.left_out(doc),
			"sha256": written.hashes[MANIFEST],
			"seed": doc.seed,
			"remark": "\n".join(written.remarks),
		}
	)


def _attach(doc: Any, path: Path) -> Any:
	"""The ZIP as a private File of the pack; it is moved there, since it may be larger than memory, or than an upload may be."""
	name = f"{doc.name}-{frappe.generate_hash(length=6)}.zip"
	digest, size = _md5(path), path.stat().st_size
	target = Path(frappe.get_site_path("private", "files", name))
	shutil.move(path, target)
	frappe.db.after_rollback.add(lambda: target.unlink(missing_ok=True))
	file = frappe.new_doc("File")
	file.update(
		{
			"file_name": name,
			"file_url": f"/private/files/{name}",
			"file_size": size,
			"content_hash": digest,
			"folder": "Home/Attachments",
			"is_private": 1,
			"attached_to_doctype": DOCTYPE,
			"attached_to_name": doc.name,
			"attached_to_field": "file",
		}
	)
	file.set_user_and_timestamp()
	file.set_new_name()
	file.db_insert()  # past File's controller, which reads it whole and holds it to the limit of uploads
	return file


def _md5(path: Path) -> str:
	"""What Frappe knows a file's content by."""
	digest = hashlib.md5(usedforsecurity=False)
	with path.open("rb") as file:
		while piece := file.read(1 << 20):
			digest.update(piece)
	return digest.hexdigest()


def _tell(pack: str, done: int, total: int, what: str) -> None:
	"""Where the form asks, and to who has it open where there is a realtime server."""
	told = {"done": done, "total": total, "what": what}
	frappe.cache().set_value(_job(pack), told, expires_in_sec=6 * 3600)
	frappe.publish_realtime("iso_10002_evidence_pack", {"pack": pack, **told}, doctype=DOCTYPE, docname=pack)

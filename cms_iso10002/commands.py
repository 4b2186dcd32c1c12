"""`bench --site SITE complaints …`: import complaints from a CSV file, verify the record, fill a site for a demo."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
import frappe
from frappe.commands import get_site, pass_context

from cms_iso10002.complaints.transactions import keep


@click.group("complaints", help="Complaints handling (ISO 10002)")
def complaints() -> None:
	"""The group that the commands below hang on."""


def on_site(command: Callable[..., int | None]) -> Callable[..., None]:
	"""Run a command connected to the site named by `--site`; what it returns is the exit code.

	A ValidationError is shown as its one sentence, with exit code 1.
	"""

	@pass_context
	@wraps(command)
	def connected(context: Any, *args: Any, **kwargs: Any) -> None:
		frappe.init(site=get_site(context))
		frappe.connect()
		try:
			code = command(*args, **kwargs)
		except frappe.ValidationError as error:
			frappe.db.rollback()
			click.secho(frappe.utils.strip_html(str(error)), fg="red", err=True)
			code = 1
		finally:
			frappe.destroy()
		sys.exit(code or 0)

	return connected


def _existing_file(context: click.Context, parameter: click.Parameter, value: str) -> Path:
	"""The file of that name, from here or from the bench's folder: `bench` itself goes to `sites` first."""
	for path in (Path(value).expanduser(), Path("..") / value):
		if path.is_file():
			return path
	raise click.BadParameter(f"There is no file {value}.")


@complaints.command("import")
@click.argument("file", callback=_existing_file)
@click.option(
	"--map", "map_file", required=True, callback=_existing_file, help="What the columns mean: docs/import.md"
)
@click.option("--dry-run", is_flag=True, help="Check every row, store nothing")
@click.option("--company", help="The company complained about, where neither file nor map says")
@on_site
def import_(file: Path, map_file: Path, dry_run: bool, company: str | None) -> int:
	"""Import the complaints of a CSV FILE. The same file twice adds nothing."""
	from cms_iso10002.complaints import importer

	# Each batch is committed (a dry run: rolled back) by itself: a file of any size then holds no lock for long,
	# and what stops the import halfway costs nothing, because a second run leaves out what is there already.
	end_batch = frappe.db.rollback if dry_run else frappe.db.commit
	job = importer.Import(
		file, importer.read_map(map_file), company=company, dry_run=dry_run, end_batch=end_batch
	)
	if job.unused:
		click.secho(f"Columns the map does not use: {', '.join(job.unused)}", fg="yellow")
	counts: Counter[str] = Counter()
	with _progress(job.total, "Checking" if dry_run else "Importing") as advance:
		for batch in job.batches():
			counts.update(result.outcome for result in batch)
			counts["odd"] += sum(1 for result in batch if result.odd)
			advance(len(batch), [line for result in batch for line in _remarks(result, importer.BAD)])
	click.echo(
		f"{job.total} read, {counts[importer.IMPORTED]} {'would be imported' if dry_run else 'imported'}, "
		f"{counts[importer.KNOWN]} already there, {counts[importer.BAD]} bad, {counts['odd']} odd"
	)
	return 1 if counts[importer.BAD] else 0


def _remarks(result: Any, bad: str) -> Iterator[tuple[str, str]]:
	"""What is to be said about a row, each with its colour."""
	if result.outcome == bad:
		yield f"line {result.line}: {result.reason}", "red"
	if result.odd:
		yield f"line {result.line}: odd: {'; '.join(result.odd)}", "yellow"


@contextmanager
def _progress(total: int, label: str) -> Iterator[Callable[[int, list[tuple[str, str]]], None]]:
	"""A progress bar with room for remarks: yields a function of the rows done and of lines to say, with colours."""
	with click.progressbar(length=total, label=label, file=sys.stderr) as bar:

		def advance(done: int, lines: list[tuple[str, str]]) -> None:
			if lines and sys.stderr.isatty():
				click.echo("\r\033[K", nl=False, err=True)
			for line, colour in lines:
				click.secho(line, fg=colour)
			bar.update(done)

		yield advance


@complaints.command("verify")
@click.option("--complaint", help="Only this complaint; otherwise all of them, and the seals")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON")
@on_site
def verify(complaint: str | None, as_json: bool) -> int:
	"""Verify the record: is every event there, unaltered and in order, and do the complaints say the same?

	What was found in all of it is kept (Complaint Ledger Verification). Exit code 1 when something is broken.
	"""
	from cms_iso10002.complaints import verification

	started = time.monotonic()
	if as_json:
		report = verification.verify(complaint)
		_keep(report, complaint)
		click.echo(json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
		return 0 if report.whole else 1
	with _progress(verification.count(complaint), "Verifying") as advance:
		report = verification.verify(
			complaint,
			on_progress=lambda done, found: advance(done, [(str(finding), "red") for finding in found]),
		)
	_keep(report, complaint)
	click.echo(
		f"{report.complaints} complaints, {report.events} events, {report.seals} seals verified "
		f"in {time.monotonic() - started:.1f} s"
	)
	click.secho(report.verdict(), fg="green" if report.whole else "red")
	return 0 if report.whole else 1


def _keep(report: Any, complaint: str | None) -> None:
	"""What verifying everything found is kept as evidence; of a single complaint nothing is."""
	from cms_iso10002.complaints import verification_record

	if not complaint:
		verification_record.keep(report, verification_record.COMMAND)
		keep()  # the command is the whole transaction


@complaints.command("demo")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same data")
@click.option(
	"--complaints", "number", default=120, show_default=True, help="How many complaints, at least 40"
)
@on_site
def demo(seed: int, number: int) -> int:
	"""Fill a site with a year of believable complaints, users and customers. For trying out, never for a live site."""
	from cms_iso10002.setup import demo as made_up

	with _progress(number, "Making a year of complaints") as advance:
		summary = made_up.make(seed, number, on_progress=lambda: advance(1, []))
	keep()  # the command is the whole transaction: the demo is made entirely or not at all
	click.echo(summary.text())
	return 0


@complaints.command("evidence-pack")
@click.option("--from", "from_date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day")
@click.option("--to", "to_date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day")
@click.option("--company", help="Only this company; otherwise all")
@click.option(
	"--personal-data", "reason", help="Put personal data in, for this reason; otherwise it is left out"
)
@click.option("--user", default="Administrator", show_default=True, help="Whose eyes it is made for")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The ZIP file to write")
@on_site
def evidence_pack(
	from_date: Any, to_date: Any, company: str | None, reason: str | None, user: str, out: Path
) -> int:
	"""Write the evidence of a period into one ZIP: reports, registers, case files, the ledger's state, a manifest."""
	from cms_iso10002.iso_10002 import evidence_pack as packs

	frappe.set_user(user)
	doc = frappe.new_doc(packs.DOCTYPE)
	doc.update({"from_date": from_date.date(), "to_date": to_date.date(), "company": company})
	doc.update({"with_personal_data": bool(reason), "personal_data_reason": reason})
	doc.insert()
	doc.made_by = user
	target = out if out.is_absolute() else Path("..") / out  # bench itself goes to `sites` first
	with _progress(5, "Making the pack") as advance:
		written = packs.write(doc, target, lambda done, _total, _what: advance(int(done > 0), []))
	doc.db_set(
		{
			"status": packs.READY,
			"made_on": frappe.utils.now(),
			"made_by": user,
			"sha256": written.hashes[packs.MANIFEST],
		}
	)
	keep()  # the command is the whole transaction: that a pack was taken out is on record
	for remark in written.remarks:
		click.secho(remark, fg="yellow")
	click.echo(f"{len(written.hashes)} files; SHA-256 of the manifest: {written.hashes[packs.MANIFEST]}")
	return 0


commands = [complaints]

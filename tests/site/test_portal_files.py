"""Files of complainants: whole after a second attempt, gone with what was refused, the same bytes back."""

from __future__ import annotations

from pathlib import Path

import frappe
import pytest

from cms_iso10002.complaints import mail_triage, timeline, uploads
from cms_iso10002.portal import answers, api
from tests.site.factories import act, advance
from tests.site.portal_factories import PNG, file_as_guest, guest, start_counting_anew


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def on_disk() -> set[str]:
	return {path.name for path in Path(frappe.get_site_path("private", "files")).iterdir()}


def picture(mark: str) -> bytes:
	return PNG + mark.encode() + frappe.generate_hash(length=12).encode()


def test_a_deadlock_costs_no_file(monkeypatch):
	"""The request is done again, and its files have been read by then."""
	calls = []

	def once(*args, **kwargs):
		calls.append(args)
		if len(calls) == 1:
			raise frappe.QueryDeadlockError("Deadlock found")
		return kept(*args, **kwargs)

	kept = uploads.keep
	monkeypatch.setattr(uploads, "keep", once)
	frappe.db.commit()
	content = picture("deadlock")
	filed = file_as_guest(files=[("a.png", content)])
	assert len(calls) == 2 and "errors" not in filed
	me = {"reference": filed["reference"], "key": filed["key"]}
	[file] = guest(api.track, **me)["files"]
	assert guest(api.download, **me, file=file["name"]).data == content


def test_no_file_stays_on_the_disk_of_a_message_that_is_refused(monkeypatch):
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	advance(me["reference"], "Under Investigation")
	act(me["reference"], "Ask Complainant", question="Which?", channel="Portal")
	before = on_disk()
	refused = lambda *args: frappe.throw("Not possible")  # noqa: E731
	monkeypatch.setattr(answers, "_perform", refused)
	answer = guest(api.add_message, **me, text="This", files=[("a.png", picture("refused"))])
	assert answer["errors"] == {"": "Not possible"}
	assert on_disk() == before


def test_no_file_stays_on_the_disk_where_the_second_is_refused(monkeypatch):
	before, kept = on_disk(), uploads._keep

	def first_only(complaint, file):
		if file.filename.startswith("b"):
			frappe.throw("The site takes no larger files.")
		return kept(complaint, file)

	monkeypatch.setattr(uploads, "_keep", first_only)
	files = [("a.png", picture("first")), ("b.png", picture("second"))]
	assert file_as_guest(files=files)["errors"]
	assert on_disk() == before


NOT_UTF8 = "Grüße aus Köln".encode("windows-1252")


@pytest.fixture
def decoding(monkeypatch):
	"""Frappe 16 hands out a file's content as text wherever some code page has a letter for each of its bytes."""

	def get_content(self, encodings=None):
		content = frozen(self)
		is_read = isinstance(content, bytes) and not self.get("content")
		return content.decode("windows-1250") if is_read else content

	from frappe.core.doctype.file.file import File

	frozen = File.get_content
	monkeypatch.setattr(File, "get_content", get_content)


@pytest.mark.parametrize(
	"name, content", [("a.txt", NOT_UTF8), ("a.png", PNG), ("a.txt", "\ufeffä".encode())]
)
def test_what_is_fetched_is_what_was_sent(decoding, name, content):
	filed = file_as_guest(files=[(name, content)])
	me = {"reference": filed["reference"], "key": filed["key"]}
	[file] = guest(api.track, **me)["files"]
	assert guest(api.download, **me, file=file["name"]).data == content


def test_a_message_in_the_triage_list_is_as_it_came(decoding):
	from tests.site.mails import make_mailbox, raw, receive

	make_mailbox()
	message = raw("", sender="") + NOT_UTF8
	receive(message)
	assert mail_triage.raw_message(frappe.get_last_doc("Complaint Mail Triage").name) == message


def test_a_file_of_no_name_is_not_there():
	filed = file_as_guest()
	act(filed["reference"], "Acknowledge", channel="Phone")
	timeline.record(filed["reference"], "remark", {})
	for name in ("", None, "x"):
		with pytest.raises((frappe.DoesNotExistError, frappe.exceptions.FrappeTypeError)) as caught:
			guest(api.download, reference=filed["reference"], key=filed["key"], file=name)
		if name is not None:
			assert "We find no complaint" in str(caught.value)

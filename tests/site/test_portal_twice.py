"""Requests that meet each other, or come twice: one complaint, one key, and nobody is told to reload a document."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

import frappe
import pytest

from cms_iso10002.complaints import actions, intake, uploads
from cms_iso10002.portal import api, keys, limits, pages
from tests.site.factories import advance
from tests.site.portal_factories import FILING, PNG, file_as_guest, guest, start_counting_anew
from tests.site.test_portal_pages import opened

NUMBER = "n" * 32


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def failing_once(monkeypatch, module, name: str, error: Exception) -> list:
	"""`module.name` raises `error` the first time; what is appended to the list are its calls."""
	calls, real = [], getattr(module, name)

	def once(*args, **kwargs):
		calls.append(args)
		if len(calls) == 1:
			raise error
		return real(*args, **kwargs)

	monkeypatch.setattr(module, name, once)
	return calls


def test_the_key_of_the_faster_of_two_clicks_stays_good(monkeypatch):
	first = file_as_guest(files=[("a.png", PNG)], form_id=NUMBER)
	real, asked = intake.registered_as, []

	def not_yet(key):
		asked.append(key)
		return None if len(asked) < 3 else real(key)  # both looked before either had stored it

	monkeypatch.setattr(intake, "registered_as", not_yet)
	second = file_as_guest(files=[("a.png", PNG)], form_id=NUMBER)
	assert (second["reference"], second["key"]) == (first["reference"], "")
	assert len(guest(api.track, reference=first["reference"], key=first["key"])["files"]) == 1


def test_a_page_is_done_again_after_a_deadlock(monkeypatch):
	calls = failing_once(monkeypatch, uploads, "keep", frappe.QueryDeadlockError("Deadlock found"))
	frappe.db.commit()
	context = opened(pages.new_complaint, files=[("a.png", PNG)], **FILING)
	assert len(calls) == 2 and not context.errors
	assert guest(api.track, **{name: context.filed[name] for name in ("reference", "key")})["files"]


@pytest.mark.parametrize("by_page", (True, False))
def test_an_answer_is_given_again_where_somebody_saved_the_case_meanwhile(monkeypatch, by_page):
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	advance(me["reference"], "Response Sent")
	frappe.db.commit()
	calls = failing_once(
		monkeypatch, actions, "perform", frappe.TimestampMismatchError("Document has been modified")
	)
	if by_page:
		context = opened(pages.track, **me, do="respond", answer="Rejected")
		assert not context.errors and context.complaint["state"]["code"] == "Rejected"
	else:
		assert guest(api.respond_to_decision, **me, answer="Rejected")["state"]["code"] == "Rejected"
	assert len(calls) == 2


def test_a_broken_document_is_refused_like_any_other():
	held = io.BytesIO()
	with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("mimetype", "application/vnd.oasis.opendocument.text" * 20)
	content = held.getvalue()
	packed = zlib.compressobj(wbits=-15)
	body = packed.compress(b"application/vnd.oasis.opendocument.text" * 20) + packed.flush()
	broken = content.replace(body[:10], b"\xff" * 10)
	assert broken != content
	assert set(file_as_guest(files=[("letter.odt", broken)])["errors"]) == {"files"}


def test_the_page_on_the_api_names_the_limits_there_are():
	page = (Path(__file__).parents[2] / "docs" / "portal-api.md").read_text(encoding="utf-8")
	rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", page.partition("## Limits")[2], re.MULTILINE))
	track, lost, writing = limits.LIMITS["track"], limits.LIMITS["reissue_key"], "what writes"
	assert rows["`track`"] == str(track.per_address) and rows["`reissue_key`"] == str(lost.per_address)
	assert rows["keys that do not fit"] == str(limits.WRONG_KEYS.per_address)
	assert rows["codes that do not fit, a day"] == str(limits.WRONG_CODES.per_address)
	writes = ("add_message", "respond_to_decision", "request_review", "withdraw", "give_feedback", "upload")
	most = {limits.LIMITS[name].per_address for name in writes}
	assert rows[writing] == f"{min(most)} to {max(most)}"
	assert f"*Filings an Hour* ({limits.filings_an_hour()})" in page
	assert keys.CODE_LENGTH == 12

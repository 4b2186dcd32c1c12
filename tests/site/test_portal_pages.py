"""The pages' contexts: POST without JavaScript, all or nothing, with what was typed handed back."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import clock, uploads
from cms_iso10002.portal import answers, keys, limits, origin, pages
from tests.site.factories import advance, as_user, make_complaint, pass_time
from tests.site.portal_factories import (
	FILING,
	PNG,
	file_as_guest,
	make_portal_user,
	request,
	start_counting_anew,
)


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def opened(page, user: str = "Guest", method: str = "POST", files=(), **form):
	"""The context of a page for a request; committed at its end, as Frappe does with every POST."""

	def call():
		posted = {"csrf_token": origin.token(), **form}  # as the page's own form does
		with request(files, method, posted):
			context = frappe._dict()
			page(context)
			if method == "POST":
				frappe.db.commit()
			return context

	return as_user(user, call)


def test_a_form_is_filed_and_its_key_shown():
	context = opened(pages.new_complaint, files=[("a.png", PNG)], **FILING)
	assert context.done and not context.errors
	assert context.filed["reference"] and context.filed["key"]
	assert context.no_cache == 1 and context.csrf_token and context.form_id and context.started


def test_a_get_writes_nothing_and_offers_what_there_is():
	before = frappe.db.count("Complaint")
	context = opened(pages.new_complaint, method="GET", **FILING)
	assert frappe.db.count("Complaint") == before and not context.done
	assert context.categories and context.remedies and context.languages
	assert context.upload_limits["files"] == uploads.MOST_AT_ONCE


def test_a_failed_post_leaves_nothing_behind_and_keeps_what_was_typed(monkeypatch):
	before = frappe.db.count("Complaint")

	def fail(*args):
		assert frappe.db.count("Complaint") == before + 1  # half of it was written
		raise RuntimeError("disk full")

	monkeypatch.setattr(uploads, "keep", fail)
	context = opened(pages.new_complaint, form_id="x" * 32, **FILING)
	assert frappe.db.count("Complaint") == before
	assert not context.done and context.filed is None
	assert "nothing was stored" in context.errors[""]
	assert context.typed["description"] == FILING["description"]
	assert context.form_id == "x" * 32


def test_mistakes_are_at_their_fields():
	context = opened(pages.new_complaint, **{**FILING, "subject": "", "complainant_email": "x"})
	assert set(context.errors) == {"subject", "complainant_email"}
	assert context.typed["complainant_name"] == FILING["complainant_name"]


def test_following_a_case_and_acting_in_it():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	context = opened(pages.track, **me, do="look")
	assert context.complaint["reference"] == filed["reference"] and context.key == filed["key"]
	assert "key" not in context.typed
	context = opened(pages.track, **me, do="message", text="Hello", files=[("a.png", PNG)])
	assert context.complaint["messages"][-1]["text"] == "Hello"
	context = opened(pages.track, **me, do="message", text="")
	assert set(context.errors) == {"text"} and context.complaint
	context = opened(pages.track, **me, do="withdraw", words="It works")
	assert context.complaint["state"]["code"] == "Withdrawn"
	context = opened(pages.track, **me, do="rate", overall="4")
	assert context.complaint["feedback"]["answers"]["overall"] == 4


def test_a_failed_action_is_undone_whole(monkeypatch):
	filed = file_as_guest()
	advance(filed["reference"], "Response Sent")
	frappe.db.commit()
	monkeypatch.setattr(answers, "_tell", lambda *args: (_ for _ in ()).throw(RuntimeError("no")))
	context = opened(
		pages.track, reference=filed["reference"], key=filed["key"], do="respond", answer="Rejected"
	)
	assert (
		context.errors and frappe.db.get_value("Complaint", filed["reference"], "status") == "Response Sent"
	)


def test_a_wrong_key_shows_the_form_again_and_no_case():
	filed = file_as_guest()
	wrong = opened(pages.track, reference=filed["reference"], key="C-0")
	absent = opened(pages.track, reference="CMP-1999-00001", key="C-0")
	assert wrong.complaint is None and wrong.errors == absent.errors and wrong.errors[""]


def test_pages_count_like_the_api():
	filed = file_as_guest()
	for _number in range(limits.WRONG_KEYS.per_case):
		opened(pages.track, reference=filed["reference"], key="C-0")
	assert "too often" in opened(pages.track, reference=filed["reference"], key=filed["key"]).errors[""]


def test_a_lost_key_by_page():
	filed = file_as_guest()
	assert opened(pages.track, do="reissue", reference=filed["reference"], email="x@y.test").notice
	case = frappe.get_doc("Complaint", filed["reference"])
	token = keys.renewal_token(case.name, case.tracking_key_hash, keys.COMPLAINANT)
	shown = opened(pages.track, method="GET", reference=case.name, renew=token)
	assert (
		shown.renew == token and not shown.renewed
	)  # opening the link alone (a mail scanner does) uses nothing up
	assert opened(pages.track, do="renew", reference=case.name, token=token).renewed["key"]


def test_a_customers_list_and_their_case():
	user = make_portal_user("lister", "Muster GmbH")
	filed = opened(pages.new_complaint, user=user, subject="A", description="B").filed
	assert [row["reference"] for row in opened(pages.complaints, user=user, method="GET").complaints] == [
		filed["reference"]
	]
	assert opened(pages.track, user=user, method="GET", reference=filed["reference"]).complaint
	assert opened(pages.track, user=user, method="GET", reference=make_complaint().name).complaint is None
	with pytest.raises(frappe.Redirect):
		opened(pages.complaints, method="GET")


def test_the_rating_page_opens_by_its_link_only():
	filed = file_as_guest()
	pass_time(days=40)
	link = {"reference": filed["reference"], "occasion": "Unresolved"}
	link["feedback_key"] = keys.feedback_key(filed["reference"], "Unresolved")
	assert opened(pages.feedback, method="GET", **link).open
	context = opened(pages.feedback, **link, overall="5", comments="Fine")
	assert context.done and context.answers == {"overall": 5, "comments": "Fine"} and context.editable
	assert not opened(pages.feedback, method="GET", **{**link, "occasion": "Closing"}).open


def test_the_policy_page_says_what_the_policy_in_force_says():
	context = opened(pages.policy, method="GET")
	assert {"acknowledge", "decide"} <= {row["stage"] for row in context.stages}
	assert all(row["within"] for row in context.stages)
	assert context.remedies and context.contact and context.figures is None


def test_small_figures_are_hidden():
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"show_figures": 1, "smallest_cell": 5})
	settings.save()
	frappe.db.delete("Complaint Daily Summary")
	for stage, met in (("acknowledge", 4), ("decide", 8)):
		row = frappe.new_doc("Complaint Daily Summary")
		row.update(
			{
				"day": clock.today(),
				"stage": stage,
				"met": met,
				"met_late": 0,
				"overdue": 2 * (stage == "decide"),
			}
		)
		row.db_insert()
	few, many = opened(pages.policy, method="GET").figures
	assert (few["number"], few["percent"]) == (None, None)
	assert (many["number"], many["percent"]) == (10, 80)


@pytest.mark.parametrize("site_takes, each, together", ((None, 10, 24), (8, 7, 7), (100, 10, 99)))
def test_no_more_is_promised_than_the_server_takes(monkeypatch, site_takes, each, together):
	"""Frappe refuses a whole request that is larger than its `max_file_size`, with a page of nobody's."""
	monkeypatch.setitem(frappe.local.conf, "max_file_size", site_takes and site_takes * 1024**2)
	frappe.db.set_single_value("System Settings", "max_file_size", 0)
	frappe.clear_document_cache("System Settings", "System Settings")
	told = pages.upload_limits()
	assert (told["megabytes"], told["together"]) == (each, together)
	with pytest.raises(uploads.Refused, match=f"larger than {each} MB"):
		uploads.check([uploads.Upload("a.png", PNG + b"0" * (each * 1024**2))])


@pytest.mark.parametrize(
	"path, ours",
	(
		("/complaint/track", True),
		("/complaints", True),
		("/complaint/new", True),
		("/api/method/cms_iso10002.portal.api.track", True),
		("/complaints-elsewhere", False),
		("/api/method/ping", False),
	),
)
def test_pages_with_keys_are_neither_kept_nor_framed(path, ours):
	from werkzeug.wrappers import Response

	from cms_iso10002.portal import requests

	answer = Response()
	with request(path=path):
		for hook in frappe.get_hooks("after_request"):
			if hook.startswith("cms_iso10002.portal"):
				frappe.call(hook, response=answer, request=frappe.local.request)
	assert (answer.headers.get("Cache-Control") == "no-store") is ours
	assert (answer.headers.get("X-Frame-Options") == "SAMEORIGIN") is ours
	assert ("frame-ancestors 'self'" in answer.headers.get("Content-Security-Policy", "")) is ours
	requests.after(response=None)

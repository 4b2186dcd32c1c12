"""The triage list at the desk: a manager says what becomes of a message."""

from __future__ import annotations

import os
import re
import subprocess
import uuid

import pytest

from tests.runtime import choice


@pytest.fixture
def desk(page, login):
	login(page)
	return page


def keep_a_message(subject: str) -> None:
	"""A message that may be a machine's comes in, by a mailbox that is gone meanwhile."""
	runtime = choice.of_this_process()
	raw = f"From: erika@muster.test\r\nSubject: {subject}\r\nPrecedence: bulk\r\n\r\nIt leaks.".encode()
	command = runtime.frappe(
		os.environ["CMS_TEST_SITE"],
		"execute",
		"cms_iso10002.complaints.incoming.receive",
		"--kwargs",
		repr({"raw": raw, "account": "Gone"}),
	)
	subprocess.run(
		command,
		check=True,
		capture_output=True,
		cwd=runtime.sites,
		env=runtime.environment(os.environ["CMS_TEST_SITE"]),
	)


def test_a_message_is_read_and_dismissed_with_a_reason(desk, shot):
	subject = f"lost-{uuid.uuid4().hex[:8]}"
	keep_a_message(subject)
	desk.goto("/app/complaint-mail-triage")
	desk.get_by_text(subject).first.click()
	desk.wait_for_function("cur_frm && cur_frm.doctype === 'Complaint Mail Triage'")
	assert "by a machine" in desk.evaluate("cur_frm.doc.reason")
	shot("mail-triage")
	desk.get_by_role("button", name="Dismiss").click()
	desk.locator(".modal.show textarea").fill("A test")
	desk.locator(".modal.show .btn-primary").click()
	desk.wait_for_function("cur_frm.doc.status === 'Dismissed'")
	assert desk.evaluate("cur_frm.doc.remark") == "A test"
	assert desk.get_by_role("button", name=re.compile("Dismiss|Make a New")).count() == 0

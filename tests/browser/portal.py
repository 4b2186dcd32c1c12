"""Those who meet in the portal's browser tests: complainants at a phone or a desktop, and the desk behind it by REST."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import date
from pathlib import Path

from tests.browser.test_agent import csrf

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PASSWORD = "Complaints-demo-1"
PNG = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHOTO = {"name": "kettle.png", "mimeType": "image/png", "buffer": PNG}
ASSESSMENT = {
	"severity": "Minor",
	"complexity": "Low",
	"impact": "Low",
	"safety_implication": "No",
	"immediate_action_needed": "No",
	"conflict_check": "None Found",
}
FORGET = (
	"import frappe\nfrappe.init(site={site!r}, sites_path='.')\nfrappe.connect()\n"
	"from cms_iso10002.portal import limits\nlimits.forget()\nfrappe.destroy()"
)

TODAY = (
	"import frappe\nfrappe.init(site={site!r}, sites_path='.')\nfrappe.connect()\n"
	"print(frappe.utils.today())\nfrappe.destroy()"
)


def script(source: str) -> str:
	"""Run Python on the site, as somebody at the machine would; answers what it printed."""
	site, sites = os.environ["CMS_TEST_SITE"], os.environ["CMS_SITES_PATH"]
	command = [sys.executable, "-c", source.format(site=site)]
	done = subprocess.run(command, cwd=sites, capture_output=True, text=True, check=False)
	assert done.returncode == 0, done.stderr
	return done.stdout


def site_today() -> date:
	"""The site's day: the machine's, which a test's own clock tells, may be the day before it or after."""
	printed = script(TODAY)
	return date.fromisoformat(printed.strip().splitlines()[-1])


class Desk:
	"""A person at the desk, by REST."""

	def __init__(self, browser, base_url: str, login):
		self.page = browser.new_context(base_url=base_url).new_page()
		self.login = login
		self.become("Administrator", "admin")

	def become(self, user: str, password: str = PASSWORD) -> None:
		self.login(self.page, user, password)
		self.headers = csrf(self.page)

	def staff(self, name: str) -> str:
		"""A user who may do all there is to do with complaints."""
		email = f"portal.{name}@complaints.test"
		roles = ("Complaint Agent", "Complaint Investigator", "Complaint Manager", "Sales User")
		self.user(email, name, roles=[{"role": role} for role in roles])
		return email

	def user(self, email: str, first_name: str, **values) -> None:
		if self.page.request.get(f"/api/resource/User/{email}").ok:
			return
		values = {"email": email, "first_name": first_name, "new_password": PASSWORD, **values}
		self.make("User", send_welcome_email=0, language="en", **values)

	def make(self, doctype: str, **values) -> str:
		answer = self.page.request.post(f"/api/resource/{doctype}", headers=self.headers, data=values)
		assert answer.ok, answer.text()
		return answer.json()["data"]["name"]

	def edit(self, complaint: str, **values) -> None:
		answer = self.page.request.put(
			f"/api/resource/Complaint/{complaint}", headers=self.headers, data=values
		)
		assert answer.ok, answer.text()

	def act(self, complaint: str, action: str, **data) -> str:
		"""Take an action; answers the new state."""
		answer = self.page.request.post(
			"/api/method/cms_iso10002.complaints.actions.apply_action",
			headers=self.headers,
			data={"complaint": complaint, "action": action, "data": json.dumps(data)},
		)
		assert answer.ok, f"{action}: {answer.text()}"
		return answer.json()["message"]["status"]

	def answer(self, complaint: str, me: str, channel: str = "Phone") -> None:
		"""Acknowledge, look into it, and send the answer: upheld."""
		self.act(complaint, "Acknowledge", channel=channel)
		self.edit(complaint, **ASSESSMENT)
		self.act(complaint, "Assess")
		self.edit(complaint, investigator=me)
		self.act(complaint, "Investigate")
		self.edit(complaint, findings="The seal was missing.")
		self.act(complaint, "Decide", outcome="Upheld", reasons="The seal was missing. We are sorry.")
		assert self.act(complaint, "Send Response", channel=channel) == "Response Sent"

	def close(self) -> None:
		self.page.context.close()


def word() -> str:
	"""A word that tells this run's records from others'."""
	return uuid.uuid4().hex[:6]


def file_complaint(page, subject: str, photo: bool = True, **fields: str) -> tuple[str, str]:
	"""Fill in the form and send it; answers reference and key."""
	page.goto("/complaint/new")
	page.get_by_label("What is it about").fill(subject)
	page.get_by_label("What happened?").fill("It has leaked since the first day.\nI called twice.")
	for name, value in fields.items():
		page.locator(f"#new-{name}").fill(value)
	if photo:
		page.get_by_label("Photos and other files").set_input_files([PHOTO])
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("heading", name="We have your complaint").wait_for()
	return page.locator("#reference").inner_text(), page.locator("#key").inner_text()


def look(page, reference: str, key: str) -> None:
	page.goto("/complaint/track")
	page.locator("#look-reference").fill(reference)
	page.locator("#look-key").fill(key)
	page.get_by_role("button", name="Show the complaint").click()
	page.locator("#state").wait_for()


def stands(page, label: str) -> None:
	"""Wait until the case says that it stands so."""
	page.locator("#state", has_text=re.compile(rf"{label}\s*$")).wait_for()


def too_wide(page) -> int:
	"""By how many pixels a reader would have to scroll sideways."""
	return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def picture(folder: str, page, name: str) -> None:
	"""Save a picture of the whole page where CMS_PORTAL_PICTURES names a folder (for docs/portal.md)."""
	if folder:
		Path(folder).mkdir(parents=True, exist_ok=True)
		page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

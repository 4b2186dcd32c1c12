"""The portal over real HTTP: what is typed arrives as it was typed, and nothing of it is kept on the way back."""

from __future__ import annotations

import os

import pytest
import requests

API = "/api/method/cms_iso10002.portal.api."
TYPED = "I <b>bought</b> it & it <broke>: 3 < 5"
FILING = {
	"subject": "HTTP kettle",
	"description": TYPED,
	"complainant_name": "Gerda Gast",
	"complainant_email": "gerda@gast.example",
}


@pytest.fixture(scope="module")
def case(base_url) -> dict[str, str]:
	answer = requests.post(f"{base_url}{API}file_complaint", json=FILING, timeout=60)
	assert answer.status_code == 200, answer.text
	return {name: answer.json()["message"][name] for name in ("reference", "key")}


def called(base_url: str, method: str, **values) -> requests.Response:
	return requests.post(f"{base_url}{API}{method}", json=values, timeout=60)


def test_words_of_a_guest_arrive_as_they_were_typed(base_url, case):
	"""Frappe filters what guests send, before a method that does not say that it takes care itself."""
	assert called(base_url, "track", **case).json()["message"]["description"] == TYPED
	said = called(base_url, "add_message", **case, text=TYPED).json()["message"]
	assert said["messages"][-1]["text"] == TYPED


def stored(answer: requests.Response) -> str:
	return answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize(
	"path", ("/complaint/new", "/complaint/track", "/complaint/feedback", "/complaints", "/complaints-policy")
)
def test_no_page_is_kept_by_anybody_on_the_way(base_url, path):
	answer = requests.get(base_url + path, timeout=60, allow_redirects=False)
	assert "no-store" in stored(answer)


def test_no_answer_about_a_case_is_kept(base_url, case):
	assert "no-store" in stored(called(base_url, "track", **case))
	page = requests.post(f"{base_url}/complaint/track", data=case, timeout=60)
	assert case["reference"] in page.text and "no-store" in stored(page)
	wrong = called(base_url, "track", reference=case["reference"], key="x")
	assert wrong.status_code == 404 and "no-store" in stored(wrong)


def test_other_pages_are_left_alone(base_url):
	assert "no-store" not in stored(requests.get(f"{base_url}/login", timeout=60))


def test_how_much_may_be_sent_at_once_is_said_and_true(base_url):
	page = requests.get(f"{base_url}/complaint/new", timeout=60)
	together = int(page.text.partition('data-together="')[2].partition('"')[0])
	assert f"{together} MB" in page.text
	photo = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00" + os.urandom(1024)
	part = together * 1024 * 1024 // 3 - len(photo) - 1000
	files = [("files", (f"{n}.jpg", photo + bytes([n]) * part)) for n in range(3)]
	answer = requests.post(f"{base_url}{API}file_complaint", data=FILING, files=files, timeout=120)
	assert answer.status_code == 200, answer.text[:300]

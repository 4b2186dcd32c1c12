"""The curl examples of docs/portal-api.md, run as they stand against the site."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "portal-api.md"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
REFUSED_HERE = ("respond_to_decision", "request_review")
"""422 while there is no decision, as the page says."""
SIGNED_IN = ("list_complaints", "my_documents")


def commands() -> list[str]:
	blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
	lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
	return [line for line in lines if line.startswith("curl")]


def method(command: str) -> str:
	return re.search(r"portal\.api\.(\w+)", command)[1]


def test_every_method_of_the_api_is_on_the_page():
	source = (PAGE.parents[1] / "cms_iso10002" / "portal" / "api.py").read_text(encoding="utf-8")
	whitelisted = re.findall(r"@frappe\.whitelist\([^\n]*\n(?:@[^\n]+\n)*def (\w+)\(", source)
	page = PAGE.read_text(encoding="utf-8")
	assert len(whitelisted) > 10
	assert [name for name in whitelisted if f"`{name}`" not in page and f'api.{name}"' not in page] == []


def test_the_examples_do_what_the_page_says(base_url, tmp_path):
	(tmp_path / "photo.png").write_bytes(PNG)
	known = {**os.environ, "SITE": base_url}
	for command in commands():
		name = method(command)
		if name in SIGNED_IN:
			continue
		done = subprocess.run(
			["sh", "-c", command.replace("curl", 'curl -w "\n%{http_code}"', 1)],
			env=known,
			cwd=tmp_path,
			capture_output=True,
			text=True,
			check=True,
			timeout=60,
		)
		body, _newline, status = done.stdout.rpartition("\n")
		assert status == ("422" if name in REFUSED_HERE else "200"), (name, done.stdout)
		if name == "download":
			assert (tmp_path / "saved.png").read_bytes() == PNG
			continue
		message = json.loads(body)["message"]
		if name == "file_complaint":
			known.update(REFERENCE=message["reference"], KEY=message["key"])
		if message.get("files"):
			known["FILE"] = message["files"][0]["name"]
	assert message["message"]  # of the last: a lost key


@pytest.mark.parametrize("name", SIGNED_IN)
def test_guests_have_no_list(base_url, tmp_path, name):
	address = f"{base_url}/api/method/cms_iso10002.portal.api.{name}"
	done = subprocess.run(
		["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", address],
		capture_output=True,
		text=True,
		check=True,
	)
	assert done.stdout == "403"


@pytest.mark.parametrize(
	"name", ("file_complaint", "track", "add_message", "withdraw", "give_feedback", "renew_key")
)
def test_what_writes_or_opens_is_post_only(base_url, name):
	address = f"{base_url}/api/method/cms_iso10002.portal.api.{name}?reference=x&subject=x&token=x"
	done = subprocess.run(
		["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", address],
		capture_output=True,
		text=True,
		check=True,
	)
	assert done.stdout == "403"

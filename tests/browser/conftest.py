"""Fixtures of the tests that drive Chromium against a running site: see docs/runtime.md.

What these tests do is committed: they make their own records, under names of their own.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SHOTS = Path(__file__).resolve().parent / "screenshots"
_ARGUMENTS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
]
# There is no realtime server, which the desk survives, and no way out of the machine.
_HARMLESS = re.compile(r"socket\.io|ERR_INTERNET_DISCONNECTED|ERR_NAME_NOT_RESOLVED|favicon|gravatar", re.I)


@pytest.fixture(scope="session")
def base_url() -> str:
	"""Where the site answers."""
	url = os.environ.get("CMS_BASE_URL")
	if not url:
		pytest.skip("no web server: run `python -m tests.runtime test tests/browser`")
	return url


@pytest.fixture(scope="session")
def browser():
	from playwright.sync_api import sync_playwright

	chromium = shutil.which("chromium") or "/usr/bin/chromium"
	with sync_playwright() as playwright:
		running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
		yield running
		running.close()


@pytest.fixture
def page(browser, base_url: str):
	"""A fresh page; `page.errors` lists what went wrong in its scripts, and the test fails if anything did.

	A test that expects errors empties the list at its end: `page.errors.clear()`.
	"""
	context = browser.new_context(base_url=base_url, viewport={"width": 1280, "height": 900}, locale="en")
	page = context.new_page()
	page.set_default_timeout(60_000)  # two runtimes may share two cores
	page.errors = []
	page.on("pageerror", lambda error: page.errors.append(f"script error: {error.stack}"))
	page.on("console", lambda message: _note(page, message))
	yield page
	context.close()
	assert not page.errors, "\n".join(page.errors)


def _note(page, message) -> None:
	if message.type == "error":
		text = f"{message.text} {message.location.get('url', '')}"
		if not _HARMLESS.search(text):
			page.errors.append(f"console error: {text}")


@pytest.fixture
def login() -> Callable:
	"""`login(page, user, password)`: logs in by the site's own API and leaves the session in the page's cookies."""

	def login(page, user: str = "Administrator", password: str = "admin") -> None:
		answer = page.request.post("/api/method/login", form={"usr": user, "pwd": password})
		assert answer.ok, f"{user} could not log in: {answer.status} {answer.text()[:300]}"

	return login


@pytest.fixture
def shot(request: pytest.FixtureRequest, page) -> Iterator[Callable]:
	"""`shot("list")`: saves a picture of the page under tests/browser/screenshots, which git ignores."""
	folder = SHOTS / os.environ.get("CMS_RUNTIME", "")
	folder.mkdir(parents=True, exist_ok=True)

	def shot(name: str, full_page: bool = False) -> Path:
		path = folder / f"{name}.png"
		page.screenshot(path=path, full_page=full_page)
		return path

	yield shot
	failed = getattr(request.node, "failed", False)
	if failed:
		shot(f"failed-{request.node.name}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
	outcome = yield
	if outcome.get_result().when == "call":
		item.failed = outcome.get_result().failed


# time passes -------------------------------------------------------------------------------------------------


@pytest.fixture
def set_clock_ahead() -> Iterator[Callable]:
	"""`set_clock_ahead(seconds)`: the app's clock on the whole site goes ahead, until the test ends.

	The new settings take the place of the old ones at once: a request that the browser still waits for would find a
	half-written file, and answer that there is no such site.
	"""
	site, sites = os.environ["CMS_TEST_SITE"], Path(os.environ["CMS_SITES_PATH"])
	config = sites / site / "site_config.json"
	before = config.read_text()

	def replace(text: str) -> None:
		new = config.with_suffix(".new")
		new.write_text(text)
		shutil.copymode(config, new)
		new.replace(config)

	def ahead(seconds: int) -> None:
		replace(json.dumps({**json.loads(before), "complaints_clock_ahead": seconds}, indent=1))

	yield ahead
	replace(before)


# the portal's tests ------------------------------------------------------------------------------------------


@pytest.fixture
def counted_anew(page) -> None:
	"""No limit remembers what the tests before did. For portal tests: `pytestmark = pytest.mark.usefixtures(…)`."""
	from tests.browser.portal import FORGET, script

	script(FORGET)


@pytest.fixture
def desk(browser, base_url: str, login):
	"""A person at the desk, by REST."""
	from tests.browser.portal import Desk

	desk = Desk(browser, base_url, login)
	yield desk
	desk.close()


@pytest.fixture(params=["phone", "desktop"])
def visitor(request, page):
	"""A page of somebody at a phone, then at a desktop; `page.kind` says which."""
	from tests.browser.portal import DESKTOP, PHONE

	page.kind = request.param
	page.set_viewport_size({"phone": PHONE, "desktop": DESKTOP}[page.kind])
	return page

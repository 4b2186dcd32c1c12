"""Fixtures of the tests that run on a Frappe site: see docs/runtime.md for how to run them.

A test runs as Administrator, in a transaction that is rolled back after it; `commit` and `rollback` inside it work
as ever, as far as the test can tell. A test that needs two connections or changes the schema is marked
`real_commit`: it commits for real and cleans up after itself.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def site() -> Iterator[str]:
	"""The connected test site; its name."""
	import frappe

	name, sites_path = os.environ["CMS_TEST_SITE"], os.environ["CMS_SITES_PATH"]
	before = Path.cwd()
	os.chdir(sites_path)
	frappe.init(site=name, sites_path=".")
	frappe.connect()
	_make_cast()
	yield name
	frappe.destroy()
	os.chdir(before)


def _make_cast() -> None:
	"""The users, customer and item that most tests need, once: a new user clears Frappe's caches every time."""
	import frappe

	from tests.site import factories

	frappe.flags.in_test = True
	factories.clear_records()
	factories.make_cast()
	factories.only_the_cast()
	frappe.db.commit()


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest, site: str) -> Iterator[None]:
	"""Nothing a test does outlives it (see tests/runtime/inside/isolation.py)."""
	import frappe

	from tests.runtime.inside import isolation

	# Frappe's count of connections leaves one second for all that comes after
	frappe.db.set_execution_timeout(0)
	with isolation.own_state():
		if request.node.get_closest_marker("real_commit"):
			yield
			frappe.db.rollback()
		else:
			with isolation.one_transaction():
				yield


@pytest.fixture
def second_connection() -> Callable[[], AbstractContextManager[None]]:
	"""`with second_connection(): …` runs what stands inside as another worker would. Mark the test real_commit."""
	from tests.runtime.inside import isolation

	return isolation.second_connection


class SpareSite:
	"""A site to install on, uninstall from and spoil; driven from outside, by Frappe's command line."""

	def __init__(self, runtime, name: str):
		self.runtime, self.name = runtime, name

	def frappe(self, *words: str) -> subprocess.CompletedProcess:
		"""Runs Frappe's CLI on it, as `bench --site … words` would."""
		return self._run(self.runtime.frappe(self.name, *words))

	def run(self, code: str) -> str:
		"""Runs Python on it, connected as Administrator and committed at the end; answers what it printed."""
		code = "\n".join("\t" + line for line in code.strip("\n").splitlines())
		program = (
			f"import frappe\nfrappe.init(site={self.name!r})\nfrappe.connect()\n"
			f"try:\n{code}\n\tfrappe.db.commit()\nfinally:\n\tfrappe.destroy()\n"
		)
		done = self._run([str(self.runtime.python), "-c", program])
		assert done.returncode == 0, done.stderr
		return done.stdout

	def _run(self, command: list[str]) -> subprocess.CompletedProcess:
		return subprocess.run(
			command,
			capture_output=True,
			text=True,
			check=False,
			cwd=self.runtime.sites,
			env=self.runtime.environment(self.name),
		)


@pytest.fixture
def spare_site() -> Iterator[SpareSite]:
	"""A site with Frappe and ERPNext and without our app, dropped after the test. Mark the test real_commit."""
	from tests.runtime import choice, sites

	runtime = choice.of_this_process()
	name = sites.site_name(sites.SPARE_SITE, os.environ["CMS_TEST_SITE"].partition(".")[0])
	sites.ensure(runtime, name, fresh=True, app=False)
	yield SpareSite(runtime, name)
	sites.drop(runtime, name)


@pytest.fixture
def body() -> None:
	"""An outside body that letters name, and a person to ask."""
	import frappe

	frappe.get_doc(
		{
			"doctype": "Dispute Resolution Body",
			"body_name": "Ombudsman of the Trade",
			"website": "https://ombudsman.test",
			"what_it_does": "It mediates free of charge.",
			"recourse_window_months": 12,
		}
	).insert()
	settings = frappe.get_doc("Complaint Settings")
	settings.update(
		{
			"final_response_body": "Ombudsman of the Trade",
			"contact_person": "Jana Vogel",
			"contact_email": "complaints@example.test",
			"contact_phone": "+49 40 555",
			"recourse_window_days": 60,
		}
	)
	settings.save()


@pytest.fixture
def web(site: str) -> Iterator[None]:
	"""Somebody who serves the styles: wkhtmltopdf fetches them from the site's address, and fails where nobody answers."""
	from functools import partial
	from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
	from threading import Thread

	import frappe

	class Quiet(SimpleHTTPRequestHandler):
		def log_message(self, *args):
			pass

	server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=frappe.local.sites_path))
	Thread(target=server.serve_forever, daemon=True).start()
	before = frappe.local.conf.host_name
	frappe.local.conf.host_name = f"http://127.0.0.1:{server.server_port}"
	yield
	frappe.local.conf.host_name = before
	server.shutdown()
	server.server_close()

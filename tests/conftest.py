"""For all tests: which need a site, and what to say where there is none.

Site and browser tests import Frappe, which only a runtime has (`make test`, or `python -m tests.runtime test
tests/site`; see docs/runtime.md). Plain pytest collects the unit tests alone, and says so.
"""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
_NEED_A_SITE = (_HERE / "site", _HERE / "browser")
_MARKERS = (
	"real_commit: commits for real (two connections, schema changes); cleans up after itself",
	"erpnext: needs real ERPNext (a bench); skipped, and says so, on the packaged runtime",
)


def pytest_configure(config: pytest.Config) -> None:
	for marker in _MARKERS:
		config.addinivalue_line("markers", marker)


def pytest_runtest_setup(item: pytest.Item) -> None:
	if item.get_closest_marker("erpnext") and not os.environ.get("CMS_REAL_ERPNEXT"):
		pytest.skip("needs real ERPNext: name a bench by FRAPPE_BENCH_ROOT")


def has_site() -> bool:
	return bool(os.environ.get("CMS_TEST_SITE") and os.environ.get("CMS_SITES_PATH"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
	if not has_site() and any(collection_path.is_relative_to(folder) for folder in _NEED_A_SITE):
		return True
	return None


def pytest_report_header() -> str | None:
	if has_site():
		return f"site: {os.environ['CMS_TEST_SITE']} on the {os.environ.get('CMS_RUNTIME', '?')} runtime"
	return None


def pytest_terminal_summary(terminalreporter) -> None:
	# CMS_RUNTIME is set by whoever runs the other tests apart.
	if not has_site() and not os.environ.get("CMS_RUNTIME"):
		terminalreporter.write_line(
			"tests/site and tests/browser are left out: they need a site. `make test` runs them (docs/runtime.md)."
		)

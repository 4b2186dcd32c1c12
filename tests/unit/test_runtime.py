"""The parts of tests/runtime that can be wrong without a site: whom it picks, what it ends, what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime import bench, choice, places, services, sites, spelling, steps, testing
from tests.runtime.settings import Settings
from tests.runtime.stand_in import table, writer


def make_bench(folder: Path) -> Path:
	(folder / "apps/frappe/frappe").mkdir(parents=True)
	(folder / "sites").mkdir()
	return folder


def test_a_bench_is_used_only_where_it_is_named_or_around(tmp_path, monkeypatch):
	monkeypatch.delenv("FRAPPE_BENCH_ROOT", raising=False)
	monkeypatch.setattr(places, "CHECKOUT", tmp_path / "elsewhere/app")
	make_bench(tmp_path / "frappe-bench")
	assert bench.root() is None
	assert [runtime.kind for runtime in choice.several()] == ["packaged"]

	monkeypatch.setattr(places, "CHECKOUT", tmp_path / "frappe-bench/apps/cms_iso10002")
	assert bench.root() == tmp_path / "frappe-bench"


def test_the_named_bench_wins_and_the_tests_use_both(tmp_path, monkeypatch):
	monkeypatch.setenv("FRAPPE_BENCH_ROOT", str(make_bench(tmp_path / "mine")))
	assert bench.root() == tmp_path / "mine"
	assert choice.one().kind == "bench"
	assert [runtime.kind for runtime in choice.several()] == ["packaged", "bench"]
	assert [runtime.kind for runtime in choice.several("packaged")] == ["packaged"]


def test_a_name_that_is_no_bench_is_an_error_with_a_remedy(tmp_path, monkeypatch):
	monkeypatch.setenv("FRAPPE_BENCH_ROOT", str(tmp_path))
	with pytest.raises(steps.Failed, match="names no bench") as failure:
		choice.several()
	assert "What to do" in failure.value.report()


def test_names_are_spelled_back_in_files_and_their_names(tmp_path):
	source = tmp_path / "criscostack"
	(source / "public/js/criscostack").mkdir(parents=True)
	(source / "__init__.py").write_text('"""Crisco."""\nHEADER = "X-Crisco-CSRF-Token"\n')
	(source / "brik_helper.py").write_text("import criscostack, criscoerp  # CRISCOSTACK_SITE\n")
	(source / "public/js/criscostack/a.js").write_text("criscostack.call()")
	(source / "logo.png").write_bytes(b"\x89criscostack")
	spelling.copy(source, tmp_path / "frappe")
	assert 'HEADER = "X-Frappe-CSRF-Token"' in (tmp_path / "frappe/__init__.py").read_text()
	helper = (tmp_path / "frappe/bench_helper.py").read_text()
	assert helper == "import frappe, erpnext  # FRAPPE_SITE\n"
	assert (tmp_path / "frappe/public/js/frappe/a.js").read_text() == "frappe.call()"
	assert (tmp_path / "frappe/logo.png").read_bytes() == b"\x89criscostack"


def test_every_line_of_the_stand_in_is_read():
	doctypes = {doctype.name: doctype for doctype in table.read()}
	issue = doctypes["Issue"]
	status = next(field for field in issue.fields if field.name == "status")
	assert (status.type, status.options.split("\n")[0], status.attributes["default"]) == (
		"Select",
		"Open",
		"Open",
	)
	assert issue.roles == ["Support Team"]
	json = writer.as_json(issue)
	assert json["field_order"][0] == "naming_series" and json["autoname"] == "naming_series:"
	names = [field.name for doctype in doctypes.values() for field in doctype.fields]
	assert all(name.isidentifier() for name in names)


def test_a_service_outlives_its_starter_and_is_ended_by_name(tmp_path):
	service = services.Service("sleeper", tmp_path)
	service.start([sys.executable, "-c", "import time; time.sleep(60)"], lambda: True, cwd=tmp_path)
	again = services.Service("sleeper", tmp_path)
	assert again.pid() == service.pid()
	assert os.getsid(again.pid()) == again.pid()
	assert again.stop() and again.pid() is None and not again.stop()


def test_a_reused_process_number_is_not_ended(tmp_path):
	service = services.Service("other", tmp_path)
	service.record.parent.mkdir(parents=True)
	service.record.write_text(f'{{"pid": {os.getpid()}, "began": "0"}}')
	assert service.pid() is None
	assert not service.stop()


def test_a_service_that_ends_at_once_says_where_to_look(tmp_path):
	service = services.Service("broken", tmp_path)
	with pytest.raises(steps.Failed, match="broken ended") as failure:
		service.start([sys.executable, "-c", "raise SystemExit('no such port')"], lambda: False, cwd=tmp_path)
	assert "no such port" in failure.value.report()


def test_a_failed_command_names_the_step_the_log_and_the_remedy(tmp_path, capsys):
	log = tmp_path / "setup.log"
	with pytest.raises(steps.Failed) as failure, steps.step("Cooking", "use salt", log):
		steps.run([sys.executable, "-c", "print('burnt'); raise SystemExit(3)"], log)
	report = failure.value.report()
	assert all(word in report for word in ("Cooking", "ended with 3", "burnt", str(log), "use salt"))


@pytest.mark.parametrize(
	("words", "suites"),
	[
		([], ["unit", "site", "browser"]),
		(["-k", "clock"], ["unit", "site", "browser"]),
		(["tests/site", "-x"], ["site"]),
		(["tests/unit/test_runtime.py::test_settings_are_kept", "tests/browser"], ["unit", "browser"]),
	],
)
def test_paths_choose_the_suites(words, suites):
	assert testing._suites([testing._absolute(word) for word in words]) == suites


def test_only_a_whole_run_is_recorded():
	assert not testing._narrowed(["-q", "-x"])
	assert testing._narrowed(["-k", "clock"])
	assert testing._narrowed([testing._absolute("tests/site/conftest.py")])


def test_settings_are_kept_from_others(tmp_path):
	settings = Settings(tmp_path / "config/runtime.json")
	assert settings.setdefault("password", "a") == "a"
	settings.set("port", 1)
	assert Settings(settings.path).setdefault("password", "b") == "a"
	assert settings.path.stat().st_mode & 0o077 == 0


def test_sites_of_ones_own():
	assert sites.site_name(sites.TEST_SITE) == "test.localhost"
	assert sites.site_name(sites.TEST_SITE, "alice") == "test-alice.localhost"


def test_without_a_site_plain_pytest_says_what_is_left_out():
	environment = {key: value for key, value in os.environ.items() if not key.startswith("CMS_")}
	done = subprocess.run(
		[sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/site", "-p", "no:cacheprovider"],
		cwd=places.CHECKOUT,
		env=environment,
		capture_output=True,
		text=True,
		check=False,
	)
	assert done.returncode == 5
	assert "tests/site and tests/browser are left out" in done.stdout

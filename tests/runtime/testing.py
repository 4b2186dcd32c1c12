"""Runs the tests: unit tests in a plain Python, site and browser tests on each runtime there is."""

import argparse
import datetime
import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tests.runtime import choice, environments, places, serving, sites
from tests.runtime.runtime import Runtime
from tests.runtime.steps import Failed, say
from tests.runtime.stopping import stop_unless_used

SUITES = ("unit", "site", "browser")
RECORD = places.CHECKOUT / ".bench-run.json"
_NO_TESTS = 5
_NARROWING = ("-k", "-m", "--lf", "--last-failed", "--ff", "--sw", "--deselect", "--ignore")


@dataclass
class Result:
	suite: str
	code: int
	passed: int = 0
	failed: int = 0
	skipped: int = 0

	def line(self) -> str:
		return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(options: argparse.Namespace) -> int:
	arguments = [_absolute(word) for word in options.arguments]
	suites = _suites(arguments)
	results = []
	if "unit" in suites:
		results.append(_unit(arguments))
	if set(suites) & {"site", "browser"}:
		for runtime in choice.several(options.runtime):
			results += _on_or_why_not(runtime, suites, arguments, options)
	return _conclude(results)


def _on_or_why_not(runtime: Runtime, suites: list[str], arguments: list[str], options) -> list[Result]:
	"""A runtime that cannot be had fails the tests; the others run all the same."""
	try:
		return _on(runtime, suites, arguments, options)
	except Failed as failure:
		say(failure.report())
		return [Result(f"{runtime.kind}-setup", 1, failed=1)]


def _unit(arguments: list[str]) -> Result:
	log = places.of_this_checkout() / "tools.log"
	say("\nUnit tests")
	environment = {**os.environ, "PYTHONPATH": str(places.CHECKOUT), "CMS_RUNTIME": "none"}
	for name in ("CMS_TEST_SITE", "CMS_SITES_PATH"):
		environment.pop(name, None)
	return _pytest("unit", environments.tools(log), environment, arguments)


def _on(runtime: Runtime, suites: list[str], arguments: list[str], options) -> list[Result]:
	"""The site and browser tests on one runtime; leaves no process behind that it did not find running."""
	say(f"\nSite and browser tests on the {runtime.kind} runtime")
	found = {service.name for service in serving.running(runtime)}
	site = sites.site_name(sites.TEST_SITE, options.site)
	results = []
	with runtime.in_use():
		runtime.prepare()
		sites.ensure(runtime, site, options.fresh, options.migrate)
		sites.configure(runtime, site, pause_scheduler=1)
		# For the site tests too: what makes a PDF fetches its styles from the site.
		environment = {**runtime.environment(site), "CMS_BASE_URL": serving.start_web(runtime, site)}
		for suite in [suite for suite in ("site", "browser") if suite in suites]:
			name = "-".join(filter(None, (runtime.kind, options.site, suite)))
			results.append(_pytest(name, runtime.python, environment, arguments))
		serving.stop_web(runtime, site)
	if runtime.kind == "bench" and not _narrowed(arguments):
		_record(runtime, results)
	if not options.keep and not found:
		stop_unless_used(runtime)
	return results


def _pytest(name: str, python: Path, environment: dict, arguments: list[str]) -> Result:
	"""Runs one suite in view, and counts its outcomes."""
	suite = name.rpartition("-")[2]
	folder = places.CHECKOUT / "tests" / suite
	given = [word for word in arguments if _suite_of(word) in (None, suite)]
	targets = [] if any(_suite_of(word) for word in given) else [str(folder)]
	report = places.of_this_checkout() / "reports" / f"{name}.xml"
	report.parent.mkdir(parents=True, exist_ok=True)
	report.unlink(missing_ok=True)
	cache = places.of_this_checkout() / "pytest" / name
	extra = [f"--junitxml={report}", "-o", f"cache_dir={cache}", "-p", "no:randomly"]
	if suite != "unit":
		# What Frappe's dependencies are warned about is nothing to us.
		extra += ["-W", "ignore::DeprecationWarning", "-W", "ignore::FutureWarning"]
	command = [python, "-m", "pytest", *extra, *given, *targets]
	done = subprocess.run(command, cwd=places.CHECKOUT, env=environment, check=False)
	return _count(Result(name, done.returncode), report)


def _count(result: Result, report: Path) -> Result:
	if report.exists():
		for suite in ElementTree.parse(report).iter("testsuite"):
			numbers = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
			result.failed += numbers["failures"] + numbers["errors"]
			result.skipped += numbers["skipped"]
			result.passed += numbers["tests"] - sum(numbers[key] for key in ("failures", "errors", "skipped"))
	return result


def _conclude(results: list[Result]) -> int:
	say()
	for result in results:
		say(f"  {result.suite:<18} {result.line()}")
	total = Result("total", 0)
	for result in results:
		total.passed += result.passed
		total.failed += result.failed
		total.skipped += result.skipped
	say(f"total: {total.line()}")
	codes = [result.code for result in results]
	if codes and all(code == _NO_TESTS for code in codes):
		return _NO_TESTS
	return next((code for code in codes if code not in (0, _NO_TESTS)), 0)


def _record(runtime: Runtime, results: list[Result]) -> None:
	"""Tells which commit ran on which real Frappe and ERPNext, and how it went."""
	git = ["git", "-C", str(places.CHECKOUT)]
	commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
	changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
	counts = {key: sum(getattr(r, key) for r in results) for key in ("passed", "failed", "skipped")}
	record = {
		"commit": commit.stdout.strip(),
		"uncommitted_changes": bool(changed.stdout.strip()),
		**runtime.versions(),
		"counts": counts,
		"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
	}
	RECORD.write_text(json.dumps(record, indent="\t") + "\n")


def _absolute(word: str) -> str:
	"""A path given from the repository's root, so that it holds wherever pytest is started."""
	path, sign, rest = word.partition("::")
	if not word.startswith("-") and (places.CHECKOUT / path).exists():
		return f"{places.CHECKOUT / path}{sign}{rest}"
	return word


def _suite_of(word: str) -> str | None:
	"""The suite that a path belongs to; None for what is no path of a suite."""
	folder = places.CHECKOUT / "tests"
	path = Path(word.partition("::")[0])
	if path.is_absolute() and path.is_relative_to(folder) and path != folder:
		return path.relative_to(folder).parts[0]
	return None


def _suites(arguments: list[str]) -> list[str]:
	named = {_suite_of(word) for word in arguments} - {None}
	return [suite for suite in SUITES if not named or suite in named]


def _narrowed(arguments: list[str]) -> bool:
	return any(_suite_of(word) or word.startswith(_NARROWING) for word in arguments)

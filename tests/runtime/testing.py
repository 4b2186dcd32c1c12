"""Runs the tests: unit tests in a plain Python, site and browser tests on each runtime there is."""

import argparse
import os
import subprocess
from pathlib import Path

from tests.runtime import beside, choice, environments, machine, places, results, serving, sites
from tests.runtime.results import Result
from tests.runtime.runtime import Runtime
from tests.runtime.steps import Failed, say
from tests.runtime.stopping import stop_unless_used

SUITES = ("unit", "site", "browser")
_NARROWING = ("-k", "-m", "--lf", "--last-failed", "--ff", "--sw", "--deselect", "--ignore")


def main(options: argparse.Namespace) -> int:
	arguments = [_absolute(word) for word in options.arguments]
	suites = _suites(arguments)
	if options.results:
		[runtime] = choice.several(options.runtime)
		results.hand_over(Path(options.results), _on_or_why_not(runtime, suites, arguments, options))
		return 0
	runtimes = choice.several(options.runtime) if set(suites) & {"site", "browser"} else []
	others = _start_others(runtimes, options)
	done = [_unit(arguments)] if "unit" in suites else []
	for runtime in runtimes[: len(runtimes) - len(others)]:
		done += _on_or_why_not(runtime, suites, arguments, options)
	for other in others:
		done += other.join()
	return results.conclude(done)


def _start_others(runtimes: list[Runtime], options: argparse.Namespace) -> list[beside.Beside]:
	"""All runtimes but the first are tested beside it, where there is a processor for them."""
	if len(runtimes) < 2 or not beside.worth_it():
		return []
	machine.need_packages(runtimes[0].log, packaged=True)
	words = ["--site", options.site] if options.site else []
	flags = {"--fresh": options.fresh, "--no-migrate": not options.migrate, "--keep": options.keep}
	words += [flag for flag, wanted in flags.items() if wanted]
	words += options.arguments
	return [beside.Beside(runtime.kind, words) for runtime in runtimes[1:]]


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
	done = []
	with runtime.in_use():
		runtime.prepare()
		sites.ensure(runtime, site, options.fresh, options.migrate)
		sites.configure(runtime, site, pause_scheduler=1)
		# For the site tests too: what makes a PDF fetches its styles from the site.
		environment = {**runtime.environment(site), "CMS_BASE_URL": serving.start_web(runtime, site)}
		for suite in [suite for suite in ("site", "browser") if suite in suites]:
			name = "-".join(filter(None, (runtime.kind, options.site, suite)))
			done.append(_pytest(name, runtime.python, environment, arguments))
		serving.stop_web(runtime, site)
	if runtime.kind == "bench" and not _narrowed(arguments):
		results.record(runtime, done)
	if not options.keep and not found:
		stop_unless_used(runtime)
	return done


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
	return results.counted(name, done.returncode, report)


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

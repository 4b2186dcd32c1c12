"""A running site to look at, filled with believable complaints."""

import argparse
import subprocess
from pathlib import Path

from tests.runtime import choice, places, serving, sites
from tests.runtime.runtime import Runtime
from tests.runtime.steps import Failed, say, step


def main(options: argparse.Namespace) -> int:
	runtime = choice.one(options.runtime)
	say(f"Demo on the {runtime.kind} runtime")
	site = sites.site_name(sites.DEMO_SITE, options.site)
	with runtime.in_use():
		runtime.prepare()
		sites.ensure(runtime, site, options.fresh, options.migrate)
		url = serving.address(runtime, site)
		sites.configure(runtime, site, host_name=url)
		told = _fill(runtime, site)
		serving.start_background(runtime)
		serving.start_web(runtime, site)
	say(f"\n  {url}")
	say(f"  Administrator, password {sites.PASSWORD}")
	if told:
		say("\n".join(f"  {line}" for line in told.splitlines()))
	say("\n  It runs until `make stop`.")
	return 0


def _fill(runtime: Runtime, site: str) -> str:
	"""Runs the app's `complaints demo` once for each new site; answers what it had to say."""
	kept = runtime.sites / site / "demo.txt"
	if not _has_commands():
		return ""
	if not kept.exists():
		with step("Demo data (once, about a minute)", "mend what the log shows", runtime.log):
			runtime.run_frappe(site, "enable-scheduler")
			kept.write_text(_demo_data(runtime, site))
	return kept.read_text()


def _has_commands() -> bool:
	package = places.CHECKOUT / places.APP
	return (package / "commands.py").exists() or (package / "commands").is_dir()


def _demo_data(runtime: Runtime, site: str) -> str:
	with open(runtime.log, "a") as log:
		done = subprocess.run(
			runtime.frappe(site, "complaints", "demo"),
			stdout=subprocess.PIPE,
			stderr=log,
			text=True,
			env=runtime.environment(site),
			cwd=runtime.sites,
			check=False,
		)
		log.write(done.stdout)
	if done.returncode:
		raise Failed("`complaints demo` failed", log=Path(runtime.log))
	return done.stdout.strip()

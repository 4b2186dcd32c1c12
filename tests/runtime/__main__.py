"""The command line: python -m tests.runtime COMMAND, from the repository's root. See docs/runtime.md."""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time

if sys.version_info < (3, 10):  # noqa: UP036 - said clearly to whoever starts it with an older one
	sys.exit("cms_iso10002 needs Python 3.10 or newer: on Debian 12, apt-get install python3")

from tests.runtime import choice, demo, linting, serving, sites, stopping, testing
from tests.runtime.runtime import Runtime
from tests.runtime.steps import Failed, say


def main(words: list[str] | None = None) -> int:
	# Ended from outside, it ends in order, and with it what runs beside it.
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	options, rest = _parser().parse_known_args(words)
	options.arguments = rest[1:] if rest[:1] == ["--"] else rest
	started = time.monotonic()
	try:
		code = options.command(options)
	except Failed as failure:
		say(failure.report())
		return 1
	except KeyboardInterrupt:
		say("\ninterrupted; `make stop` ends what was started")
		return 130
	if options.timed:
		say(f"({time.monotonic() - started:.0f} s)")
	return code


def _parser() -> argparse.ArgumentParser:
	common = argparse.ArgumentParser(add_help=False)
	common.add_argument("--runtime", choices=choice.KINDS, default=os.environ.get("CMS_USE", "auto"))
	common.add_argument("--site", default="", metavar="NAME", help="a site to yourself: test-NAME, demo-NAME")
	common.add_argument("--fresh", action="store_true", help="make the site anew")
	common.add_argument("--no-migrate", dest="migrate", action="store_false", help="use the site as it is")
	parser = argparse.ArgumentParser(prog="python -m tests.runtime", description=__doc__)
	commands = parser.add_subparsers(required=True)
	for name, function, text in (
		("demo", demo.main, "a running site with data, and its address"),
		("test", testing.main, "the tests; what follows is pytest's: paths, -k, -x"),
		("lint", linting.main, "ruff's checks and the format of the code"),
		("setup", _setup, "the test site, ready, and its services running"),
		("exec", _exec, "Frappe's command line on the test site: exec -- complaints verify"),
		("python", _python, "the runtime's Python: python -- script.py"),
		("env", _env, "the environment of a site's processes, for eval in a shell"),
		("status", _status, "what runs and what was made"),
		("stop", _stop, "ends all that was started"),
		("clean", _clean, "takes away the sites and databases of this checkout"),
	):
		command = commands.add_parser(name, parents=[common], help=text, allow_abbrev=False)
		command.set_defaults(command=function, timed=name in ("demo", "test", "setup"))
		if name == "test":
			command.add_argument("--keep", action="store_true", help="leave the services running")
			command.add_argument("--results", default="", help=argparse.SUPPRESS)
		if name == "clean":
			command.add_argument("--shared", action="store_true", help="and what all checkouts share")
		if name in ("exec", "python", "env"):
			command.add_argument("--demo", action="store_true", help="the demo's site, not the tests'")
	return parser


def _ready(options: argparse.Namespace) -> tuple[Runtime, str]:
	"""A runtime with its services up, and a site on it."""
	runtime = choice.one(options.runtime)
	kind = sites.DEMO_SITE if getattr(options, "demo", False) else sites.TEST_SITE
	site = sites.site_name(kind, options.site)
	runtime.prepare()
	sites.ensure(runtime, site, options.fresh, options.migrate)
	sites.configure(runtime, site, host_name=serving.address(runtime, site))
	return runtime, site


def _setup(options: argparse.Namespace) -> int:
	for runtime in choice.several(options.runtime):
		options.runtime = runtime.kind
		runtime, site = _ready(options)
		say(f"{site} is ready: {runtime.sites / site}")
	return 0


def _ready_quietly(options: argparse.Namespace) -> tuple[Runtime, str]:
	"""As `_ready`, with the steps on the other stream: what is printed belongs to the command."""
	out, sys.stdout = sys.stdout, sys.stderr
	try:
		return _ready(options)
	finally:
		sys.stdout = out


def _exec(options: argparse.Namespace) -> int:
	runtime, site = _ready_quietly(options)
	return _run(runtime, site, runtime.frappe(site, *options.arguments))


def _python(options: argparse.Namespace) -> int:
	runtime, site = _ready_quietly(options)
	return _run(runtime, site, [str(runtime.python), *options.arguments])


def _run(runtime: Runtime, site: str, command: list[str]) -> int:
	environment = runtime.environment(site)
	return subprocess.run(command, env=environment, cwd=runtime.sites, check=False).returncode


def _env(options: argparse.Namespace) -> int:
	runtime, site = _ready_quietly(options)
	for name, value in runtime.environment(site).items():
		if os.environ.get(name) != value:
			say(f"export {name}={shlex.quote(value)}")
	say(f"export CMS_PYTHON={shlex.quote(str(runtime.python))}")
	say(f"cd {shlex.quote(str(runtime.sites))}")
	return 0


def _status(options: argparse.Namespace) -> int:
	for runtime in choice.several(options.runtime):
		say(f"{runtime.kind}: {runtime.home}")
		for service in serving.running(runtime):
			port = runtime.settings.get(f"{service.name}_port")
			say(f"  runs: {service.name}, process {service.pid()}" + (f", port {port}" if port else ""))
		for site in sites.all_of(runtime):
			say(f"  site: {site}")
	return 0


def _stop(options: argparse.Namespace) -> int:
	for runtime in choice.several(options.runtime):
		stopping.stop(runtime)
	return 0


def _clean(options: argparse.Namespace) -> int:
	for runtime in choice.several(options.runtime):
		stopping.clean(runtime)
	stopping.clean_checkout()
	if options.shared:
		stopping.clean_shared()
	return 0


if __name__ == "__main__":
	sys.exit(main())

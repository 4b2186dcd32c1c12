"""The processes of a running site: a web server, and for a demo a background worker and a scheduler too."""

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from tests.runtime import places, sites
from tests.runtime.services import Service
from tests.runtime.steps import step

if TYPE_CHECKING:
	from tests.runtime.runtime import Runtime

_FIRST_PORT = {sites.DEMO_SITE: 8100, sites.TEST_SITE: 8200}
_BACKGROUND = {
	"worker": ["worker", "--queue", "short,default,long", "--quiet"],
	"scheduler": ["schedule"],
}


def address(runtime: "Runtime", site: str) -> str:
	"""The URL of a site's web server, running or not; wkhtmltopdf fetches styles from it too."""
	first = _FIRST_PORT.get(site, 8300)
	return f"http://127.0.0.1:{runtime.port(_web(site), first)}"


def start_web(runtime: "Runtime", site: str) -> str:
	"""Starts the site's web server, anew where it runs older code; answers its URL."""
	url, service = address(runtime, site), Service(_web(site), runtime.home)
	sites.configure(runtime, site, host_name=url)
	if service.pid() and runtime.settings.get(f"{service.name}_code") != _code():
		service.stop()
	if service.pid() and _responds(url):
		return url
	with step(f"Web server of {site} ({runtime.kind})", "`make stop`, then again", service.log):
		command = [runtime.python, "-m", "tests.runtime.inside.serve", site, url.rpartition(":")[2]]
		environment = runtime.environment(site)
		service.start(command, lambda: _responds(url), env=environment, cwd=runtime.sites)
		runtime.settings.set(f"{service.name}_code", _code())
	return url


def stop_web(runtime: "Runtime", site: str) -> None:
	Service(_web(site), runtime.home).stop()


def start_background(runtime: "Runtime") -> None:
	"""Starts the worker and the scheduler of all sites of the runtime."""
	for name, words in _BACKGROUND.items():
		service = Service(name, runtime.home)
		if service.pid() and runtime.settings.get(f"{name}_code") != _code():
			service.stop()
		if not service.pid():
			with step(f"Background {name} ({runtime.kind})", "`make stop`, then again", service.log):
				service.start(
					runtime.frappe(None, *words), lambda: True, env=runtime.environment(), cwd=runtime.sites
				)
				runtime.settings.set(f"{name}_code", _code())


def running(runtime: "Runtime") -> list[Service]:
	"""Every service of the runtime that runs, those that need others first."""
	records = sorted((runtime.home / "run").glob("*.json"))
	services = [Service(path.stem, runtime.home) for path in records]
	last = ("redis_queue", "redis_cache", "mariadb")
	services.sort(key=lambda service: last.index(service.name) + 1 if service.name in last else 0)
	return [service for service in services if service.pid()]


def _web(site: str) -> str:
	return f"web-{site.partition('.')[0]}"


def _code() -> str:
	return places.app_digest()


def _responds(url: str) -> bool:
	try:
		with urllib.request.urlopen(f"{url}/api/method/ping", timeout=30) as answer:
			return answer.status == 200
	except (urllib.error.URLError, OSError):
		return False

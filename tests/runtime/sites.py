"""Making, migrating and dropping sites.

A site without our app takes half a minute to install, so that is done once: its database is dumped into the cache,
and every new site starts from the dump.
"""

import base64
import json
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.runtime import places
from tests.runtime.settings import write_private
from tests.runtime.steps import step

if TYPE_CHECKING:
	from tests.runtime.runtime import Runtime

PASSWORD = "admin"
TEST_SITE = "test.localhost"
DEMO_SITE = "demo.localhost"
SPARE_SITE = "spare.localhost"
_BASE_SITE = "base.localhost"
_FOLDERS = ("public/files", "private/files", "private/backups", "locks", "logs")


def site_name(kind: str, name: str = "") -> str:
	"""The site of somebody who wants one to themselves: `test-alice.localhost`."""
	first, _, rest = kind.partition(".")
	return f"{first}-{name}.{rest}" if name else kind


def ensure(
	runtime: "Runtime", site: str, fresh: bool = False, migrate: bool = True, app: bool = True
) -> bool:
	"""A site with the app as it stands in the checkout; answers whether it was made anew."""
	with runtime.locked():
		base = base_dump(runtime)
		state = _state(runtime, site)
		new = fresh or state.get("base") != base.name
		if new:
			drop(runtime, site)
			_restore(runtime, site, base)
		if app:
			_bring_up_to_date(runtime, site, migrate)
	return new


def _bring_up_to_date(runtime: "Runtime", site: str, migrate: bool) -> None:
	state = _state(runtime, site)
	wanted = places.app_digest()
	if state.get("app") == wanted or (state.get("app") and not migrate):
		return
	remedy = "mend what the log shows; with `--fresh` the site is made anew"
	if state.get("app"):
		with step(f"Migrating {site} ({runtime.kind})", remedy, runtime.log):
			runtime.run_frappe(site, "migrate", "--skip-search-index")
	else:
		_keep_state(runtime, site, base="")
		with step(f"Installing the app on {site} ({runtime.kind})", remedy, runtime.log):
			runtime.run_frappe(site, "install-app", places.APP)
	_keep_state(runtime, site, base=base_dump(runtime).name, app=wanted)


def base_dump(runtime: "Runtime") -> Path:
	"""The dump of a site with Frappe, ERPNext and a company, and without our app."""
	key = places.digest(*runtime.base_parts())
	path = places.cache() / "shared" / f"base-{runtime.kind}-{key}.sql"
	if not path.exists():
		_make_base(runtime, path)
	return path


def _make_base(runtime: "Runtime", path: Path) -> None:
	site, database = _BASE_SITE, runtime.database()
	drop(runtime, site)
	remedy = "look at the log, then `make clean` and again"
	with step(f"A {runtime.kind} site to start from (once, about a minute)", remedy, runtime.log):
		name = _database_name(runtime, site)
		options = ["--db-name", name, "--admin-password", PASSWORD, "--no-mariadb-socket", "--force"]
		options += ["--db-root-username", database.user, "--db-root-password", database.password]
		runtime.run_frappe(None, "new-site", site, *options)
		runtime.run_frappe(site, "install-app", "erpnext")
		runtime.run_inside("setup_site", site)
		path.parent.mkdir(parents=True, exist_ok=True)
		database.dump(name, path, runtime.log)
	drop(runtime, site)


def _restore(runtime: "Runtime", site: str, dump: Path) -> None:
	database, name = runtime.database(), _database_name(runtime, site)
	with step(f"The site {site} ({runtime.kind})", "`make clean`, then again", runtime.log):
		password = secrets.token_hex(16)
		database.create(name, password)
		database.load(name, dump, runtime.log)
		for folder in _FOLDERS:
			(runtime.sites / site / folder).mkdir(parents=True, exist_ok=True)
		config = {"db_name": name, "db_password": password, "db_type": "mariadb"}
		config["encryption_key"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
		write_private(runtime.sites / site / "site_config.json", config)
		runtime.forget_cached()
		_keep_state(runtime, site, base=dump.name)


def configure(runtime: "Runtime", site: str, **values) -> None:
	"""Sets keys of a site's own configuration."""
	path = runtime.sites / site / "site_config.json"
	config = json.loads(path.read_text())
	if {**config, **values} != config:
		write_private(path, {**config, **values})


def drop(runtime: "Runtime", site: str) -> None:
	"""Takes away a site of ours: its database, its user, its files."""
	runtime.database().drop(_database_name(runtime, site))
	shutil.rmtree(runtime.sites / site, ignore_errors=True)
	_state_file(runtime, site).unlink(missing_ok=True)


def all_of(runtime: "Runtime") -> list[str]:
	found = runtime.sites.glob("*/site_config.json") if runtime.sites.exists() else []
	return sorted(path.parent.name for path in found)


def _database_name(runtime: "Runtime", site: str) -> str:
	"""A name no other checkout's site has, so that on a shared MariaDB we meet only our own."""
	return f"_cms_{places.digest(str(runtime.home), site)}"


def _state_file(runtime: "Runtime", site: str) -> Path:
	return runtime.home / "config" / f"{site}.json"


def _state(runtime: "Runtime", site: str) -> dict:
	path = _state_file(runtime, site)
	return json.loads(path.read_text()) if path.exists() else {}


def _keep_state(runtime: "Runtime", site: str, **state) -> None:
	_state_file(runtime, site).write_text(json.dumps(state))

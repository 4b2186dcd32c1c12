"""The bench: real Frappe and real ERPNext, in a `sites` folder of our own beside the bench's.

Nothing in the bench is changed: its Python, its apps and its built assets are used where they lie, its MariaDB gets
databases of our own (and loses no other), and its Redis is left alone for one of ours.
"""

import json
import os
import subprocess
from pathlib import Path

from tests.runtime import assets, places
from tests.runtime.datastores import Database
from tests.runtime.runtime import Runtime
from tests.runtime.services import answers
from tests.runtime.steps import Failed, run, step

# What the app and its tests import, and what pip calls it.
_NEEDED = {
	"hypothesis": "hypothesis",
	"playwright": "playwright",
	"pytest": "pytest",
	"rapidfuzz": "rapidfuzz>=3.0,<4",
	"tzdata": "tzdata",
}


def root() -> Path | None:
	"""The bench that was named, or the one this checkout lies in; never one merely found."""
	named = os.environ.get("FRAPPE_BENCH_ROOT")
	if named:
		if not _is_bench(Path(named)):
			raise Failed(
				f"FRAPPE_BENCH_ROOT={named} names no bench (a folder with apps/frappe and sites)",
				"name one, or unset it to use the packaged runtime",
			)
		return Path(named).resolve()
	return next((folder for folder in places.CHECKOUT.parents if _is_bench(folder)), None)


def _is_bench(folder: Path) -> bool:
	return (folder / "apps/frappe/frappe").is_dir() and (folder / "sites").is_dir()


class Bench(Runtime):
	kind = "bench"
	real_erpnext = True

	def __init__(self, root: Path):
		super().__init__()
		self.root = root
		self.python = root / "env/bin/python"

	def find(self) -> None:
		if not self.python.exists():
			raise Failed(f"The bench at {self.root} has no env/bin/python", "run its `bench setup env`")
		if not (self.root / "apps/erpnext/erpnext").is_dir():
			raise Failed(f"The bench at {self.root} has no ERPNext", "bench get-app erpnext")
		probe = f"import importlib.util as u; print(*[m for m in {list(_NEEDED)} if not u.find_spec(m)])"
		lacking = subprocess.run([self.python, "-c", probe], capture_output=True, text=True, check=True)
		if packages := [_NEEDED[name] for name in lacking.stdout.split()]:
			with step(f"Python packages the tests need in the bench: {', '.join(packages)}", "", self.log):
				run([self.python, "-m", "pip", "install", "--quiet", *packages], self.log)

	def app_folders(self) -> dict[str, Path]:
		apps = self.root / "apps"
		return {"frappe": apps / "frappe", "erpnext": apps / "erpnext", places.APP: places.CHECKOUT}

	def config(self) -> dict:
		path = self.root / "sites/common_site_config.json"
		return json.loads(path.read_text()) if path.exists() else {}

	def database(self) -> Database:
		config = self.config()
		password = os.environ.get("DB_ROOT_PASSWORD") or config.get("root_password")
		if password is None:
			raise Failed(
				f"No login for the bench's database: {self.root}/sites/common_site_config.json has no root_password",
				"set DB_ROOT_PASSWORD (and DB_ROOT_USER where it is not root)",
			)
		user = os.environ.get("DB_ROOT_USER") or config.get("root_login") or "root"
		return Database(
			config.get("db_host") or "127.0.0.1", int(config.get("db_port") or 3306), user, password
		)

	def start_database(self) -> None:
		database = self.database()
		if not answers(database.port, database.host):
			raise Failed(
				f"The bench's MariaDB does not answer on {database.host}:{database.port}",
				"start it (Debian: service mariadb start); it belongs to the bench, so it is not started from here",
			)
		database.sql("SELECT 1;")

	def base_parts(self) -> list[str | bytes | Path]:
		versions = self.versions()
		heads = [self.root / f"apps/{app}/{app}/__init__.py" for app in ("frappe", "erpnext")]
		hooks = [self.root / f"apps/{app}/{app}/hooks.py" for app in ("frappe", "erpnext")]
		return [str(self.root), json.dumps(versions), *heads, *hooks, places.RUNTIME / "inside/setup_site.py"]

	def bundles(self) -> assets.Bundles:
		built = assets.Bundles()
		for name, urls in (("assets.json", built.ltr), ("assets-rtl.json", built.rtl)):
			path = self.root / "sites/assets" / name
			if not path.exists():
				raise Failed(f"The bench's assets are not built: {path} is missing", "run its `bench build`")
			urls.update(json.loads(path.read_text()))
		return built

"""What the two runtimes have in common: a folder laid out like a bench, Redis, and Frappe's command line."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.runtime import assets, machine, places
from tests.runtime.datastores import Database, OwnRedis
from tests.runtime.services import Service, answers, free_port
from tests.runtime.settings import Settings, write_private
from tests.runtime.steps import run, step

# The two Redis servers, and from which port on each looks for a free one.
_REDIS = {"redis_cache": 23000, "redis_queue": 25000}
APPS = ("frappe", "erpnext", places.APP)


class Runtime:
	"""A Frappe with its services and a `sites` folder that is ours alone."""

	kind = ""
	real_erpnext = False

	def __init__(self) -> None:
		self.home = places.of_this_checkout() / self.kind
		self.sites = self.home / "sites"
		self.log = self.home / "logs/setup.log"
		self.python = Path()
		self.settings = Settings(self.home / "config/runtime.json")
		self.redis: list[OwnRedis] = []

	# What each runtime supplies.

	def find(self) -> None:
		"""Finds or makes the Python and the packages; sets `self.python`."""
		raise NotImplementedError

	def database(self) -> Database:
		raise NotImplementedError

	def start_database(self) -> None:
		raise NotImplementedError

	def app_folders(self) -> dict[str, Path]:
		"""The folder that holds each app's package, by the app's name."""
		raise NotImplementedError

	def base_parts(self) -> list[str | bytes | Path]:
		"""What a site without our app is made from: a change asks for a new one."""
		raise NotImplementedError

	def bundles(self) -> assets.Bundles:
		"""Frappe's and ERPNext's built scripts and styles."""
		raise NotImplementedError

	# What they share.

	def prepare(self) -> None:
		"""Brings the runtime to where a site can be made in it, and its services to life."""
		machine.need_packages(self.log, packaged=not self.real_erpnext)
		self.find()
		with self.locked():
			self.lay_out()
			self.start_services()
			assets.put_together(self)

	def join(self) -> None:
		"""Meets a runtime that another process has prepared."""
		self.find()
		self.meet_services()

	def locked(self) -> contextlib.AbstractContextManager[None]:
		"""One command at a time makes, migrates or drops sites here."""
		return places.locked(self.home / "run/setup.lock")

	def in_use(self) -> contextlib.AbstractContextManager[None]:
		"""Tells other commands that the services are needed."""
		return places.locked(self.home / "run/users.lock", exclusive=False)

	def port(self, name: str, start: int) -> int:
		"""A port chosen once, unless somebody else has taken it while we were away."""
		key = f"{name}_port"
		known = self.settings.get(key)
		if known and (Service(name, self.home).pid() or not answers(known)):
			return known
		taken = {value for other, value in self.settings.all().items() if other.endswith("_port")}
		port = free_port(start, taken)
		self.settings.set(key, port)
		return port

	def lay_out(self) -> None:
		"""A folder like a bench's: apps, sites, logs, config."""
		for name in ("apps", "sites/assets", "logs", "config", "run"):
			(self.home / name).mkdir(parents=True, exist_ok=True)
		for app, folder in self.app_folders().items():
			places.link(self.home / "apps" / app, folder)
		(self.sites / "apps.txt").write_text("\n".join(APPS) + "\n")

	def own_port(self, name: str, start: int) -> int:
		"""A port of a service that nobody calls by its number: checkouts start to look in places of their own."""
		return self.port(name, start + int(places.digest(str(self.home)), 16) % 100 * 10)

	def meet_services(self) -> None:
		"""Knows where the services are, or will be."""
		ports = {name: self.own_port(name, start) for name, start in _REDIS.items()}
		self.redis = [OwnRedis(name, self.home, port) for name, port in ports.items()]

	def start_services(self) -> None:
		with step(f"Services of the {self.kind} runtime", "`make stop`, then again", self.log):
			self.meet_services()
			self.start_database()
			for redis in self.redis:
				redis.start()
			self.write_common_config()

	def write_common_config(self) -> None:
		database = self.database()
		cache, queue = (redis.url for redis in self.redis)
		config = {
			"db_host": database.host,
			"db_port": database.port,
			"root_login": database.user,
			"root_password": database.password,
			"redis_cache": cache,
			"redis_queue": queue,
			"redis_socketio": cache,
			# Names the job queues; made from the place of Frappe's package otherwise, which runtimes share.
			"bench_id": f"{places.APP}-{self.kind}",
			"developer_mode": 0,
			"allow_tests": 1,
			"background_workers": 1,
			# Mails are queued, never sent; the account that sends them comes from here.
			"mute_emails": 1,
			"mail_server": "127.0.0.1",
			"mail_port": 25,
			"auto_email_id": "complaints@example.com",
			"email_sender_name": "Complaints",
		}
		write_private(self.sites / "common_site_config.json", config)

	def forget_cached(self) -> None:
		"""Empties the Redis cache: it outlives what it was made from."""
		with socket.create_connection(("127.0.0.1", self.redis[0].port), timeout=10) as connection:
			connection.sendall(b"FLUSHALL\r\n")
			connection.recv(64)

	def environment(self, site: str | None = None) -> dict[str, str]:
		"""The environment of every process that imports Frappe."""
		extra = os.environ.get("PYTHONPATH")
		path = [str(places.CHECKOUT), *self.python_path(), *([extra] if extra else [])]
		found = {
			**os.environ,
			"PYTHONPATH": os.pathsep.join(path),
			"PYTHONUNBUFFERED": "1",
			"SITES_PATH": str(self.sites),
			"CMS_SITES_PATH": str(self.sites),
			"CMS_RUNTIME": self.kind,
			"CMS_REAL_ERPNEXT": "1" if self.real_erpnext else "",
		}
		# Frappe's own variables for its database and queue would lead to those of another bench.
		for name in [name for name in found if name.startswith("FRAPPE_") and name != "FRAPPE_BENCH_ROOT"]:
			del found[name]
		return {**found, "CMS_TEST_SITE": site} if site else found

	def python_path(self) -> list[str]:
		return []

	def frappe(self, site: str | None, *words: str) -> list[str]:
		"""The command line of Frappe's own CLI, what `bench --site SITE …` runs."""
		where = ["--site", site] if site else []
		return [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", *where, *words]

	def run_frappe(self, site: str | None, *words: str, remedy: str = "") -> None:
		run(self.frappe(site, *words), self.log, remedy, env=self.environment(site), cwd=self.sites)

	def run_inside(self, module: str, *words: str) -> None:
		"""Runs a module of ours under the runtime's Python, in the `sites` folder."""
		command = [self.python, "-m", f"tests.runtime.inside.{module}", *words]
		run(command, self.log, env=self.environment(), cwd=self.sites)

	def versions(self) -> dict[str, str]:
		probe = "import json, frappe, erpnext; print(json.dumps([frappe.__version__, erpnext.__version__]))"
		done = subprocess.run(
			[self.python, "-c", probe],
			env=self.environment(),
			cwd=self.sites,
			capture_output=True,
			text=True,
			check=True,
		)
		frappe, erpnext = json.loads(done.stdout.splitlines()[-1])
		return {"frappe": frappe, "erpnext": erpnext}


@contextlib.contextmanager
def last_one_out(runtime: Runtime) -> Iterator[bool]:
	"""Yields whether no other command is using the runtime's services, and keeps new ones waiting."""
	path = runtime.home / "run/users.lock"
	path.parent.mkdir(parents=True, exist_ok=True)
	with open(path, "a") as handle:
		try:
			fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			yield False
		else:
			yield True

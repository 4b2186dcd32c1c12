"""MariaDB and Redis: those of our own, and how to reach the database of a bench."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.runtime import machine, places
from tests.runtime.services import Service, answers
from tests.runtime.steps import Failed, run, step

# A database for tests and a demo may lose its last second in a power cut; it need not wait for the disk.
_FAST = (
	"--innodb-flush-log-at-trx-commit=0",
	"--innodb-doublewrite=0",
	"--innodb-buffer-pool-size=512M",
	"--innodb-log-file-size=256M",
	"--skip-log-bin",
	"--skip-name-resolve",
	"--max-allowed-packet=256M",
	"--character-set-server=utf8mb4",
	"--collation-server=utf8mb4_unicode_ci",
)


@dataclass
class Database:
	"""A MariaDB server and its administrator's login."""

	host: str
	port: int
	user: str
	password: str

	def command(self, program: str = "mariadb", *options: str) -> list[str]:
		where = ["--no-defaults", f"--host={self.host}", f"--port={self.port}", "--protocol=TCP"]
		return [machine.program(program) or program, *where, f"--user={self.user}", *options]

	def environment(self) -> dict[str, str]:
		return {**os.environ, "MYSQL_PWD": self.password}

	def sql(self, statements: str) -> str:
		done = subprocess.run(
			self.command("mariadb", "--batch", "--skip-column-names"),
			input=statements,
			capture_output=True,
			text=True,
			env=self.environment(),
			check=False,
		)
		if done.returncode:
			raise Failed(f"MariaDB on port {self.port} answered: {done.stderr.strip()}")
		return done.stdout

	def create(self, name: str, password: str) -> None:
		"""An empty database with a user of the same name who may do all in it and nothing elsewhere."""
		users = [f"'{name}'@'%'", f"'{name}'@'localhost'"]
		lines = [f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"]
		lines += [f"CREATE OR REPLACE USER {user} IDENTIFIED BY '{password}';" for user in users]
		lines += [f"GRANT ALL PRIVILEGES ON `{name}`.* TO {user};" for user in users]
		self.sql("\n".join(lines))

	def drop(self, name: str) -> None:
		users = f"'{name}'@'%', '{name}'@'localhost'"
		self.sql(f"DROP DATABASE IF EXISTS `{name}`; DROP USER IF EXISTS {users};")

	def dump(self, name: str, path: Path, log: Path) -> None:
		partial = path.with_suffix(".partial")
		options = ["--single-transaction", "--skip-comments", f"--result-file={partial}", name]
		run(self.command("mariadb-dump", *options), log, env=self.environment())
		partial.rename(path)

	def load(self, name: str, path: Path, log: Path) -> None:
		quick = "SET unique_checks=0, foreign_key_checks=0"
		with open(path) as dump:
			run(
				self.command("mariadb", f"--init-command={quick}", name),
				log,
				env=self.environment(),
				stdin=dump,
			)


class OwnMariaDB:
	"""A MariaDB server with a data folder of its own, on a port of its own; never the machine's."""

	def __init__(self, home: Path, port: int, password: str):
		self.database = Database("127.0.0.1", port, "root", password)
		self.data = home / "mariadb"
		# Not /tmp: a server that starts deletes what it takes for its own leftovers there, and so another one's tables.
		self.tmp = home / "mariadb-tmp"
		self.log = home / "logs/setup.log"
		self.service = Service("mariadb", home)
		# A socket's path may have about 100 characters, so it can't lie in the data folder.
		self.socket = Path(tempfile.gettempdir()) / f"cms-{places.digest(str(home))}.sock"

	def start(self) -> None:
		self.tmp.mkdir(parents=True, exist_ok=True)
		if not (self.data / "mysql").exists():
			with step("An empty MariaDB of our own", "look at the log", self.log):
				self._create()
		command = [machine.program("mariadbd"), "--no-defaults", *self._who(), f"--datadir={self.data}"]
		command += [f"--tmpdir={self.tmp}"]
		command += [f"--port={self.database.port}", "--bind-address=127.0.0.1", f"--socket={self.socket}"]
		command += [f"--pid-file={self.data}/mariadbd.pid", f"--init-file={self._init_file()}", *_FAST]
		self.service.start(command, self._ready, cwd=self.data)

	def _create(self) -> None:
		shutil.rmtree(self.data, ignore_errors=True)
		self.data.mkdir(parents=True)
		options = ["--auth-root-authentication-method=normal", "--skip-test-db", f"--datadir={self.data}"]
		options.append(f"--tmpdir={self.tmp}")
		run([machine.program("mariadb-install-db"), "--no-defaults", *self._who(), *options], self.log)

	def _who(self) -> list[str]:
		return ["--user=root"] if os.geteuid() == 0 else []

	def _init_file(self) -> Path:
		"""SQL that the server runs at each start: one administrator, with a password, from this machine."""
		path = self.data / "administrator.sql"
		path.touch(mode=0o600)
		password = self.database.password
		path.write_text(
			"DELETE FROM mysql.global_priv WHERE User = 'root' AND Host NOT IN ('localhost', '127.0.0.1');\n"
			"FLUSH PRIVILEGES;\n"
			+ "".join(
				f"CREATE OR REPLACE USER 'root'@'{host}' IDENTIFIED BY '{password}';\n"
				f"GRANT ALL PRIVILEGES ON *.* TO 'root'@'{host}' WITH GRANT OPTION;\n"
				for host in ("localhost", "127.0.0.1")
			)
		)
		return path

	def _ready(self) -> bool:
		if not answers(self.database.port):
			return False
		try:
			self.database.sql("SELECT 1;")
		except Failed:
			return False
		return True


class OwnRedis:
	"""A Redis that keeps nothing on disk. Two runtimes must not share one: each breaks the other's pickles."""

	def __init__(self, name: str, home: Path, port: int):
		self.home, self.port = home, port
		self.service = Service(name, home)

	@property
	def url(self) -> str:
		return f"redis://127.0.0.1:{self.port}"

	def start(self) -> None:
		where = ["--port", self.port, "--bind", "127.0.0.1", "--dir", self.home / "run"]
		nothing_kept = ["--save", "", "--appendonly", "no"]
		command = [machine.program("redis-server"), *where, *nothing_kept]
		self.service.start(command, lambda: answers(self.port), cwd=self.home)

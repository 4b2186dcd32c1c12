"""Processes that outlive the command that starts them: found again, and ended, by their pid file."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.runtime.steps import Failed

_PATIENCE = 60


class Service:
	"""One detached process. Its pid file also keeps when it began, so a reused pid is never mistaken for it."""

	def __init__(self, name: str, folder: Path):
		self.name = name
		self.record = folder / "run" / f"{name}.json"
		self.log = folder / "logs" / f"{name}.log"

	def pid(self) -> int | None:
		try:
			record = json.loads(self.record.read_text())
		except (OSError, ValueError):
			return None
		return record["pid"] if began(record["pid"]) == record["began"] else None

	def start(self, command: list, ready: Callable[[], bool], *, env: dict | None = None, cwd: Path) -> None:
		"""Starts the process unless it runs already, and waits until it is ready."""
		if not self.pid():
			self.record.parent.mkdir(parents=True, exist_ok=True)
			self.log.parent.mkdir(parents=True, exist_ok=True)
			with open(self.log, "a") as out:
				process = subprocess.Popen(
					[str(word) for word in command],
					stdin=subprocess.DEVNULL,
					stdout=out,
					stderr=subprocess.STDOUT,
					env=env,
					cwd=cwd,
					start_new_session=True,
				)
			self.record.write_text(json.dumps({"pid": process.pid, "began": began(process.pid)}))
		self.wait(ready)

	def wait(self, ready: Callable[[], bool]) -> None:
		deadline = time.monotonic() + _PATIENCE
		while not ready():
			if not self.pid():
				raise Failed(
					f"{self.name} ended as soon as it was started", "`make stop`, then try again", self.log
				)
			if time.monotonic() > deadline:
				raise Failed(f"{self.name} does not answer", "`make stop`, then try again", self.log)
			time.sleep(0.1)

	def stop(self) -> bool:
		"""Ends the process, politely at first; answers whether there was one."""
		pid = self.pid()
		if pid:
			_end(pid, lambda: self.pid() is None)
		self.record.unlink(missing_ok=True)
		return bool(pid)


def _end(pid: int, gone: Callable[[], bool]) -> None:
	for sign, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
		try:
			os.killpg(pid, sign)
		except ProcessLookupError:
			return
		deadline = time.monotonic() + patience
		while time.monotonic() < deadline:
			if gone():
				return
			time.sleep(0.05)


def began(pid: int) -> str | None:
	"""When a process began, in the kernel's ticks; None where it runs no more."""
	try:
		with open(f"/proc/{pid}/stat") as stat:
			fields = stat.read().rpartition(")")[2].split()
	except OSError:
		return None
	return None if fields[0] == "Z" else fields[19]


def answers(port: int, host: str = "127.0.0.1") -> bool:
	with socket.socket() as probe:
		probe.settimeout(1)
		return probe.connect_ex((host, port)) == 0


def free_port(start: int, taken: set[int] = frozenset()) -> int:
	"""The first port from `start` on that nobody listens on."""
	for port in range(start, start + 500):
		if port in taken:
			continue
		with socket.socket() as probe:
			probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
			try:
				probe.bind(("127.0.0.1", port))
			except OSError:
				continue
			return port
	raise Failed(f"No free port between {start} and {start + 500}", "end what listens there")

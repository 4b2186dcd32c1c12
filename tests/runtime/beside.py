"""Tests on one runtime while others run: a command of its own, whose output is shown when its turn has come."""

import atexit
import os
import subprocess
import sys
import time

from tests.runtime import places
from tests.runtime.results import Result, handed_over
from tests.runtime.steps import say


class Beside:
	"""`test --runtime KIND …` in a process of its own."""

	def __init__(self, kind: str, words: list[str]):
		folder = places.of_this_checkout() / "reports"
		folder.mkdir(parents=True, exist_ok=True)
		self.kind, self.output, self.results = kind, folder / f"{kind}.log", folder / f"{kind}.json"
		self.results.unlink(missing_ok=True)
		command = [sys.executable, "-m", "tests.runtime", "test", "--runtime", kind]
		command += ["--results", str(self.results), *words]
		with open(self.output, "w") as out:
			self.process = subprocess.Popen(
				command,
				stdin=subprocess.DEVNULL,
				stdout=out,
				stderr=subprocess.STDOUT,
				cwd=places.CHECKOUT,
				env={**os.environ, "PYTHONUNBUFFERED": "1"},
			)
		# Whoever ends this command ends that one too.
		atexit.register(self._end)

	def _end(self) -> None:
		if self.process.poll() is None:
			self.process.terminate()
			self.process.wait()

	def join(self) -> list[Result]:
		"""Shows what the process has said, and says further, until it ends."""
		with open(self.output) as lines:
			while True:
				ended = self.process.poll() is not None
				while line := lines.readline():
					print(line, end="", flush=True)
				if ended:
					break
				time.sleep(0.2)
		if not self.results.exists():
			say(f"✗ the tests on the {self.kind} runtime ended before their end")
			return [Result(f"{self.kind}-setup", self.process.returncode or 1, failed=1)]
		return handed_over(self.results)


def worth_it() -> bool:
	return (os.cpu_count() or 1) > 1

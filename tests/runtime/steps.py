"""Steps: what is being done, for how long, and, when it fails, in which step and what to do about it."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_LAST_LINES = 25
_STILL_RUNNING_EVERY = 20


class Failed(Exception):
	"""A step that failed, with the file that tells why and the remedy."""

	def __init__(self, message: str, remedy: str = "", log: Path | None = None):
		super().__init__(message)
		self.message, self.remedy, self.log = message, remedy, log

	def report(self) -> str:
		lines = [f"✗ {self.message}"]
		if self.log and self.log.exists():
			tail = self.log.read_text(errors="replace").replace("\r", "\n").splitlines()[-_LAST_LINES:]
			lines += [f"  The end of {self.log}:", *(f"  | {line}" for line in tail)]
		if self.remedy:
			lines.append(f"  What to do: {self.remedy}")
		return "\n".join(lines)


def say(text: str = "") -> None:
	print(text, flush=True)


@contextlib.contextmanager
def step(name: str, remedy: str = "", log: Path | None = None) -> Iterator[None]:
	"""Shows a step, how long it takes, and turns what goes wrong in it into a `Failed` that names it."""
	started = time.monotonic()
	finished = threading.Event()
	ticker = threading.Thread(target=_tick, args=(name, started, finished), daemon=True)
	ticker.start()
	try:
		yield
	except Failed as failure:
		raise Failed(
			failure.message if failure.message.startswith(name) else f"{name}: {failure.message}",
			failure.remedy or remedy,
			failure.log or log,
		) from failure
	except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
		raise Failed(f"{name}: {error}", remedy, log) from error
	else:
		_show(f"  ✓ {name}  {time.monotonic() - started:.1f} s")
	finally:
		finished.set()
		ticker.join()


def _tick(name: str, started: float, finished: threading.Event) -> None:
	"""Keeps a step's elapsed time in view: a running clock on a terminal, a line now and then elsewhere."""
	live = sys.stdout.isatty()
	if not live:
		say(f"  … {name}")
	while not finished.wait(0.5 if live else _STILL_RUNNING_EVERY):
		elapsed = time.monotonic() - started
		if live:
			print(f"\r\033[K  … {name}  {elapsed:.0f} s", end="", flush=True)
		else:
			say(f"  … {name}, {elapsed:.0f} s so far")


def _show(line: str) -> None:
	say(("\r\033[K" if sys.stdout.isatty() else "") + line)


def run(command: list, log: Path, remedy: str = "", **options) -> None:
	"""Runs a command with its output in a log file; `Failed` names the command if it does not succeed."""
	log.parent.mkdir(parents=True, exist_ok=True)
	words = [str(word) for word in command]
	with open(log, "a") as out:
		out.write(f"$ {' '.join(words)}\n")
		out.flush()
		options = {"stdin": subprocess.DEVNULL, **options}
		done = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT, **options)
	if done.returncode:
		raise Failed(f"{Path(words[0]).name} ended with {done.returncode}", remedy, log)

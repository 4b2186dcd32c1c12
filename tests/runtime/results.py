"""What a test run came to: counted from pytest's reports, told at the end, recorded after a run on a bench."""

import dataclasses
import datetime
import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.runtime import places
from tests.runtime.runtime import Runtime
from tests.runtime.steps import say

NO_TESTS = 5
RECORD = places.CHECKOUT / ".bench-run.json"
_COUNTS = ("passed", "failed", "skipped")


@dataclasses.dataclass
class Result:
	"""One suite on one runtime: pytest's exit code, and how many tests came out how."""

	suite: str
	code: int
	passed: int = 0
	failed: int = 0
	skipped: int = 0

	def line(self) -> str:
		return ", ".join(f"{getattr(self, count)} {count}" for count in _COUNTS)


def counted(suite: str, code: int, report: Path) -> Result:
	"""A result, counted from the report that pytest wrote."""
	result = Result(suite, code)
	if report.exists():
		for found in ElementTree.parse(report).iter("testsuite"):
			tests, *bad = (int(found.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
			result.failed += bad[0] + bad[1]
			result.skipped += bad[2]
			result.passed += tests - sum(bad)
	elif code not in (0, NO_TESTS):
		result.failed = 1
	return result


def conclude(results: list[Result]) -> int:
	"""Tells how all went; answers the exit code."""
	say()
	for result in results:
		say(f"  {result.suite:<18} {result.line()}")
	total = Result("total", 0, **_sums(results))
	say(f"total: {total.line()}")
	codes = [result.code for result in results]
	if codes and all(code == NO_TESTS for code in codes):
		return NO_TESTS
	return next((code for code in codes if code not in (0, NO_TESTS)), 0)


def hand_over(path: Path, results: list[Result]) -> None:
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_text(json.dumps([dataclasses.asdict(result) for result in results]))


def handed_over(path: Path) -> list[Result]:
	return [Result(**values) for values in json.loads(path.read_text())]


def record(runtime: Runtime, results: list[Result]) -> None:
	"""Writes which commit ran on which real Frappe and ERPNext, and how it went."""
	kept = {
		"commit": _git("rev-parse", "HEAD"),
		"uncommitted_changes": bool(_git("status", "--porcelain")),
		**runtime.versions(),
		"counts": _sums(results),
		"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
	}
	RECORD.write_text(json.dumps(kept, indent="\t") + "\n")


def _sums(results: list[Result]) -> dict[str, int]:
	return {count: sum(getattr(result, count) for result in results) for count in _COUNTS}


def _git(*words: str) -> str:
	command = ["git", "-C", str(places.CHECKOUT), *words]
	return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

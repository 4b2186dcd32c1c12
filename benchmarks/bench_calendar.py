"""What a deadline costs: `WorkCalendar.add` beside ERPNext's `get_expected_time_for`, on the same calendar.

	env/bin/python benchmarks/bench_calendar.py [--check] [--json]

Run it with a bench's Python to have both columns; any other Python with tzdata shows ours alone, and says so.
ERPNext needs no site for this: its holidays are handed to it, so the query it makes on a site is left out, in
its favour. Both answer for Monday to Friday, 09:00 to 17:00, in UTC, with a dozen holidays, and the answers are
compared before anything is timed. Our calendar is warm, as it is for every case but the first under a policy in a
process; what that first one costs is shown apart.

`--check` exits 1 when 250 business days are less than 50 times as fast as ERPNext (where it is there), or cost more
than twice what one day costs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cms_iso10002.core.business_time import UTC, WorkCalendar

DAYS = (1, 5, 20, 60, 250)
START = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
OPENS, CLOSES = time(9), time(17)
WORKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
HOLIDAYS = [
	date(2026, month, day)
	for month, day in (
		(4, 3),
		(4, 6),
		(5, 1),
		(5, 14),
		(5, 25),
		(6, 4),
		(10, 2),
		(12, 24),
		(12, 25),
		(12, 31),
	)
] + [date(2027, 1, 1), date(2027, 1, 6)]

FASTER_THAN_ERPNEXT, AGAINST_OWN_DAY = 50, 2


def working_time(days: int) -> timedelta:
	"""So many business days as working time, less an hour, so that the answer lies inside a day."""
	return days * timedelta(hours=8) - timedelta(hours=1)


def ours() -> WorkCalendar:
	return WorkCalendar("UTC", {day: [(OPENS, CLOSES)] for day in range(5)}, HOLIDAYS)


def erpnext() -> tuple[Callable[[int], datetime] | None, str]:
	"""ERPNext's answer for so many business days (naive UTC), and its version or why there is none."""
	try:
		import erpnext
		import frappe
		from erpnext.support.doctype.service_level_agreement import service_level_agreement as sla
	except ImportError as missing:
		return None, f"not measured: {missing} (use the Python of a bench)"
	sla.get_holidays = lambda holiday_list: HOLIDAYS
	hours = {"start_time": timedelta(hours=OPENS.hour), "end_time": timedelta(hours=CLOSES.hour)}
	service = [frappe._dict(workday=day, **hours) for day in WORKDAYS]
	start = START.replace(tzinfo=None)
	agreements = {
		days: frappe._dict(
			resolution_time=working_time(days).total_seconds(),
			support_and_resolution=service,
			holiday_list="Holidays",
		)
		for days in DAYS
	}
	return lambda days: sla.get_expected_time_for("resolution", agreements[days], start), erpnext.__version__


def microseconds(call: Callable[[], object], least: float = 0.02, rounds: int = 7) -> float:
	"""The least cost of a call over several rounds, each of at least `least` seconds of processor time.

	Processor time and the least, because what else runs on the machine only ever adds.
	"""
	call()
	number = 1
	while (took := _seconds(call, number)) < least:
		number = max(number * 2, int(number * least / max(took, 1e-9)))
	return min(_seconds(call, number) for _ in range(rounds)) / number * 1e6


def _seconds(call: Callable[[], object], number: int) -> float:
	began = process_time()
	for _ in range(number):
		call()
	return process_time() - began


def first_use() -> float:
	"""The cost of making a calendar and asking it once."""
	return microseconds(lambda: ours().add(START, working_time(1)))


def measure() -> dict:
	calendar = ours()
	theirs, version = erpnext()
	rows = []
	for days in DAYS:
		duration = working_time(days)
		answer = calendar.add(START, duration)
		row = {"days": days, "ours": microseconds(lambda duration=duration: calendar.add(START, duration))}
		if theirs:
			same_day = theirs(days).date() == answer.date()
			row |= {"erpnext": microseconds(lambda days=days: theirs(days)), "same_date": same_day}
		rows.append(row)
	return {"erpnext": version, "measured": bool(theirs), "rows": rows, "first_use": first_use()}


def verdicts(result: dict) -> list[tuple[str, bool]]:
	"""Each promise with whether it is kept."""
	one, longest = result["rows"][0], result["rows"][-1]
	growth = longest["ours"] / one["ours"]
	found = [
		(f"250 days cost {growth:.2f} times 1 day (at most {AGAINST_OWN_DAY})", growth <= AGAINST_OWN_DAY)
	]
	if result["measured"]:
		ratio = longest["erpnext"] / longest["ours"]
		found.append(
			(
				f"250 days are {ratio:.0f} times as fast as ERPNext (at least {FASTER_THAN_ERPNEXT})",
				ratio >= FASTER_THAN_ERPNEXT,
			)
		)
	return found


def report(result: dict) -> str:
	lines = [
		f"ERPNext {result['erpnext']}",
		f"{'business days':>13} {'ours µs':>9} {'ERPNext µs':>11} {'ratio':>7}",
	]
	for row in result["rows"]:
		theirs = (
			f"{row['erpnext']:11.1f} {row['erpnext'] / row['ours']:6.0f}×"
			if "erpnext" in row
			else f"{'-':>11} {'-':>7}"
		)
		note = "" if row.get("same_date", True) else "  (another date)"
		lines.append(f"{row['days']:>13} {row['ours']:9.2f} {theirs}{note}")
	lines.append(f"Making a calendar and asking it once: {result['first_use'] / 1000:.1f} ms")
	return "\n".join(lines + [("ok: " if kept else "MISSED: ") + text for text, kept in verdicts(result)])


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--check", action="store_true", help="exit 1 when a promise is missed")
	parser.add_argument("--json", action="store_true", help="print the figures as JSON")
	options = parser.parse_args()
	result = measure()
	print(json.dumps(result, indent=1) if options.json else report(result))
	return int(options.check and not all(kept for _, kept in verdicts(result)))


if __name__ == "__main__":
	sys.exit(main())

"""How long the portal takes to refuse a wrong key, beside a case that is not there, in one run on one site.

	$CMS_PYTHON path/to/benchmarks/bench_wrong_keys.py   (see README.md)

A guest asks in turns for a case with a wrong key (once a short case, once one with the longest description that can
be filed), and with any key for one that is not there; then the same with the code of a letter, and signed in as a
customer whose case it is not. Whoever could tell the
times apart could tell which references exist. What is compared is the median of the differences within a round; that
of two cases that are not there shows what chance does. `--check` fails when one is more than LIMIT.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from functools import partial

import frappe
from bench_register import connect

from cms_iso10002.portal import api, limits
from tests.site import factories
from tests.site.portal_factories import file_as_guest, guest, make_portal_user

LIMIT = 0.1
"""Of the median; on a machine that has nothing else to do they lie within 0.03."""
ROUNDS = 400
ABSENT = "CMP-1999-00001"
KEY, CODE = "C-" + "0" * 32, "AAAA-BBBB-CCCC"


def main() -> int:
	"""Measure, print, and compare with LIMIT where `--check` asks for it."""
	connect()
	frappe.flags.in_test = True
	factories.make_cast()
	try:
		times = measure()
	finally:
		frappe.db.rollback()
		limits.forget()
	farthest = 0.0
	for (way, case), values in times.items():
		usual = times[way, "no case"]
		median = statistics.median(usual)
		# pairs of one round: a machine that is busy now and idle later burdens both alike
		apart = statistics.median(one - other for one, other in zip(values, usual, strict=True)) / median
		print(
			f"{way:>7}, {case:<14}: median {statistics.median(values) * 1e6:6.0f} µs, {apart:+.1%} of no case"
		)
		farthest = max(farthest, abs(apart))
	print(f"farthest apart: {farthest:.1%} (at most {LIMIT:.0%})")
	return int("--check" in sys.argv and farthest > LIMIT)


def measure() -> dict[tuple[str, str], list[float]]:
	"""Seconds of each refusal, in turns, so that whatever else the machine does burdens all alike."""
	references = {
		"no case": ABSENT,
		"no case, again": "CMP-1999-00002",
		"short case": file_as_guest()["reference"],
		"long case": file_as_guest(description="It leaks. " * 5000)["reference"],
	}
	customer = make_portal_user("bench", "Benchmark GmbH")
	ways = {"key": {"key": KEY}, "code": {"code": CODE}, "account": {"user": customer}}
	asked = {
		(way, case): partial(guest, api.track, reference=reference, **values)
		for way, values in ways.items()
		for case, reference in references.items()
	}
	times: dict[tuple[str, str], list[float]] = {what: [] for what in asked}
	order = list(asked)
	for round_ in range(ROUNDS):
		random.Random(round_).shuffle(order)  # who comes first in a round waits a little longer
		for what in order:
			times[what].append(refused_in(asked[what]))
		limits.forget()
	return times


def refused_in(ask) -> float:
	started = time.perf_counter()
	try:
		ask()
	except frappe.DoesNotExistError:
		return time.perf_counter() - started
	raise AssertionError("a wrong key was believed")


if __name__ == "__main__":
	raise SystemExit(main())

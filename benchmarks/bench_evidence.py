"""All computed evidence of a year with 10,000 and with 100,000 complaints: time and number of queries, in one run.

	$CMS_PYTHON path/to/benchmarks/bench_evidence.py   (see README.md)

Use a site of its own: the complaints are written straight into the tables, committed, and deleted afterwards. `--check`
fails when the ratio of the medians is above the limit, the numbers of queries differ, or a figure could not be computed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import frappe
import many_complaints
from bench_register import connect

from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import FAILED, NO_DATA, Evidence, Period
from tests.site import factories

SMALL, LARGE = 10_000, 100_000
ROUNDS = 3
LIMIT = 12
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))


def main() -> int:
	"""Measure, print, and compare with the limits where `--check` asks for it."""
	connect()
	factories.make_cast()
	factories.clear_records()
	frappe.db.commit()
	try:
		found = {size: measure(size) for size in (SMALL, LARGE)}
	finally:
		frappe.db.rollback()
		many_complaints.clear()
	for size, (seconds, queries, evidence) in found.items():
		empty = [f"{each.clause}/{each.figure}" for each in evidence if each.verdict in (FAILED, NO_DATA)]
		print(
			f"{size:>9,} complaints: {seconds:6.2f} s, {queries} queries, {len(evidence)} figures; without data: {empty}"
		)
	(small, few, _figures), (large, many, evidence) = found.values()
	failed = [each.explanation for each in evidence if each.verdict == FAILED]
	print(
		f"ratio {large / small:.1f} (at most {LIMIT}), queries {few} and {many} (equal), failed {failed or 'none'}"
	)
	return int("--check" in sys.argv and (large / small > LIMIT or few != many or bool(failed)))


def measure(size: int) -> tuple[float, int, list[Evidence]]:
	"""Median seconds, queries and the evidence of one year with so many complaints."""
	many_complaints.fill(size)
	times, queries, evidence = [], 0, []
	for _round in range(ROUNDS):
		with counted_queries() as asked:
			start = time.perf_counter()
			evidence = [each for _clause, found in registry.compute_all(YEAR) for each in found]
			times.append(time.perf_counter() - start)
		queries = len(asked)
		frappe.db.rollback()
	return statistics.median(times), queries, evidence


@contextmanager
def counted_queries() -> Iterator[list[float]]:
	"""The queries sent meanwhile, each with its seconds; the slowest are printed."""
	asked: list[tuple[float, str]] = []
	run = frappe.db.sql

	def sql(query, *args, **kwargs):
		start = time.perf_counter()
		try:
			return run(query, *args, **kwargs)
		finally:
			asked.append((time.perf_counter() - start, str(query)))

	frappe.db.sql = sql
	try:
		yield asked
	finally:
		frappe.db.sql = run
		if "--slow" in sys.argv:
			for seconds, query in sorted(asked, reverse=True)[:12]:
				print(f"{seconds:7.3f} s  {query[:60]} … {query[-160:]}")


if __name__ == "__main__":
	sys.exit(main())

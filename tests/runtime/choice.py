"""Which runtime a command uses: a bench that was named or lies around the checkout, or the packaged one."""

import os

from tests.runtime import bench
from tests.runtime.bench import Bench
from tests.runtime.packaged import Packaged
from tests.runtime.runtime import Runtime
from tests.runtime.steps import Failed

KINDS = ("auto", "bench", "packaged", "both")


def one(kind: str = "auto") -> Runtime:
	"""The runtime for a demo or a command: the bench where there is one."""
	return several("auto" if kind == "both" else kind, both=False)[0]


def several(kind: str = "auto", both: bool = True) -> list[Runtime]:
	"""The runtimes for the tests: the packaged one, and the bench too where there is one."""
	root = bench.root() if kind != "packaged" else None
	if kind == "bench" and not root:
		raise Failed("No bench was named", "set FRAPPE_BENCH_ROOT to its folder")
	if kind == "packaged" or not root:
		return [Packaged()]
	if kind == "bench" or not both:
		return [Bench(root)]
	return [Packaged(), Bench(root)]


def of_this_process() -> Runtime:
	"""The runtime that this process, a test run, was started by; ready to make further sites in."""
	runtime = one(os.environ["CMS_RUNTIME"])
	runtime.join()
	return runtime

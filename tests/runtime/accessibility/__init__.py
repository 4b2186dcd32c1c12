"""axe-core, which finds faults of accessibility in a page: from npm, once, like the bundles' modules."""

from pathlib import Path

from tests.runtime import machine, places
from tests.runtime.steps import run, step

_PACKAGES = [Path(__file__).parent / "package.json", Path(__file__).parent / "package-lock.json"]


def axe() -> Path:
	"""The script to be run inside a page; it answers as `axe.run()`."""
	folder, log = places.shared("axe", *_PACKAGES), places.of_this_checkout() / "tools.log"

	def build(folder: Path) -> None:
		machine.need_packages(log, packaged=True)
		with step("axe-core (once)", "look at the log", log):
			for path in _PACKAGES:
				(folder / path.name).write_bytes(path.read_bytes())
			options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
			run([machine.program("npm"), "ci", *options], log, cwd=folder)

	places.built_once(folder, build)
	return folder / "node_modules/axe-core/axe.min.js"

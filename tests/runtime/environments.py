"""The virtual environments: one for the tools and unit tests, one for the packaged runtime."""

import sys
from pathlib import Path

from tests.runtime import machine, places
from tests.runtime.steps import run, step

REQUIREMENTS = places.RUNTIME / "requirements"
_PIP = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
_REMEDY = "look whether a package registry is reached: `python3 -m pip download --no-deps click`"


def tools(log: Path) -> Path:
	"""The Python of the unit tests and the linter."""
	python = machine.any_python()
	version = machine.version_of(python) or sys.version_info[:2]
	pins = REQUIREMENTS / "tools.txt"
	folder = places.shared("tools", pins, str(version))

	def build(folder: Path) -> None:
		with step("Python packages of the unit tests (once)", _REMEDY, log):
			run([python, "-m", "venv", folder], log)
			run([folder / "bin/python", *_PIP, "-r", pins], log)

	places.built_once(folder, build)
	return folder / "bin/python"


def packaged(log: Path) -> Path:
	"""The Python of the packaged runtime, with Frappe's redistribution in it, under that one's own name."""
	wheel, pins = REQUIREMENTS / "criscostack.txt", REQUIREMENTS / "packaged.txt"
	python = machine.packaged_python(log)
	folder = places.shared("packaged", wheel, pins, str(machine.version_of(python)))

	def build(folder: Path) -> None:
		with step("Python packages of the packaged runtime (once, about a minute)", _REMEDY, log):
			run([python, "-m", "venv", folder], log)
			run([folder / "bin/python", *_PIP, "--require-hashes", "--no-deps", "-r", wheel], log)
			run([folder / "bin/python", *_PIP, "-r", pins], log)

	places.built_once(folder, build)
	return folder / "bin/python"


def site_packages(python: Path) -> Path:
	"""The folder that a virtual environment's packages lie in."""
	return next((python.parent.parent / "lib").glob("python3.*")) / "site-packages"

"""What the machine must have: Debian's packages and a Python that the packaged runtime's wheels exist for."""

import functools
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.runtime.steps import Failed, run, step

# A program (or a file), and the Debian package that brings it. The server packages named here are those without
# a service of their own where there is a choice: the machine's own database is nothing to us.
PROGRAMS = {
	"mariadb": "mariadb-client",
	"mariadb-dump": "mariadb-client",
	"redis-server": "redis-server",
	"chromium": "chromium",
	"wkhtmltopdf": "wkhtmltopdf",
	"pdftotext": "poppler-utils",
	"git": "git",
}
# What only the packaged runtime needs: a bench has its own.
PACKAGED_PROGRAMS = {
	"mariadbd": "mariadb-server-core",
	"mariadb-install-db": "mariadb-server-core",
	"node": "nodejs",
	"npm": "npm",
}
LIBRARIES = {
	"libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
	"libpango-1.0.so.0": "libpango-1.0-0",
}
FONTS = {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core"}

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str) -> str | None:
	return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SBIN}")


def missing_packages(packaged: bool) -> list[str]:
	programs = {**PROGRAMS, **(PACKAGED_PROGRAMS if packaged else {})}
	lacking = [package for name, package in programs.items() if not program(name)]
	known = subprocess.run(
		[program("ldconfig") or "ldconfig", "-p"], capture_output=True, text=True, check=False
	).stdout
	lacking += [package for name, package in LIBRARIES.items() if name not in known]
	lacking += [package for path, package in FONTS.items() if not Path(path).exists()]
	return sorted(set(lacking))


def need_packages(log: Path, packaged: bool, extra: Iterable[str] = ()) -> None:
	"""Installs the Debian packages that are missing, or says which command does."""
	lacking = sorted({*missing_packages(packaged), *extra})
	if not lacking:
		return
	command = f"apt-get update && apt-get install --no-install-recommends {' '.join(lacking)}"
	if os.geteuid() != 0 or not program("apt-get"):
		raise Failed(f"This machine lacks {', '.join(lacking)}", f"as root: {command}")
	with step(f"Debian packages: {', '.join(lacking)}", f"try it by hand: {command}", log):
		environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
		run(["apt-get", "update"], log, env=environment)
		options = ["--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold"]
		run(["apt-get", "install", *options, *lacking], log, env=environment)


def version_of(python: str) -> tuple[int, int] | None:
	"""The version of a Python, or None where it does not run (a pyenv shim without its version)."""
	probe = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
	try:
		done = subprocess.run([python, "-c", probe], capture_output=True, text=True, timeout=20, check=False)
	except (OSError, subprocess.SubprocessError):
		return None
	words = done.stdout.split()
	return (int(words[0]), int(words[1])) if done.returncode == 0 and len(words) == 2 else None


@functools.cache
def find_python(wanted: tuple[tuple[int, int], ...]) -> str | None:
	"""A Python of one of the wanted versions, the first wanted first."""
	for version in wanted:
		name = f"python{version[0]}.{version[1]}"
		homes = [Path.home() / ".pyenv", Path(os.environ.get("PYENV_ROOT") or "/nonexistent")]
		patterns = [f"{home}/versions/{version[0]}.{version[1]}.*/bin/python" for home in homes]
		by_pyenv = [found for pattern in patterns for found in sorted(glob.glob(pattern), reverse=True)]
		for candidate in [f"/usr/bin/{name}", name, sys.executable, "python3", *by_pyenv]:
			if version_of(candidate) == version:
				return candidate
	return None


def packaged_python(log: Path) -> str:
	"""A Python that the wheels exist for; on a machine we may install on, Debian's own where there is none."""
	wanted = ((3, 11), (3, 10))
	python = find_python(wanted)
	if not python and os.geteuid() == 0 and program("apt-get"):
		need_packages(log, packaged=True, extra=["python3", "python3-venv"])
		find_python.cache_clear()
		python = find_python(wanted)
	if not python:
		raise Failed(
			"The packaged runtime needs Python 3.11 or 3.10 with its venv module, and none was found",
			"on Debian 12: apt-get install python3 python3-venv; elsewhere: pyenv install 3.11",
		)
	return python


def any_python() -> str:
	wanted = ((3, 11), (3, 12), (3, 10), (3, 13))
	return find_python(wanted) or sys.executable

"""The wheel holds all of the app and nothing else; bench finds what it reads by regex and glob."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = "cms_iso10002"
PACKAGE = ROOT / APP

# What an editor, a test run or a tool leaves in a package folder.
NOT_SHIPPED = {"__pycache__", ".gitkeep", ".gitignore"}
SHIPPED_SUFFIXES = {".py", ".json", ".txt", ".html", ".js", ".css", ".csv", ".svg", ".md"}


def can_build() -> bool:
	if not all(importlib.util.find_spec(name) for name in ("pip", "setuptools")):
		return False
	version = tuple(int(part) for part in metadata.version("setuptools").split(".")[:2])
	return version >= (70, 1) or bool(importlib.util.find_spec("wheel"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
	"""The names in a wheel built from a copy of the checkout, so that no build folder is left in it."""
	if not can_build():
		pytest.skip(
			"building a wheel offline needs pip and setuptools>=70.1 (or setuptools and wheel) in this Python"
		)
	copy, out = tmp_path_factory.mktemp("source") / "app", tmp_path_factory.mktemp("wheel")
	shutil.copytree(
		ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules", "__pycache__")
	)
	command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
	done = subprocess.run(
		[*command, "--no-build-isolation", "--no-index", "--wheel-dir", str(out), str(copy)],
		capture_output=True,
		text=True,
		check=False,
	)
	assert done.returncode == 0, done.stderr
	(built,) = out.glob("*.whl")
	with zipfile.ZipFile(built) as archive:
		return set(archive.namelist())


def in_package() -> set[str]:
	"""Every file of the package folder that ought to be shipped."""
	return {
		str(path.relative_to(ROOT))
		for path in PACKAGE.rglob("*")
		if path.is_file() and not NOT_SHIPPED & {*path.parts} and path.suffix not in (".pyc", ".po", ".mo")
	}


def test_the_wheel_holds_every_file_of_the_package(wheel):
	assert not {name for name in in_package() if name not in wheel}


def test_what_the_package_data_would_miss_is_noticed():
	assert {Path(name).suffix for name in in_package()} <= SHIPPED_SUFFIXES, (
		"name the new kind in package-data"
	)


def test_the_wheel_holds_what_frappe_looks_for(wheel):
	for name in ("modules.txt", "patches.txt", "hooks.py", "install.py", "uninstall.py"):
		assert f"{APP}/{name}" in wheel
	doctypes = {str(path.relative_to(ROOT)) for path in PACKAGE.glob("*/doctype/*/*.json")}
	assert len(doctypes) > 20
	assert doctypes <= wheel


def test_the_wheel_holds_nothing_else(wheel):
	tops = {name.split("/")[0] for name in wheel}
	assert {top for top in tops if not re.fullmatch(rf"{APP}-.*\.dist-info", top)} == {APP}


def test_every_folder_of_python_files_is_a_package():
	folders = {path.parent for path in PACKAGE.rglob("*.py")}
	assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists()]


@pytest.mark.parametrize("name", ["fixtures", "patches"])
def test_root_folders_point_into_the_package(name):
	link = ROOT / name
	assert link.is_symlink()
	assert os.readlink(link) == f"{APP}/{name}"
	assert not [path for path in PACKAGE.rglob("*") if path.is_symlink()], (
		"a link in the package breaks the wheel"
	)


def test_bench_reads_the_required_app_by_regex():
	line = [
		line for line in (PACKAGE / "hooks.py").read_text().splitlines() if line.startswith("required_apps")
	]
	assert line == ['required_apps = ["frappe/erpnext"]']


def test_the_project_is_named_as_its_package():
	text = (ROOT / "pyproject.toml").read_text()
	project = text[text.index("[project]") :].split("\n[", 1)[0]
	assert re.search(r'^name = "(.+)"$', project, re.MULTILINE).group(1) == APP
	assert (PACKAGE / "hooks.py").exists()
	assert f'app_name = "{APP}"' in (PACKAGE / "hooks.py").read_text()


def test_pip_is_never_asked_for_frappe_or_erpnext():
	text = (ROOT / "pyproject.toml").read_text()
	block = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE).group(1)
	names = {
		re.match(r"[\w.-]+", line.strip(' \t",')).group().lower()
		for line in block.split("\n")
		if line.strip()
	}
	assert not names & {"frappe", "erpnext", "criscostack"}
	assert "[tool.bench.frappe-dependencies]" in text


def test_patches_have_both_sections():
	lines = (PACKAGE / "patches.txt").read_text().splitlines()
	assert [line for line in lines if line.startswith("[")] == ["[pre_model_sync]", "[post_model_sync]"]


def test_no_fixture_lies_where_frappe_overwrites_what_users_changed():
	"""The standard's clauses are the one thing that users do not edit."""
	assert [path.name for path in (PACKAGE / "fixtures").glob("*.json")] == ["iso_10002_clause.json"]

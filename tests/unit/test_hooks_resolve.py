"""What hooks.py, patches.txt and our scripts name is there. hooks.py imports nothing, so this needs no Frappe."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = "cms_iso10002"
PACKAGE = ROOT / APP

SCRIPTS = ("doctype_js", "doctype_list_js", "doctype_tree_js", "doctype_calendar_js", "page_js")


def hooks() -> dict[str, Any]:
	"""The hooks, by name, as Frappe reads them: what begins with an underscore is none."""
	known = runpy.run_path(str(PACKAGE / "hooks.py"))
	return {name: value for name, value in known.items() if not name.startswith("_")}


def texts(value: Any) -> Iterator[str]:
	if isinstance(value, str):
		yield value
	elif isinstance(value, dict):
		for key, inner in value.items():
			yield from texts(key)
			yield from texts(inner)
	elif isinstance(value, (list, tuple)):
		for inner in value:
			yield from texts(inner)


def is_path(text: str) -> bool:
	return bool(re.fullmatch(rf"{APP}(\.\w+)+", text))


def module_file(dotted: str) -> Path | None:
	path = ROOT.joinpath(*dotted.split("."))
	return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


def definition(dotted: str) -> ast.stmt | None:
	"""The function or class at a dotted path, defined in the very module it names; None where there is none."""
	module, _, name = dotted.rpartition(".")
	file = module_file(module)
	if not file:
		return None
	defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
	body = ast.parse(file.read_text()).body
	return next((node for node in body if isinstance(node, defined) and node.name == name), None)


def hooked() -> list[str]:
	return sorted({text for text in texts(hooks()) if is_path(text)})


def called() -> list[str]:
	"""The server functions that our scripts and pages name in quotes."""
	files = [path for suffix in ("js", "html", "json") for path in PACKAGE.rglob(f"*.{suffix}")]
	pattern = re.compile(rf"""["']({APP}(?:\.\w+){{2,}})["']""")
	return sorted({match for path in files for match in pattern.findall(path.read_text())})


def patches() -> list[str]:
	lines = (line.split("#")[0].strip() for line in (PACKAGE / "patches.txt").read_text().splitlines())
	return [line.split()[0] for line in lines if line and not line.startswith(("[", "execute:"))]


def test_there_is_something_to_check():
	assert f"{APP}.install.before_install" in hooked()


@pytest.mark.parametrize("dotted", hooked())
def test_a_hook_names_a_function(dotted):
	assert definition(dotted), f"hooks.py names {dotted}, which is not there"


@pytest.mark.parametrize("dotted", called())
def test_a_script_calls_a_whitelisted_function(dotted):
	function = definition(dotted)
	assert function, f"a script names {dotted}, which is not there"
	decorators = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
	assert "whitelist" in decorators, f"{dotted} is not whitelisted"


def test_every_patch_can_be_run():
	assert not [dotted for dotted in patches() if not definition(f"{dotted}.execute")]


def test_script_files_exist():
	names = [name for hook in SCRIPTS for name in texts(list(hooks().get(hook, {}).values()))]
	assert not [name for name in names if not (PACKAGE / name).exists()]


def test_included_assets_exist():
	found = hooks()
	kinds = ("app_include_js", "app_include_css", "web_include_js", "web_include_css")
	for name in (name for kind in kinds for name in texts(found.get(kind, []))):
		assert list((PACKAGE / "public").rglob(Path(name).name)), f"{name} is not in public/"


def test_every_doctype_has_its_controller():
	for path in PACKAGE.glob("*/doctype/*/*.json"):
		assert path.with_suffix(".py").exists(), f"{path.stem} has no controller"

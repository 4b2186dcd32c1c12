"""The core is plain Python: it knows neither Frappe nor ERPNext, nor the rest of the app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "cms_iso10002" / "core"
MODULES = sorted(CORE.rglob("*.py"))
BARRED = ("frappe", "erpnext", "criscostack")


def imported(source: str) -> Iterator[str]:
	"""The full names of all modules that `source` imports, wherever in it, also by a call with a literal name."""
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			dots = "." * node.level
			yield f"{dots}{node.module or ''}"
			yield from (
				f"{dots}{node.module + '.' if node.module else ''}{alias.name}" for alias in node.names
			)
		elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
			yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def strangers(source: str) -> list[str]:
	"""What `source` imports and the core may not."""
	found = []
	for name in imported(source):
		root = name.partition(".")[0]
		inside = (
			root != "cms_iso10002" or name == "cms_iso10002.core" or name.startswith("cms_iso10002.core.")
		)
		leaves = name.startswith("..") or (name.startswith("cms_iso10002") and not inside)
		if root in BARRED or leaves:
			found.append(name)
	return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_core_imports_neither_frappe_nor_the_shell(module):
	assert strangers(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
	"source",
	[
		"import frappe",
		"import frappe.utils as u",
		"from frappe import _",
		"def later():\n\tfrom erpnext.support import issue",
		"import importlib\nimportlib.import_module('frappe')",
		"__import__('erpnext')",
		"from cms_iso10002.complaints import clock",
		"from .. import complaints",
	],
)
def test_the_check_itself_finds_each_way_of_importing(source):
	assert strangers(source)


def test_the_check_lets_the_core_use_itself_and_the_standard_library():
	source = "import json\nfrom cms_iso10002.core import ledger\nfrom cms_iso10002.core.states import CLOSED\nfrom . import case"
	assert strangers(source) == []

"""Methods that the web may call: typed, with their HTTP methods, and with types that Frappe can read.

Frappe checks the types of what is posted only where the annotations are types. `from __future__ import annotations`
makes them text, which it passes over without a word: a list or a dict then gets to where a name was meant.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "cms_iso10002"


def whitelisted(source: str) -> Iterator[tuple[ast.FunctionDef, ast.expr]]:
	"""Each whitelisted function with its decorator."""
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.FunctionDef):
			for decorator in node.decorator_list:
				if "whitelist" in ast.unparse(decorator):
					yield node, decorator


MODULES = sorted(
	path
	for path in PACKAGE.rglob("*.py")
	if "whitelist" in path.read_text() and [*whitelisted(path.read_text())]
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_whitelisted_methods_have_types_that_frappe_checks(path):
	source = path.read_text()
	assert "from __future__ import annotations" not in source
	for function, decorator in whitelisted(source):
		arguments = [*function.args.args, *function.args.kwonlyargs]
		untyped = [argument.arg for argument in arguments if argument.annotation is None]
		assert not untyped and function.returns is not None, f"{function.name}: {untyped}"
		texts = [argument.arg for argument in arguments if isinstance(argument.annotation, ast.Constant)]
		assert not texts, f"{function.name}: {texts}"
		assert "methods=[" in ast.unparse(decorator), function.name


def test_there_are_some():
	assert len(MODULES) > 10

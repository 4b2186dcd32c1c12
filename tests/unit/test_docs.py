"""Pages made from data say what the data says."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["lifecycle", "evidence"])
def test_a_page_made_from_the_code_says_what_the_code_says(page):
	spec = importlib.util.spec_from_file_location(f"make_{page}", DOCS / f"make_{page}.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == module.text()


def test_every_page_the_readme_names_is_there():
	import re

	root = DOCS.parent
	links = re.findall(r"\]\(([^)#]+)\)", (root / "README.md").read_text(encoding="utf-8"))
	missing = [link for link in links if not link.startswith("http") and not (root / link).exists()]
	assert not missing

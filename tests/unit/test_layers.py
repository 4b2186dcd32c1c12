"""The portal knows the complaints; what they are made of knows nothing of the portal."""

from pathlib import Path

import pytest

from tests.unit.test_core_purity import imported

PACKAGE = Path(__file__).resolve().parents[2] / "cms_iso10002"
BELOW = ("core", "complaints", "erpnext_bridge", "iso_10002")
MODULES = sorted(path for folder in BELOW for path in (PACKAGE / folder).rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_below_imports_the_portal_or_its_pages(module):
	names = imported(module.read_text(encoding="utf-8"))
	assert [name for name in names if name.startswith(("cms_iso10002.portal", "cms_iso10002.www"))] == []

"""Gives the redistribution of Frappe on PyPI its own name back.

`criscostack` 1.0.0 is Frappe 15 with every `frappe` in it renamed, in code, templates, JSON, scripts and styles
alike. The renaming was complete and loses nothing, so it is undone the same way, in a copy in the cache: `import
frappe`, `{{ frappe.… }}`, hooks that name functions by strings, the CSRF header, `window.frappe` and the CSS classes
are then what they are on a bench, and no import hook has to pretend so.
"""

import shutil
from pathlib import Path

from tests.runtime import places
from tests.runtime.steps import Failed, step

# In this order: the longer name before the one it begins with.
_NAMES = (
	("CRISCOSTACK", "FRAPPE"),
	("criscostack", "frappe"),
	("Criscoerp", "ERPNext"),
	("criscoerp", "erpnext"),
	("Crisco", "Frappe"),
	("crisco", "frappe"),
	("brik_helper", "bench_helper"),
)
_TEXTS = {".py", ".js", ".ts", ".vue", ".json", ".html", ".css", ".scss", ".less", ".jinja", ".md", ".txt"}
_TEXTS |= {".csv", ".svg", ".sql", ".xml"}
_LEFT_OUT = ("__pycache__", ".DS_Store")

# What this Frappe lacks and newer ones have is added when it is imported: see shims.py.
_SHIMS = "\nfrom tests.runtime import shims as _shims\n\n_shims.apply()\n"


def spelled_back(site_packages: Path) -> Path:
	"""The folder that holds the package `frappe`, made from the installed `criscostack`."""
	wheel = places.RUNTIME / "requirements/criscostack.txt"
	folder = places.shared("frappe", wheel, Path(__file__))

	def build(folder: Path) -> None:
		with step("Frappe's own names, back in the redistribution"):
			copy(site_packages / "criscostack", folder / "frappe")
			with open(folder / "frappe/__init__.py", "a") as module:
				module.write(_SHIMS)

	places.built_once(folder, build)
	return folder


def copy(source: Path, target: Path) -> None:
	"""Copies a package, with Frappe's names in the names and the texts of its files."""
	for path in sorted(source.rglob("*")):
		inside = path.relative_to(source)
		if any(part in _LEFT_OUT for part in inside.parts) or path.is_dir():
			continue
		new = target / respell(str(inside))
		new.parent.mkdir(parents=True, exist_ok=True)
		if path.suffix in _TEXTS:
			new.write_bytes(respell(path.read_bytes()))
		else:
			shutil.copyfile(path, new)
	if not (target / "__init__.py").exists():
		raise Failed(f"{source} holds no Python package")


def respell(text):
	"""Frappe's names for the redistribution's, in text or bytes."""
	for renamed, own in _NAMES:
		if isinstance(text, bytes):
			text = text.replace(renamed.encode(), own.encode())
		else:
			text = text.replace(renamed, own)
	return text

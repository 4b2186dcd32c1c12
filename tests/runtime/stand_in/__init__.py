"""A stand-in for ERPNext on the packaged runtime: its doctypes, as far as this app touches them.

`doctypes.txt` is the one table of names and fields, `behaviour.py` the few lines of code without which those
doctypes would not behave, `package/` the hand-written rest of a package named `erpnext`.
"""

from pathlib import Path

from tests.runtime import places

FOLDER = Path(__file__).resolve().parent


def written() -> Path:
	"""The folder that holds the package `erpnext`, made from the table."""
	from tests.runtime.stand_in import writer

	sources = sorted(path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
	folder = places.shared("erpnext", *sources)
	places.built_once(folder, lambda folder: writer.write(folder / "erpnext"))
	return folder

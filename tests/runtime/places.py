"""Where the runtime keeps things: nothing but screenshots and `.bench-run.json` is written inside the checkout.

Two kinds of folders lie in the cache. `shared` holds what any checkout may use (virtual environments, node
modules, bundles, database dumps): its names carry a hash of what they were made from, so a change makes a new one
and never spoils the old. `checkouts` holds what belongs to one checkout (databases, sites, logs), by its path.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
RUNTIME = Path(__file__).resolve().parent
APP = "cms_iso10002"


def cache() -> Path:
	base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
	return Path(base) / APP


def digest(*parts: str | bytes | Path, length: int = 12) -> str:
	"""A short hash over texts and over the names and contents of files."""
	total = hashlib.sha256()
	for part in parts:
		if isinstance(part, Path):
			total.update(part.name.encode() + b"\0")
			part = part.read_bytes()
		total.update(part.encode() if isinstance(part, str) else part)
		total.update(b"\0")
	return total.hexdigest()[:length]


def of_this_checkout() -> Path:
	"""The folder of what belongs to this checkout alone."""
	return cache() / "checkouts" / f"{CHECKOUT.name}-{digest(str(CHECKOUT))}"


def shared(name: str, *made_from: str | bytes | Path) -> Path:
	return cache() / "shared" / f"{name}-{digest(*made_from)}"


@contextlib.contextmanager
def locked(path: Path, exclusive: bool = True) -> Iterator[None]:
	"""Holds the lock file at `path`, waiting for whoever has it."""
	path.parent.mkdir(parents=True, exist_ok=True)
	with open(path, "a") as handle:
		fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
		yield


def built_once(folder: Path, build: Callable[[Path], None]) -> bool:
	"""Runs `build(folder)` unless it has been run to its end before; answers whether it ran."""
	done = folder / ".complete"
	if done.exists():
		return False
	with locked(folder.with_name(f".{folder.name}.lock")):
		if done.exists():
			return False
		shutil.rmtree(folder, ignore_errors=True)
		folder.mkdir(parents=True)
		build(folder)
		done.touch()
	return True


def link(path: Path, target: Path) -> None:
	"""Makes `path` a symbolic link to `target`, replacing what link was there."""
	if path.is_symlink():
		if os.readlink(path) == str(target):
			return
		path.unlink()
	path.symlink_to(target)


def app_digest() -> str:
	"""What the installed app looks like to `migrate`: a hash over its package, bytecode left out.

	Assets are in it: the scripts of forms are kept in the site's cache until it is migrated.
	"""
	package = CHECKOUT / APP
	total = hashlib.sha256()
	for path in sorted(package.rglob("*")):
		inside = path.relative_to(package)
		if path.is_file() and path.suffix != ".pyc":
			total.update(str(inside).encode() + b"\0" + path.read_bytes())
	return total.hexdigest()

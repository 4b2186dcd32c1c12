"""The scripts and styles a browser asks for under /assets, and the list of them that Frappe reads."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.runtime import machine, places
from tests.runtime.steps import run, step

if TYPE_CHECKING:
	from tests.runtime.runtime import Runtime

_BUILD = places.RUNTIME / "bundles/build.js"
_PACKAGES = [places.RUNTIME / "bundles/package.json", places.RUNTIME / "bundles/package-lock.json"]
_REMEDY = "look at the log; `make clean` and again if a download broke off"


@dataclass
class Bundles:
	"""What was built for some apps: their folders `dist`, and the URL of each bundle by its name."""

	dist: dict[str, Path] = field(default_factory=dict)
	ltr: dict[str, str] = field(default_factory=dict)
	rtl: dict[str, str] = field(default_factory=dict)


def node_modules(log: Path) -> Path:
	folder = places.shared("node", *_PACKAGES)

	def build(folder: Path) -> None:
		machine.need_packages(log, packaged=True)
		with step("Node modules for the desk's bundles (once)", _REMEDY, log):
			for path in _PACKAGES:
				(folder / path.name).write_bytes(path.read_bytes())
			options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
			run([machine.program("npm"), "ci", *options], log, cwd=folder)

	places.built_once(folder, build)
	return folder / "node_modules"


def build(app: str, package: Path, folder: Path, log: Path) -> Bundles:
	"""The bundles of one app, built once into `folder`, whose name must carry a hash of what they are made from."""

	def build(folder: Path) -> None:
		modules = node_modules(log)
		with step(f"Bundles of {app} (once)", _REMEDY, log):
			environment = {**os.environ, "NODE_PATH": str(modules)}
			words = [app, package, folder / "dist", folder / "bundles.json"]
			run([machine.program("node"), _BUILD, *words], log, env=environment, cwd=folder)

	places.built_once(folder, build)
	manifest = json.loads((folder / "bundles.json").read_text())
	return Bundles({app: folder / "dist"}, manifest["ltr"], manifest["rtl"])


def of_our_app(log: Path) -> Bundles:
	"""The bundles of the app in this checkout; most of its scripts need no building, and it may have none."""
	package = places.CHECKOUT / places.APP
	sources = sorted(path for path in (package / "public").rglob("*") if path.is_file())
	if not any(".bundle." in path.name for path in sources):
		return Bundles()
	return build(places.APP, package, places.shared(f"bundles-{places.APP}", _BUILD, *sources), log)


def put_together(runtime: "Runtime") -> None:
	"""Fills `sites/assets`: for each app its public files and its bundles, and the lists of these."""
	folder = runtime.sites / "assets"
	theirs, ours = runtime.bundles(), of_our_app(runtime.log)
	for app, root in runtime.app_folders().items():
		dist = theirs.dist.get(app) or ours.dist.get(app)
		_link_public(folder / app, root / app / "public", dist)
	_write(folder / "assets.json", theirs.ltr | ours.ltr, runtime)
	_write(folder / "assets-rtl.json", theirs.rtl | ours.rtl, runtime)


def _link_public(target: Path, public: Path, dist: Path | None) -> None:
	"""A folder of links to what an app's public folder holds, with `dist` put in beside it."""
	target.mkdir(parents=True, exist_ok=True)
	wanted = {path.name: path for path in public.iterdir()} if public.exists() else {}
	if dist:
		wanted["dist"] = dist
	for stale in [path for path in target.iterdir() if path.name not in wanted]:
		stale.unlink()
	for name, source in wanted.items():
		places.link(target / name, source)


def _write(path: Path, urls: dict[str, str], runtime: "Runtime") -> None:
	text = json.dumps(urls, indent="\t")
	if not path.exists() or path.read_text() != text:
		path.write_text(text)
		runtime.forget_cached()

"""Ports and secrets of one runtime in one checkout: chosen once, kept in a file only its owner reads."""

import json
import os
from pathlib import Path

from tests.runtime import places


class Settings:
	def __init__(self, path: Path):
		self.path = path

	def all(self) -> dict:
		return json.loads(self.path.read_text()) if self.path.exists() else {}

	def get(self, key: str, default=None):
		return self.all().get(key, default)

	def set(self, key: str, value) -> None:
		with places.locked(self.path.with_suffix(".lock")):
			write_private(self.path, {**self.all(), key: value})

	def setdefault(self, key: str, value):
		known = self.get(key)
		if known is None:
			self.set(key, known := value)
		return known


def write_private(path: Path, content: dict) -> None:
	"""Writes JSON that holds a password; whoever reads it meanwhile reads the old or the new."""
	path.parent.mkdir(parents=True, exist_ok=True)
	new = path.with_suffix(f".{os.getpid()}")
	new.touch(mode=0o600)
	new.write_text(json.dumps(content, indent="\t"))
	new.replace(path)

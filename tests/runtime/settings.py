"""Ports and secrets of one runtime in one checkout: chosen once, kept in a file only its owner reads."""

import json
from pathlib import Path


class Settings:
	def __init__(self, path: Path):
		self.path = path

	def all(self) -> dict:
		return json.loads(self.path.read_text()) if self.path.exists() else {}

	def get(self, key: str, default=None):
		return self.all().get(key, default)

	def set(self, key: str, value) -> None:
		write_private(self.path, {**self.all(), key: value})

	def setdefault(self, key: str, value):
		known = self.get(key)
		if known is None:
			self.set(key, known := value)
		return known


def write_private(path: Path, content: dict) -> None:
	"""Writes JSON that holds a password."""
	path.parent.mkdir(parents=True, exist_ok=True)
	path.touch(mode=0o600)
	path.write_text(json.dumps(content, indent="\t"))

"""Reads the table of ERPNext's doctypes and fields."""

from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "doctypes.txt"


@dataclass
class Field:
	name: str
	type: str
	options: str
	attributes: dict[str, str]


@dataclass
class DocType:
	name: str
	attributes: dict[str, str]
	fields: list[Field] = field(default_factory=list)

	@property
	def module(self) -> str:
		return self.attributes["module"]

	@property
	def is_tree(self) -> bool:
		return "is_tree" in self.attributes

	@property
	def roles(self) -> list[str]:
		return [role for role in self.attributes.get("roles", "").split(",") if role]


def read(path: Path = TABLE) -> list[DocType]:
	doctypes: list[DocType] = []
	for line in path.read_text().splitlines():
		if not line.strip() or line.startswith("#"):
			continue
		if line.startswith("["):
			name, _, rest = line[1:].partition("]")
			doctypes.append(DocType(name, _attributes(rest)))
		else:
			name, kind, options, attributes, *_ = [*line.split("\t"), "", "", ""]
			options = options.replace("\\n", "\n")
			doctypes[-1].fields.append(Field(name, kind, options, _attributes(attributes)))
	return doctypes


def _attributes(text: str) -> dict[str, str]:
	"""`a; b=c` as {"a": "1", "b": "c"}."""
	pairs = (word.strip().partition("=") for word in text.split(";") if word.strip())
	return {name: value if sign else "1" for name, sign, value in pairs}

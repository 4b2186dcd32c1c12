"""Writes the package `erpnext` from the table: a module folder for each module, a doctype folder for each doctype."""

import json
import shutil
from pathlib import Path

from tests.runtime.stand_in import FOLDER, behaviour, table

# Fixed: `migrate` compares it with what the site has, and the folder's hash already tells versions apart.
_MODIFIED = "2020-01-01 00:00:00.000000"
_CONTROLLER = """from {module} import {base}


class {name}({base}):
{body}
"""


def write(package: Path) -> None:
	shutil.copytree(FOLDER / "package", package, ignore=shutil.ignore_patterns("__pycache__"))
	doctypes = table.read()
	modules = list(dict.fromkeys(doctype.module for doctype in doctypes))
	(package / "modules.txt").write_text("\n".join(modules) + "\n")
	for doctype in doctypes:
		_write_doctype(package, doctype)


def _write_doctype(package: Path, doctype: table.DocType) -> None:
	folder = package / scrub(doctype.module) / "doctype" / scrub(doctype.name)
	folder.mkdir(parents=True, exist_ok=True)
	for parent in (folder, folder.parent, folder.parent.parent):
		(parent / "__init__.py").touch()
	(folder / f"{scrub(doctype.name)}.json").write_text(json.dumps(as_json(doctype), indent=1))
	(folder / f"{scrub(doctype.name)}.py").write_text(_controller(doctype))
	if doctype.name in behaviour.DASHBOARDS:
		text = f"def get_data():\n\treturn {behaviour.DASHBOARDS[doctype.name]!r}\n"
		(folder / f"{scrub(doctype.name)}_dashboard.py").write_text(text)


def _controller(doctype: table.DocType) -> str:
	name = doctype.name.replace(" ", "")
	body = behaviour.METHODS.get(doctype.name, "")
	if doctype.is_tree:
		module, base = "frappe.utils.nestedset", "NestedSet"
		body = f'\tnsm_parent_field = "{doctype.attributes["nsm_parent_field"]}"\n{body}'
	else:
		module, base = "frappe.model.document", "Document"
	return _CONTROLLER.format(module=module, base=base, name=name, body=body.strip("\n") or "\tpass")


def as_json(doctype: table.DocType) -> dict:
	"""What Frappe expects in a doctype's file."""
	attributes = {key: _number(value) for key, value in doctype.attributes.items() if key != "roles"}
	return {
		"doctype": "DocType",
		"name": doctype.name,
		"engine": "InnoDB",
		"sort_field": "modified",
		"sort_order": "DESC",
		"creation": _MODIFIED,
		"modified": _MODIFIED,
		"modified_by": "Administrator",
		"owner": "Administrator",
		"field_order": [field.name for field in doctype.fields],
		"fields": [_field(field) for field in doctype.fields],
		"permissions": [] if "istable" in attributes else _permissions(doctype),
		**attributes,
	}


def _field(field: table.Field) -> dict:
	row = {"fieldname": field.name, "fieldtype": field.type, "label": field.name.replace("_", " ").title()}
	if field.options:
		row["options"] = field.options
	return {**row, **{key: _number(value) for key, value in field.attributes.items()}}


def _permissions(doctype: table.DocType) -> list[dict]:
	rights = ["read", "write", "create", "delete", "report", "export", "email", "print", "share"]
	if "is_submittable" in doctype.attributes:
		rights += ["submit", "cancel", "amend"]
	if "issingle" in doctype.attributes:
		rights = ["read", "write"]
	return [{"role": role, **dict.fromkeys(rights, 1)} for role in ["System Manager", *doctype.roles]]


def _number(value: str) -> str | int:
	return int(value) if value.isdigit() else value


def scrub(name: str) -> str:
	return name.lower().replace(" ", "_").replace("-", "_")

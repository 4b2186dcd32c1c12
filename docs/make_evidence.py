"""Writes docs/evidence.md from the figures' own words: `python docs/make_evidence.py`. A test holds them equal.

The modules are read, not imported: they need a site.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "cms_iso10002" / "iso_10002" / "evidence"

HEAD = """# Computed evidence

Made from `cms_iso10002/iso_10002/evidence` by `docs/make_evidence.py`; change it there.

For each clause of ISO 10002 that records can speak of, there are figures: numbers computed from the complaints and what
belongs to them, over a period, for one company or all. A figure says what it counted, by which rule, over how many, and
links to a report with exactly those records (*Evidence Records*, *Milestone Performance*) or to a list.

- **Which records.** A record belongs to a period by one date, which the figure names: the receipt, the closing, the day an
  answer was sent. Days are those of the site, first and last included.
- **How complaints count** is the same everywhere: duplicates don't, those out of scope count apart, each member of a group
  counts. Figures count every case, whoever looks; the report shows only those the viewer may see, and says how many it
  left out. Where that are fewer than the smallest cell of Complaint Settings, it tells neither how many nor the figure.
- **No data is no data**: never 0 %, never 100 %. A figure that can be told of some cases only says of how many (coverage).
- **Verdicts** compare a figure with a criterion. ISO 10002 sets no numbers: the general ones (conforms from, in part from)
  stand in Complaint Settings, those of single figures, with their reasons, in `evidence/criteria.py`. What has no criterion
  is shown and not judged.
- **Which way is good** is said of a figure only where it is good by itself: more or fewer complaints, letters, actions or audits
  are neither. What knows today only, and no earlier day, says that it does, and is not asked for one.
- **One rule** for guards, audits of case files and figures: it stands in `core`, a figure says it in SQL, tests hold them equal.
- **What fails** says so, with its reason, and the others go on.
- **Other apps** add figures by the hook `iso_10002_evidence` (see `evidence/registry.py`), and tell how much was sold by
  `iso_10002_sales`.

All of them together cost a number of queries that does not depend on the number of complaints (`benchmarks/`): the records
of a cohort are read once for all figures that stand on it, each as a pattern of yes-or-no answers.

| figure | what it is | criterion |
|---|---|---|
"""


def figures() -> Iterator[tuple[str, str]]:
	"""Every figure, "clause/figure", with the first paragraph of what its function says."""
	for path in sorted(MODULES.glob("*.py")):
		for node in ast.parse(path.read_text(encoding="utf-8")).body:
			for decorator in getattr(node, "decorator_list", ()):
				if getattr(getattr(decorator, "func", None), "id", "") == "computes":
					said = (ast.get_docstring(node) or "").split("\n\n")[0]
					yield (
						"/".join(ast.literal_eval(argument) for argument in decorator.args),
						" ".join(said.split()),
					)


def criteria() -> dict[str, str]:
	"""The criterion of each figure that has one, in words."""
	tree = ast.parse((MODULES / "criteria.py").read_text(encoding="utf-8"))
	named = {
		target.id: node.value.args[0].value
		for node in tree.body
		if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
		for target in node.targets
		if getattr(node.value.func, "id", "") == "N_"
	}
	(table,) = (
		node.value for node in tree.body if isinstance(node, ast.AnnAssign) and node.target.id == "CRITERIA"
	)
	return {
		key.value: _in_words(value.args, named) for key, value in zip(table.keys, table.values, strict=True)
	}


def _in_words(arguments: list[Any], named: dict[str, str]) -> str:
	why, *bounds = arguments
	reason = named[why.id] if isinstance(why, ast.Name) else why.args[0].value
	bounds = (
		"{}, in part {}".format(*(f"{ast.literal_eval(bound):g}" for bound in bounds))
		if bounds
		else "general"
	)
	return f"{bounds}. {reason}"


def text() -> str:
	"""The whole page."""
	held = criteria()
	lines = [f"| `{key}` | {said} | {held.get(key, 'shown')} |" for key, said in sorted(figures())]
	return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
	Path(__file__).with_name("evidence.md").write_text(text(), encoding="utf-8")

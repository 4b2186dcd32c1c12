"""The limits that regulators publish, as data: each preset makes the values of a draft Complaint SLA Policy.

They lie in `fixtures/presets/`, not in `fixtures/`, where Frappe would import them on every migrate. A preset says
where its figures come from and whether they were read in the regulator's own words. It only makes a draft: the
organisation checks it and owns it.
"""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "fixtures" / "presets" / "complaint_sla_presets.json"


def presets() -> list[dict[str, Any]]:
	"""Every preset, in the order in which they are offered. The caller may change what it gets."""
	return copy.deepcopy(_read())


def get(key: str) -> dict[str, Any]:
	"""The preset of a key such as "uk-fca-disp". Raises ValueError when there is none."""
	for preset in _read():
		if preset["key"] == key:
			return copy.deepcopy(preset)
	known = ", ".join(preset["key"] for preset in _read())
	raise ValueError(f"There is no preset {key!r}: use one of {known}.")


def policy_values(preset: dict[str, Any], site_zone: str = "UTC") -> dict[str, Any]:
	"""The plain values of a draft Complaint SLA Policy: its fields, with the rows of hours and targets.

	`site_zone` is the time zone (an IANA name) for a preset that belongs to no place and so names none.
	"""
	values = copy.deepcopy(preset["policy"])
	return {
		**values,
		"enabled": 1,
		"time_zone": values["time_zone"] or site_zone,
		"source": " ".join(filter(None, (preset["source"], preset["source_url"]))),
		"jurisdiction": preset["jurisdiction"],
		"preset": preset["key"],
		"preset_verified": int(preset["verified"]),
	}


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Any], ...]:
	return tuple(json.loads(FILE.read_text(encoding="utf-8")))

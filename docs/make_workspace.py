"""Writes the workspace *Complaints* with what stands beside it: `python docs/make_workspace.py`. A test holds them equal.

What is linked stands here once: reports (those whose folder is there), records, cards, charts. From it are made the
Workspace (v15 and later), the sidebars and desktop icons (v16; v15 does not look into their folders), the dashboard
charts with their sources, and the number cards and onboarding that are made of data alone.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

APP = "cms_iso10002"
PACKAGE = Path(__file__).resolve().parents[1] / APP
MODULE = "Complaints"
ROLES = (
	"Complaint Agent",
	"Complaint Investigator",
	"Complaint Manager",
	"Complaint Auditor",
	"System Manager",
)

REPORTS = (
	"Complaint Register",
	"Complaint Ageing",
	"Milestone Performance",
	"Complaint Pareto",
	"Complaint Control Chart",
	"Complaint Rate by Item Group",
	"Complaint Recurrence",
	"Complaint Redress Cost",
	"Complaint Satisfaction",
	"Complaint Workload",
	"Complaint Register in Full",
)
"""The reports in the order they are linked; one without a folder is left out until it is there."""

CARDS = (
	("Overdue", "Overdue Complaints"),
	("Due Today", "Complaints Due Today"),
	("Due This Week", "Complaints Due This Week"),
	("Open", "Open Complaints"),
	("Waiting for the Complainant", "Complaints Waiting for the Complainant"),
	("Unassigned", "Unassigned Complaints"),
	("Received This Month", "Complaints Received This Month"),
	("Satisfaction (1 to 5)", "Satisfaction of Complainants"),
)

COUNTED_CARDS = {
	"Complaints Received This Month": ("Received This Month", "received_this_month", "#449CF0"),
	"Satisfaction of Complainants": ("Satisfaction (1 to 5)", "satisfaction", "#39E4A5"),
}
"""Cards that are counted by a method of `complaints.dashboard`; the others are plain counts of the list they open."""

CHARTS = {
	"Complaints Received and Closed": (
		"received_and_closed",
		"Bar",
		{"axisOptions": {"xIsSeries": 1}, "colors": ["#449CF0", "#29CD42"]},
	),
	"Milestones of 90 Days": (
		"milestones",
		"Bar",
		{"barOptions": {"stacked": 1}, "colors": ["#29CD42", "#FFA00A", "#E24C4C"]},
	),
	"Complaints by Category": ("categories", "Bar", {"type": "axis-mixed", "colors": ["#449CF0", "#743EE2"]}),
}
"""Chart: the method of `complaints.dashboard` that counts it, its type, and how it is drawn."""

STILL = {"disableEntryAnimation": 1}
"""frappe-charts throws when a chart is resized while it enters."""

SHORTCUTS: tuple[dict[str, Any], ...] = (
	{"label": "Overdue", "color": "Red", "format": "{} overdue", "stats_filter": '{"is_overdue": ["=", 1]}'},
	{
		"label": "My Complaints",
		"color": "Blue",
		"format": "{} open",
		"stats_filter": '{"handler": ["=", frappe.session.user], "status_category": ["in", ["Open", "Paused"]]}',
	},
	{
		"label": "Urgent",
		"color": "Orange",
		"format": "{} open",
		"stats_filter": '{"priority": ["=", "Urgent"], "status_category": ["in", ["Open", "Paused"]]}',
	},
	{
		"label": "All Open",
		"color": "Blue",
		"format": "{} open",
		"stats_filter": '{"status_category": ["in", ["Open", "Paused"]]}',
	},
	{"label": "Calendar", "color": "Grey", "doc_view": "Calendar"},
	{"label": "Board by State", "color": "Grey", "doc_view": "Kanban", "kanban_board": "Complaints by State"},
)

RECORDS: dict[str, tuple[str, ...]] = {
	"Complaints": (
		"Complaint",
		"Complaint Letter",
		"Complaint Group",
		"External Dispute",
		"Complaint Mail Triage",
		"Complaint Feedback",
	),
	"Learning": ("Complaint Action", "Complaint Signal", "Complaint Reportability"),
	"Time Limits": ("Complaint SLA Policy", "Complaint Daily Summary"),
	"Reports": (),
	"Record": ("Complaint Event", "Complaint Ledger Seal"),
	"Masters": (
		"Complaint Category",
		"Complaint Root Cause",
		"Complaint Remedy",
		"Dispute Resolution Body",
	),
	"Settings": ("Complaint Settings",),
}
"""The doctypes under each heading; under *Reports* stand the reports."""

ISO_REPORTS = ("ISO 10002 Coverage", "Training Status", "Evidence Records")
ISO_RECORDS = (
	"ISO 10002 Self Assessment",
	"ISO 10002 Clause",
	"Complaints Policy",
	"Complaint Objective",
	"Complaint Context Item",
	"Complaint Case Audit",
	"Complaint Management Review",
	"ISO 10002 Evidence Pack",
	"Complaint Handler Training",
)

ONBOARDING = "Complaint Handling"
STEPS: tuple[dict[str, Any], ...] = (
	{
		"title": "Say Whom Complainants Turn To",
		"action": "Update Settings",
		"reference_document": "Complaint Settings",
		"is_single": 1,
		"field": "contact_person",
		"value_to_validate": "%",
		"description": "## Complaint Settings\n\nThe contact that letters and the portal name, who stands in for a "
		"Complaint Manager who is concerned, how severe a complaint may be to be decided without an investigation, and from "
		"when a second person approves.",
	},
	{
		"title": "Choose Time Limits From a Preset",
		"action": "Go to Page",
		"path": "complaint-sla-policy",
		"description": "## Complaint SLA Policy\n\nUnder *Presets* are the limits of regulators and a generic policy, "
		"each with its source. Choose one, try it on an example, and submit it: from then on every complaint is measured by it.",
		"callback_title": "Time limits",
		"callback_message": "Choose a preset from the menu, try it, and submit it.",
	},
	{
		"title": "Write and Publish the Complaints Policy",
		"action": "Create Entry",
		"reference_document": "Complaints Policy",
		"show_full_form": 1,
		"validate_action": 1,
		"description": "## Complaints Policy\n\nWhat you promise to those who complain (ISO 10002:2018, 5.3). The draft "
		"has a text to start from; approved and published, it stands on your website.",
	},
	{
		"title": "Record the First Complaint",
		"action": "Create Entry",
		"reference_document": "Complaint",
		"show_full_form": 1,
		"validate_action": 1,
		"description": "## Complaint\n\nA subject, what happened, and how to reach who complained: that is enough. The "
		"head of the form then says what comes next, and by when.",
	},
	{
		"title": "Open the Portal to Complainants",
		"action": "Update Settings",
		"reference_document": "Complaint Settings",
		"is_single": 1,
		"field": "allow_guest",
		"value_to_validate": "%",
		"description": "## Portal\n\nAnybody can complain under [/complaint/new](/complaint/new) and see how it stands "
		"under [/complaint/track](/complaint/track), without an account. Switch it on in Complaint Settings, and link it "
		"from your website.",
	},
	{
		"title": "Assess Yourself Against ISO 10002",
		"action": "Create Entry",
		"reference_document": "ISO 10002 Self Assessment",
		"show_full_form": 1,
		"validate_action": 1,
		"description": "## Self-assessment\n\nClause by clause, with the evidence that your records already hold. The "
		"gaps become actions.",
	},
)

STAMP = "2026-11-26 23:30:00.000000"
FINGERPRINT = "f7fa365a6f92"
"""What is shipped at STAMP. Frappe takes it into a site only where STAMP is later than what the site has."""


# making ----------------------------------------------------------------------------------------------------


def scrub(name: str) -> str:
	return name.lower().replace(" ", "_").replace("-", "_")


def reports() -> list[str]:
	return [name for name in REPORTS if (PACKAGE / "complaints" / "report" / scrub(name)).is_dir()]


def record(doctype: str, name: str, **values: Any) -> dict[str, Any]:
	"""A standard record, in the order Frappe writes its keys."""
	plain = {
		"creation": STAMP,
		"docstatus": 0,
		"doctype": doctype,
		"idx": 0,
		"modified": STAMP,
		"modified_by": "Administrator",
		"name": name,
		"owner": "Administrator",
	}
	return dict(sorted({**plain, **values}.items()))


def files() -> dict[Path, str]:
	"""What is made, by where it goes."""
	found = {
		PACKAGE / "complaints/workspace/complaints/complaints.json": workspace(),
		PACKAGE / "workspace_sidebar/complaints.json": sidebar(
			MODULE, "message-1", complaint_items(), module_onboarding=ONBOARDING
		),
		PACKAGE / "workspace_sidebar/iso_10002.json": sidebar("ISO 10002", "quality", iso_items()),
		PACKAGE / "desktop_icon/complaints.json": icon(MODULE, "message-1", 60),
		PACKAGE / "desktop_icon/iso_10002.json": icon("ISO 10002", "quality", 61),
		_path("module_onboarding", ONBOARDING): onboarding(),
		**{_path("onboarding_step", step["title"]): onboarding_step(step) for step in STEPS},
		**{_path("number_card", name): card(name, *rest) for name, rest in COUNTED_CARDS.items()},
	}
	for name, (method, kind, options) in CHARTS.items():
		found[_path("dashboard_chart", name)] = chart(name, kind, options)
		found[_path("dashboard_chart_source", name)] = source(name)
		found[_path("dashboard_chart_source", name).with_suffix(".js")] = script(name, method)
	return {path: made if isinstance(made, str) else _text(made) for path, made in found.items()}


def fingerprint() -> str:
	"""What is shipped in short, whenever it was."""
	shipped = "".join(text for _path, text in sorted(files().items())).replace(STAMP, "")
	return hashlib.sha256(shipped.encode()).hexdigest()[:12]


def _path(folder: str, name: str) -> Path:
	return PACKAGE / "complaints" / folder / scrub(name) / f"{scrub(name)}.json"


def _text(value: dict[str, Any]) -> str:
	return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


# the workspace ---------------------------------------------------------------------------------------------


def workspace() -> dict[str, Any]:
	return record(
		"Workspace",
		MODULE,
		charts=[{"chart_name": name, "label": name} for name in CHARTS],
		content=json.dumps(list(blocks())),
		custom_blocks=[],
		for_user="",
		hide_custom=0,
		icon="message-1",
		is_hidden=0,
		label=MODULE,
		links=links(),
		module=MODULE,
		number_cards=[{"label": label, "number_card_name": name} for label, name in CARDS],
		parent_page="",
		public=1,
		quick_lists=[],
		restrict_to_domain="",
		roles=[{"role": role} for role in ROLES],
		sequence_id=12.5,
		shortcuts=shortcuts(),
		title=MODULE,
	)


def blocks():
	"""The page from top to bottom: the first hour, today's figures, ways in, the last weeks, everything else."""
	numbers = iter(range(1000))

	def block(kind: str, **data: Any) -> dict[str, Any]:
		return {"id": f"{kind[:5]}{next(numbers)}", "type": kind, "data": data}

	def heading(text: str) -> dict[str, Any]:
		return block("header", text=f'<span class="h4"><b>{text}</b></span>', col=12)

	yield block("onboarding", onboarding_name=ONBOARDING, col=12)
	yield from (block("number_card", number_card_name=label, col=3) for label, _name in CARDS)
	yield block("spacer", col=12)
	yield heading("Your Shortcuts")
	yield from (block("shortcut", shortcut_name=row["label"], col=4) for row in shortcuts())
	yield block("spacer", col=12)
	# as wide as the page: in half of it their labels are cut short
	yield from (block("chart", chart_name=name, col=12) for name in CHARTS)
	yield block("spacer", col=12)
	yield heading("Records and Reports")
	yield from (block("card", card_name=heading, col=4) for heading in RECORDS)


def shortcuts() -> list[dict[str, Any]]:
	rows = [{"doc_view": "List", "link_to": "Complaint", "type": "DocType", **row} for row in SHORTCUTS]
	first = [name for name in ("Milestone Performance", "Complaint Pareto") if name in reports()]
	return rows + [
		{"label": name, "link_to": name, "report_ref_doctype": "Complaint", "type": "Report"}
		for name in first
	]


def links() -> list[dict[str, Any]]:
	rows: list[dict[str, Any]] = []
	for heading, doctypes in RECORDS.items():
		below = [_doctype_link(name) for name in doctypes]
		if heading == "Reports":
			below += [_report_link(name) for name in reports()]
		rows.append(
			{
				"hidden": 0,
				"is_query_report": 0,
				"label": heading,
				"link_count": len(below),
				"onboard": 0,
				"type": "Card Break",
			}
		)
		rows += below
	return rows


def _doctype_link(name: str) -> dict[str, Any]:
	return _link(name, "DocType", 0, "")


def _report_link(name: str) -> dict[str, Any]:
	return _link(name, "Report", 1, "Complaint")


def _link(name: str, kind: str, is_report: int, dependencies: str) -> dict[str, Any]:
	return {
		"dependencies": dependencies,
		"hidden": 0,
		"is_query_report": is_report,
		"label": name,
		"link_count": 0,
		"link_to": name,
		"link_type": kind,
		"onboard": 0,
		"type": "Link",
	}


# v16 -------------------------------------------------------------------------------------------------------


def sidebar(title: str, header_icon: str, items: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
	return record(
		"Workspace Sidebar",
		title,
		app=APP,
		header_icon=header_icon,
		items=[{"idx": index, **item} for index, item in enumerate(items, 1)],
		module=title,
		standard=1,
		title=title,
		**values,
	)


def complaint_items() -> list[dict[str, Any]]:
	found = [_item("Home", "Workspace", MODULE, icon="home"), _item("Complaint", "DocType", icon="message-1")]
	for heading, doctypes in RECORDS.items():
		names = [*((name, "DocType") for name in doctypes)]
		if heading == "Reports":
			names += [(name, "Report") for name in reports()]
		found.append(_section(heading))
		found += [_item(name, kind, child=1) for name, kind in names if name != "Complaint"]
	return found


def iso_items() -> list[dict[str, Any]]:
	return [
		_item("Home", "Workspace", "ISO 10002", icon="home"),
		*(_item(name, "DocType") for name in ISO_RECORDS),
		_section("Reports"),
		*(_item(name, "Report", child=1) for name in ISO_REPORTS),
	]


def _item(label: str, kind: str, link_to: str = "", **values: Any) -> dict[str, Any]:
	plain = {
		"child": 0,
		"collapsible": 1,
		"indent": 0,
		"keep_closed": 0,
		"label": label,
		"link_to": link_to or label,
		"link_type": kind,
		"type": "Link",
	}
	return dict(sorted({**plain, **values}.items()))


def _section(label: str) -> dict[str, Any]:
	return {
		"child": 0,
		"collapsible": 1,
		"indent": 1,
		"keep_closed": 1,
		"label": label,
		"link_type": "DocType",
		"type": "Section Break",
	}


def icon(label: str, name: str, place: int) -> dict[str, Any]:
	made = record(
		"Desktop Icon",
		label,
		app=APP,
		hidden=0,
		icon=name,
		icon_type="Link",
		label=label,
		link_to=label,
		link_type="Workspace Sidebar",
		restrict_removal=0,
		roles=[],
		standard=1,
	)
	return {**made, "idx": place}


# charts, cards, onboarding -----------------------------------------------------------------------------------


def chart(name: str, kind: str, options: dict[str, Any]) -> dict[str, Any]:
	return record(
		"Dashboard Chart",
		name,
		chart_name=name,
		chart_type="Custom",
		custom_options=json.dumps({**options, **STILL}),
		document_type="Complaint",
		dynamic_filters_json="[]",
		filters_json="[]",
		is_public=1,
		is_standard=1,
		module=MODULE,
		number_of_groups=0,
		roles=[{"role": role} for role in ROLES],
		source=name,
		timeseries=0,
		type=kind,
		use_report_chart=0,
		y_axis=[],
	)


def source(name: str) -> dict[str, Any]:
	return record("Dashboard Chart Source", name, module=MODULE, source_name=name, timeseries=0)


def script(name: str, method: str) -> str:
	return (
		'frappe.provide("frappe.dashboards.chart_sources");\n\n'
		f"frappe.dashboards.chart_sources[{json.dumps(name)}] = {{\n"
		f'\tmethod: "{APP}.complaints.dashboard.{method}",\n'
		"\tfilters: [],\n"
		"};\n"
	)


def card(name: str, label: str, method: str, color: str) -> dict[str, Any]:
	return record(
		"Number Card",
		name,
		color=color,
		document_type="Complaint",
		dynamic_filters_json="[]",
		filters_json="[]",
		function="Count",
		is_public=1,
		is_standard=1,
		label=label,
		method=f"{APP}.complaints.dashboard.{method}",
		module=MODULE,
		show_percentage_stats=0,
		stats_time_interval="Daily",
		type="Custom",
	)


def onboarding() -> dict[str, Any]:
	return record(
		"Module Onboarding",
		ONBOARDING,
		allow_roles=[{"role": role} for role in ("Complaint Manager", "System Manager")],
		documentation_url="",
		is_complete=0,
		module=MODULE,
		steps=[{"step": step["title"]} for step in STEPS],
		subtitle="Settings, time limits, policy, the first complaint, the portal, the self-assessment.",
		success_message="Complaints can come.",
		title="The First Hour With Complaint Handling",
	)


def onboarding_step(step: dict[str, Any]) -> dict[str, Any]:
	plain = {"is_complete": 0, "is_single": 0, "is_skipped": 0, "show_form_tour": 0, "show_full_form": 0}
	return record("Onboarding Step", step["title"], **{**plain, "validate_action": 0, **step})


if __name__ == "__main__":
	for path, text in files().items():
		path.parent.mkdir(parents=True, exist_ok=True)
		if path.parent.parent.name in ("dashboard_chart_source",):
			(path.parent / "__init__.py").touch()
		path.write_text(text, encoding="utf-8")

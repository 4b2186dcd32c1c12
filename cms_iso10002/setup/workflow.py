"""The Frappe Workflow that supplies the buttons of a complaint, generated from the lifecycle.

It decides nothing: `core.lifecycle` is asked for every change of status, whatever door it comes through. So a site
may change it, to hide an action from a role, say; from then on it is the site's and no longer updated.
"""

from __future__ import annotations

from typing import Any

from cms_iso10002.core.lifecycle import DESK_ROLES, MANAGER, workflow_rows
from cms_iso10002.core.states import STATES
from cms_iso10002.setup import written

NAME = "Complaint Handling"
STYLES = {"Open": "Primary", "Paused": "Warning", "Resolved": "Info", "Closed": "Success"}


def make() -> None:
	"""Makes or updates the workflow, and the states and actions it names."""
	written.sync("Workflow State", states(), needed=True)
	written.sync("Workflow Action Master", actions(), needed=True)
	written.sync("Workflow", [record()])


def states() -> list[dict[str, str]]:
	return [{"workflow_state_name": state, "style": STYLES[category]} for state, category in STATES.items()]


def actions() -> list[dict[str, str]]:
	names = dict.fromkeys(row["action"] for row in workflow_rows())
	return [{"workflow_action_name": name} for name in names]


def record() -> dict[str, Any]:
	"""The workflow as plain values."""
	return {
		"workflow_name": NAME,
		"document_type": "Complaint",
		"workflow_state_field": "status",
		"is_active": 1,
		"override_status": 0,
		"send_email_alert": 0,
		"states": [
			{
				"state": state,
				"doc_status": "0",
				"allow_edit": role,
				"send_email": 0,
				# the list shows its own colours: overdue in red
				"avoid_status_override": 1,
			}
			for state, category in STATES.items()
			for role in _editors(category)
		],
		"transitions": [
			{**row, "allow_self_approval": 1, "send_email_to_creator": 0} for row in workflow_rows()
		],
	}


def _editors(category: str) -> tuple[str, ...]:
	"""Who has a form open to editing: the desk collects the roles of all rows of a state."""
	return (MANAGER,) if category == "Closed" else DESK_ROLES

"""The four roles of complaints handling. What each may do stands in the doctypes' permissions."""

from __future__ import annotations

from cms_iso10002.core.lifecycle import AGENT, INVESTIGATOR, MANAGER
from cms_iso10002.setup import written

AUDITOR = "Complaint Auditor"
ROLES = (AGENT, INVESTIGATOR, MANAGER, AUDITOR)


def make() -> None:
	"""Makes the roles that are missing.

	Frappe would make them itself from the doctypes' permissions; made by us, and before those, it is known
	afterwards which of them the site had already.
	"""
	written.sync("Role", [{"role_name": role, "desk_access": 1} for role in ROLES], needed=True)

"""No to-do for everybody at every step.

Frappe writes an open Workflow Action for all roles of a state's transitions each time a document enters it: noise in
everybody's list, the name of a confidential case in it, and more than half of what saving a complaint costs. It
makes none where one for that state is there already; so each complaint has a single one, completed, that follows
its state. Who has something to do is told by handler, assignment and milestones.
"""

from __future__ import annotations

import frappe


def follow_state(doc) -> None:
	"""Bring the one Workflow Action of a complaint in step with its status, before Frappe looks for it."""
	before = doc.get_doc_before_save()
	if before and before.status == doc.status:
		return
	this = {"reference_doctype": "Complaint", "reference_name": doc.name}
	if before and frappe.db.exists("Workflow Action", this):
		frappe.db.set_value("Workflow Action", this, "workflow_state", doc.status, update_modified=False)
		return
	stamp, user = frappe.utils.now(), frappe.session.user
	row = {
		"name": frappe.generate_hash(length=10),
		"creation": stamp,
		"modified": stamp,
		"owner": user,
		"modified_by": user,
		**this,
		"workflow_state": doc.status,
		"status": "Completed",
	}
	frappe.db.bulk_insert("Workflow Action", list(row), [tuple(row.values())])

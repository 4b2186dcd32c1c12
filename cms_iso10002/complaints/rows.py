"""Rows live and die with the record they belong to: no door of their own.

Frappe's REST saves or deletes a child row by itself with no more than write permission on its parent, past the
parent's controller. When a parent is saved, the hooks below are not called for its rows; so they only ever meet
who comes by the side door.
"""

from __future__ import annotations

import frappe
from frappe import _

from cms_iso10002.complaints.access_log import Watched


class OwnedRow(Watched):
	"""A child row that is written through its parent only."""

	def before_validate(self):
		self.refuse_alone()

	def before_update_after_submit(self):
		"""Rows of what is submitted come this way, past `before_validate`."""
		self.refuse_alone()

	def before_cancel(self):
		self.refuse_alone()

	def on_trash(self):
		self.refuse_alone()

	def refuse_alone(self):
		frappe.throw(
			_("A row can't be changed by itself: change the {0} it belongs to.").format(_(self.parenttype))
		)

"""A row of the catalogue: what a clause or an annex of ISO 10002 expects, in our own words.

The app's own rows are a fixture, which Frappe deletes and writes anew on every migrate. What users may say about them
(the letter of an annex, whether the row is used, attachments) is carried over from the row that is replaced. Rows
that an organisation adds are its own altogether.
"""

import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max

from cms_iso10002.iso_10002 import shipped
from cms_iso10002.iso_10002.evidence import registry

THEIRS = ("annex_letter", "disabled")
"""Fields of a standard row that belong to the users of the site."""


class ISO10002Clause(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		annex_letter: DF.Data | None
		clause_group: DF.Literal[
			"",
			"Principles",
			"Framework",
			"Planning and Design",
			"Operation",
			"Maintenance and Improvement",
			"Annexes",
		]
		disabled: DF.Check
		evidence_asked: DF.Text | None
		expected: DF.Text
		feature: DF.SmallText | None
		in_2004: DF.Check
		in_2018: DF.Check
		is_computed: DF.Check
		is_standard: DF.Check
		matter_of_people: DF.Check
		number_2004: DF.Data | None
		number_2018: DF.Data | None
		parent_clause: DF.Link | None
		proof: DF.SmallText | None
		records: DF.SmallText | None
		slug: DF.Data | None
		sort_order: DF.Int
		title: DF.Data
	# end: auto-generated types

	def before_import(self):
		self.make_way()
		self.take_over()

	def before_insert(self):
		self.set_slug()
		self.set_order()

	def after_insert(self):
		self.bring_files_back()

	def validate(self):
		self.set_standard()
		self.check_standard()
		self.check_slug()
		self.check_parent()
		self.set_computed()

	def on_trash(self):
		self.refuse_deleting_standard()

	# replaced by the fixture -------------------------------------------------------------------------------

	def make_way(self):
		"""A row of the organisation's own that has the name of one the app ships from now on goes on as own-…"""
		if not self.is_shipped():  # a fixture of another app
			return
		if frappe.db.get_value(self.doctype, self.name, "is_standard") == 0:
			frappe.rename_doc(self.doctype, self.name, _free_slug(f"own-{self.name}"), force=True)

	def take_over(self):
		"""What users said about the row, on its way to be replaced; and out of the way what is attached to it,
		which Frappe deletes with a record even if it comes back at once."""
		theirs = frappe.db.get_value(self.doctype, self.name, THEIRS, as_dict=True)
		self.update(theirs or {"annex_letter": shipped.LETTERS.get(self.name)})
		_move_files(self.name, _aside(self.name))

	def bring_files_back(self):
		if frappe.flags.in_fixtures:
			_move_files(_aside(self.name), self.name)

	# of the organisation's own -------------------------------------------------------------------------------

	def set_slug(self):
		"""A new row without a short name gets one of its title, marked as the organisation's own."""
		if not self.slug:
			words = re.sub(r"[^a-z0-9]+", "-", (self.title or "").lower()).strip("-")
			self.slug = _free_slug(f"own-{words or 'row'}"[:100])

	def set_order(self):
		if not self.sort_order:
			table = DocType(self.doctype)
			last = frappe.qb.from_(table).select(Max(table.sort_order))
			last = last.where(table.clause_group == self.clause_group).run()[0][0]
			self.sort_order = (last or 0) + 1

	def set_standard(self):
		"""Ours is what our fixture wrote, whatever a client says, and though a row of that name is shipped by now."""
		before = self.get_doc_before_save()
		was_ours = before and before.is_standard
		self.is_standard = int(self.is_shipped() and bool(frappe.flags.in_fixtures or was_ours))

	def is_shipped(self) -> bool:
		return self.name in shipped.slugs()

	def set_computed(self):
		"""Whether an own row has figures follows from the apps that compute some for it."""
		if not self.is_standard:
			self.is_computed = int(bool(registry.figures(self.name)))

	# what is refused -----------------------------------------------------------------------------------------

	def check_standard(self):
		"""Of the app's own rows only the letter and Disabled may be changed: the next update writes the rest anew."""
		before = self.get_doc_before_save()
		if not self.is_standard or not before or frappe.flags.in_fixtures:
			return
		fields = [field for field in self.meta.fields if field.fieldname not in THEIRS]
		changed = [_(field.label) for field in fields if _differs(field.fieldname, self, before)]
		if changed:
			frappe.throw(
				_(
					"{0} comes with the app and is written anew by each update, so {1} cannot be changed: add a row of your own instead."
				).format(frappe.bold(_(self.title)), ", ".join(changed))
			)

	def check_slug(self):
		if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.slug):
			frappe.throw(
				_("The short name has small letters, digits and single hyphens only: {0}.").format("own-row")
			)

	def check_parent(self):
		"""A row does not belong to itself, over however many others."""
		if not self.parent_clause:
			return
		rows = frappe.get_all(self.doctype, fields=["name", "parent_clause"], order_by="name", as_list=True)
		above, parent, seen = dict(rows), self.parent_clause, {self.name}
		while parent:
			if parent in seen:
				frappe.throw(_("{0} would belong to itself.").format(frappe.bold(_(self.title))))
			seen.add(parent)
			parent = above.get(parent)

	def refuse_deleting_standard(self):
		if self.is_standard and self.is_shipped():
			frappe.throw(
				_("{0} comes with the app: disable it instead of deleting it.").format(
					frappe.bold(_(self.title))
				)
			)


def _differs(field: str, one: Document, other: Document) -> bool:
	return (one.get(field) or "") != (other.get(field) or "")


def _free_slug(wanted: str) -> str:
	"""`wanted`, or else with the first number that is free."""
	taken = set(
		frappe.get_all(
			"ISO 10002 Clause", filters={"name": ("like", f"{wanted}%")}, pluck="name", order_by="name"
		)
	)
	count = 1
	while (slug := wanted if count == 1 else f"{wanted}-{count}") in taken:
		count += 1
	return slug


def _aside(name: str) -> str:
	return f"{name} (being replaced)"


def _move_files(source: str, target: str) -> None:
	file = DocType("File")
	about = (file.attached_to_doctype == "ISO 10002 Clause") & (file.attached_to_name == source)
	frappe.qb.update(file).set(file.attached_to_name, target).where(about).run()

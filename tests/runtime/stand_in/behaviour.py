"""The little code without which ERPNext's doctypes would not behave as this app sees them behave."""

_NAMED_FOR_COMPANY = """
	def autoname(self):
		import frappe

		abbreviation = frappe.get_cached_value("Company", self.company, "abbr")
		self.name = f"{self.%s} - {abbreviation}" if self.%s else self.%s
"""

_AMOUNTS = """
	def validate(self):
		import frappe
		from frappe.utils import flt

		self.currency = self.currency or frappe.get_cached_value("Company", self.company, "default_currency")
		self.conversion_rate = self.conversion_rate or 1
		for row in self.items:
			row.item_name = row.item_name or frappe.db.get_value("Item", row.item_code, "item_name")
			row.amount = row.net_amount = row.base_amount = flt(row.qty) * flt(row.rate)
		self.total_qty = sum(flt(row.qty) for row in self.items)
		self.total = self.net_total = sum(flt(row.amount) for row in self.items)
		self.grand_total = self.base_grand_total = self.rounded_total = self.total
		for field in ("customer_name", "customer_group", "territory"):
			self.set(field, self.get(field) or frappe.db.get_value("Customer", self.customer, field))

	def on_submit(self):
		self.db_set("status", {"Sales Invoice": "Unpaid"}.get(self.doctype, "To Bill"))

	def on_cancel(self):
		self.db_set("status", "Cancelled")
"""

# Methods of a doctype's controller, by its name.
METHODS = {
	"Account": _NAMED_FOR_COMPANY % ("account_name", "company", "account_name"),
	"Cost Center": _NAMED_FOR_COMPANY % ("cost_center_name", "company", "cost_center_name"),
	"Department": _NAMED_FOR_COMPANY % ("department_name", "company", "department_name"),
	"Warehouse": _NAMED_FOR_COMPANY % ("warehouse_name", "company", "warehouse_name"),
	"Sales Order": _AMOUNTS,
	"Delivery Note": _AMOUNTS,
	"Sales Invoice": _AMOUNTS,
	"Customer": """
	def autoname(self):
		self.name = self.customer_name
""",
	"Supplier": """
	def autoname(self):
		self.name = self.supplier_name
""",
	"Item": """
	def autoname(self):
		self.name = self.item_code

	def validate(self):
		self.item_name = self.item_name or self.item_code
""",
	"Holiday List": """
	def validate(self):
		self.total_holidays = len(self.holidays)
""",
	"Quality Action": """
	def validate(self):
		self.status = "Open" if any(row.status == "Open" for row in self.resolutions) else "Completed"
""",
	"Employee": """
	def validate(self):
		names = (self.first_name, self.middle_name, self.last_name)
		self.employee_name = " ".join(name for name in names if name)
		self.employee = self.name
""",
	"Issue": """
	def validate(self):
		import frappe

		self.raised_by = self.raised_by or frappe.session.user
		if not self.contact and not self.customer:
			self.contact = frappe.db.get_value("Contact", {"email_id": self.raised_by})
			if self.contact:
				self.customer = frappe.get_doc("Contact", self.contact).get_link_for("Customer")
		self.company = self.company or frappe.db.get_default("Company")
		if self.customer:
			self.customer_name = frappe.db.get_value("Customer", self.customer, "customer_name")
""",
}

# What a form's Connections show, by doctype.
DASHBOARDS = {
	"Customer": {
		"fieldname": "customer",
		"transactions": [
			{"label": "Orders", "items": ["Sales Order", "Delivery Note", "Sales Invoice"]},
			{"label": "Support", "items": ["Issue", "Maintenance Visit", "Warranty Claim"]},
		],
	},
}

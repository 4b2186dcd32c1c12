from frappe.model.document import Document


class ISO10002Clause(Document):
	pass

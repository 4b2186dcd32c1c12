from frappe.model.document import Document


class ISO10002Question(Document):
	pass

from frappe import _


def get_data():
	"""What belongs to a complaint, on its dashboard."""
	return {
		"fieldname": "complaint",
		"non_standard_fieldnames": {"Issue": "complaint"},
		"transactions": [
			{"label": _("Told"), "items": ["Complaint Letter"]},
			{"label": _("Outside"), "items": ["External Dispute"]},
			{"label": _("Learnt"), "items": ["Complaint Reportability", "Complaint Other Affected"]},
			{"label": _("Record"), "items": ["Complaint Event"]},
			{"label": _("From"), "items": ["Issue"]},
		],
	}

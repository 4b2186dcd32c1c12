from frappe import _


def get_data():
	return {
		"fieldname": "iso_10002_self_assessment",
		"non_standard_fieldnames": {"ISO 10002 Self Assessment": "previous_assessment"},
		"transactions": [
			{"label": _("Follow-up"), "items": ["Quality Action"]},
			{"label": _("Compared"), "items": ["ISO 10002 Self Assessment"]},
		],
	}

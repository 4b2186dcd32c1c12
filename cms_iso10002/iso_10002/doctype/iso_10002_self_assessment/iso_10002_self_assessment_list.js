frappe.listview_settings["ISO 10002 Self Assessment"] = {
	add_fields: ["status", "docstatus"],
	has_indicator_for_draft: 1,
	has_indicator_for_cancelled: 1,
	get_indicator(doc) {
		const colour = { Draft: "gray", "Under Review": "orange", Approved: "green", Cancelled: "red" }[doc.status];
		return [__(doc.status), colour, "status,=," + doc.status];
	},
};

frappe.listview_settings["Complaint"] = {
	add_fields: ["status", "status_category", "is_overdue", "priority", "in_external_dispute", "closure_basis"],
	filters: [["status_category", "!=", "Closed"]],
	has_indicator_for_draft: 1,
	get_indicator(doc) {
		if (doc.is_overdue && doc.status_category !== "Closed") {
			return [__("Overdue") + " · " + __(doc.status), "red", "is_overdue,=,1"];
		}
		const colours = { Open: "orange", Paused: "purple", Resolved: "blue", Closed: "green" };
		return [__(doc.status), colours[doc.status_category] || "gray", "status,=," + doc.status];
	},
};

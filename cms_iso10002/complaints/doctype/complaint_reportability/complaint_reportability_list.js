frappe.listview_settings["Complaint Reportability"] = {
	add_fields: ["state"],
	get_indicator(doc) {
		const colours = { "To Decide": "red", "To Report": "orange", Reported: "green" };
		return [__(doc.state), colours[doc.state] || "gray", `state,=,${doc.state}`];
	},
};

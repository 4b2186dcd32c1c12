frappe.listview_settings["Complaint Action"] = {
	add_fields: ["state", "check_on"],
	get_indicator(doc) {
		const colours = { Open: "orange", "In Effect": "blue", Effective: "green", Cancelled: "gray" };
		return [__(doc.state, null, "Complaint Action"), colours[doc.state] || "gray", `state,=,${doc.state}`];
	},
};

frappe.listview_settings["Complaint Case Audit"] = {
	get_indicator(doc) {
		const colours = { Planned: "gray", "In Progress": "orange", Reported: "blue", Closed: "green" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};

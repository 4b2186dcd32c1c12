frappe.listview_settings["Complaint Management Review"] = {
	get_indicator(doc) {
		const colours = { Draft: "orange", Held: "blue", Approved: "green" };
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};

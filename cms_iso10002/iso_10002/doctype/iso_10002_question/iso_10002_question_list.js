frappe.listview_settings["ISO 10002 Question"] = {
	add_fields: ["disabled", "is_standard"],
	hide_name_column: true,
	onload(listview) {
		listview.page_length = listview.selected_page_count = 100;
	},
	get_indicator(doc) {
		if (doc.disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		if (!doc.is_standard) return [__("Own Question"), "blue", "is_standard,=,0"];
		return [__("Asked"), "green", "disabled,=,0"];
	},
};

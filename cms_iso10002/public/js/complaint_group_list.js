// Selected complaints become a group; Python looks at each of them.
(() => {
	const settings = (frappe.listview_settings["Complaint"] = frappe.listview_settings["Complaint"] || {});
	const before = settings.onload;
	settings.onload = function (listview) {
		if (before) before.call(this, listview);
		listview.page.add_actions_menu_item(__("Make a Group"), () => {
			const complaints = listview.get_checked_items(true);
			frappe.prompt(
				[{ fieldname: "title", fieldtype: "Data", label: __("Name of the Group"), reqd: 1 }],
				({ title }) =>
					frappe
						.xcall("cms_iso10002.complaints.groups.make_group", { complaints, title })
						.then((group) => frappe.set_route("Form", "Complaint Group", group)),
				__("Make a Group"),
				__("Make")
			);
		});
	};
})();

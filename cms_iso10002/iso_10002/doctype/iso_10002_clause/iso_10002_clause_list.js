frappe.listview_settings["ISO 10002 Clause"] = {
	add_fields: ["annex_letter", "disabled", "is_computed", "is_standard", "matter_of_people"],
	hide_name_column: true,
	onload(listview) {
		const fields = { [__("2018")]: "in_2018", [__("2004 and 2014")]: "in_2004" };
		const edition = listview.page.add_field({
			fieldtype: "Select",
			fieldname: "edition",
			label: __("Edition"),
			options: ["", ...Object.keys(fields)],
			async change() {
				const wanted = fields[edition.get_value()];
				await Promise.all(Object.values(fields).map((field) => listview.filter_area.remove(field)));
				if (wanted) await listview.filter_area.add([[listview.doctype, wanted, "=", 1]]);
				listview.refresh();
			},
		});
	},
	formatters: {
		number_2018(value, df, doc) {
			const annex = doc.annex_letter ? __("Annex {0}", [doc.annex_letter]) : __("Annex");
			return frappe.utils.escape_html(doc.clause_group === "Annexes" ? annex : value || "");
		},
	},
	get_indicator(doc) {
		if (doc.disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		if (!doc.is_standard) return [__("Own Row"), "blue", "is_standard,=,0"];
		if (doc.matter_of_people) return [__("Matter of People"), "orange", "matter_of_people,=,1"];
		if (doc.is_computed) return [__("Computed"), "green", "is_computed,=,1"];
		return [__("By Records"), "cyan", "is_computed,=,0"];
	},
};

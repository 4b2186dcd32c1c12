frappe.listview_settings["ISO 10002 Clause"] = {
	add_fields: [
		"annex_letter",
		"disabled",
		"is_computed",
		"is_standard",
		"matter_of_people",
		"number_2004",
		"number_2018",
	],
	hide_name_column: true,
	onload(listview) {
		listview.page_length = listview.selected_page_count = 100;
		const editions = { "2018": "in_2018", [__("2004 and 2014")]: "in_2004", [__("All")]: null };
		for (const [label, mark] of Object.entries(editions)) {
			listview.page.add_inner_button(label, () => this.show_edition(listview, mark), __("Edition"));
		}
	},
	async show_edition(listview, mark) {
		await Promise.all(["in_2018", "in_2004"].map((field) => listview.filter_area.remove(field)));
		if (mark) await listview.filter_area.add([[listview.doctype, mark, "=", 1]]);
		else listview.refresh();
	},
	// the number before the title is that of the edition shown
	before_render() {
		const filters = cur_list.filter_area ? cur_list.filter_area.get() : [];
		this.number = filters.some((filter) => filter[1] === "in_2004") ? "number_2004" : "number_2018";
	},
	formatters: {
		title(value, df, doc) {
			const settings = frappe.listview_settings["ISO 10002 Clause"];
			const annex = [__("Annex"), doc.annex_letter].filter(Boolean).join(" ");
			const number = doc.clause_group === "Annexes" ? annex : doc[settings.number];
			return frappe.utils.escape_html([number, __(value)].filter(Boolean).join(" "));
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

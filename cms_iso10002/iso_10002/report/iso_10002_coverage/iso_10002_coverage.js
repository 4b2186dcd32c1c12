frappe.query_reports["ISO 10002 Coverage"] = {
	filters: [
		{
			fieldname: "edition",
			label: __("Edition"),
			fieldtype: "Select",
			options: ["", "2018", "2014", "2004"],
		},
		{
			fieldname: "clause_group",
			label: __("Group"),
			fieldtype: "Select",
			options: [
				"",
				"Principles",
				"Framework",
				"Planning and Design",
				"Operation",
				"Maintenance and Improvement",
				"Annexes",
			],
		},
		{
			fieldname: "kind",
			label: __("Show"),
			fieldtype: "Select",
			options: ["", "Computed", "Matter of People", "Own Rows"],
		},
		{ fieldname: "disabled", label: __("Disabled Ones Too"), fieldtype: "Check" },
	],
	// the texts are long: five lines a row, the rest by hovering
	get_datatable_options(options) {
		return { ...options, cellHeight: 108 };
	},
	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		const escape = frappe.utils.escape_html;
		let shown = escape(value || "");
		if (column.fieldname === "title") {
			const route = frappe.utils.get_form_link("ISO 10002 Clause", data.clause);
			shown = `<a style="text-decoration: underline" href="${route}"><b>${shown}</b></a>`;
		} else if (column.fieldname === "records") {
			shown = data.record_links.map((record) => this.link(...record)).join(", ");
		} else if (column.fieldname === "proof") {
			shown = shown.replace(/\n/g, "<br>");
		} else if (column.fieldname === "figures" && data.is_computed && !value) {
			shown = `<span class="text-danger">${__("None yet")}</span>`;
		} else if (column.fieldname === "clause") {
			return default_formatter(value, row, column, data);
		}
		return `<div title="${escape(value || "")}"
			style="white-space: normal; line-height: 1.35; max-height: 95px; overflow: hidden">${shown}</div>`;
	},
	// where a kind of record is to be seen; what the viewer may not read, and what is no record, is no link
	link(kind, name, label) {
		const text = frappe.utils.escape_html(label);
		let route = "";
		if (kind === "DocType" && frappe.model.can_read(name)) {
			route = frappe.utils.generate_route({ type: "doctype", name, doc_view: "List" });
		} else if (kind === "Report" && name in frappe.boot.user.all_reports) {
			route = frappe.utils.generate_route({ type: "report", name, is_query_report: 1 });
		} else if (kind === "Page") {
			route = name;
		}
		return route
			? `<a style="text-decoration: underline" href="${frappe.utils.escape_html(route)}">${text}</a>`
			: text;
	},
};

frappe.query_reports["Evidence Records"] = {
	filters: [
		{
			fieldname: "figure",
			label: __("Figure"),
			fieldtype: "Autocomplete",
			default: "receipt/complete",
			reqd: 1,
			get_query: () => ({
				query: "cms_iso10002.iso_10002.report.evidence_records.evidence_records.figures",
			}),
			on_change(report) {
				// a name that is still being typed is not asked for
				const known = report.get_filter("figure").get_data();
				const figure = report.get_filter_value("figure");
				if (known.some((each) => each.value === figure)) report.refresh();
			},
		},
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["All Counted", "Those That Do", "Those That Don't", "Not Known"],
			default: "All Counted",
		},
	],
	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname !== "passes" || !data) return default_formatter(value, row, column, data);
		const colour = value ? "green" : "red";
		return `<span class="indicator-pill ${colour}">${value ? __("Yes") : __("No")}</span>`;
	},
};

frappe.query_reports["Training Status"] = {
	filters: [
		{
			fieldname: "day",
			label: __("On"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "handlers_only", label: __("Handlers Only"), fieldtype: "Check" },
		{
			fieldname: "state",
			label: __("Training"),
			fieldtype: "Select",
			options: ["", "Valid", "Expiring", "Expired", "Not Effective", "Planned", "None"],
		},
	],
	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data || column.fieldname !== "state") return shown;
		return `<span class="indicator-pill ${data.colour} no-indicator-dot">${frappe.utils.escape_html(
			__(data.state)
		)}</span>`;
	},
};

// What the reports on complaints share: their filters, and numbers that lead to the cases behind them.
// Reports take it in by `include`, so it holds no backslash.
window.complaint_analysis = {
	period(months = 12) {
		const today = frappe.datetime.get_today();
		return [
			{
				fieldname: "from_date",
				label: __("From Date"),
				fieldtype: "Date",
				default: frappe.datetime.add_months(frappe.datetime.month_start(), 1 - months),
				reqd: 1,
			},
			{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: today, reqd: 1 },
		];
	},
	common() {
		const link = (fieldname, label, options) => ({ fieldname, label, fieldtype: "Link", options });
		return [
			link("company", __("Company"), "Company"),
			link("category", __("Category"), "Complaint Category"),
			link("item_group", __("Item Group"), "Item Group"),
			link("territory", __("Territory"), "Territory"),
			link("customer_group", __("Customer Group"), "Customer Group"),
			{
				fieldname: "severity",
				label: __("Severity"),
				fieldtype: "Select",
				options: ["", "Minor", "Moderate", "Major", "Critical"],
			},
		];
	},
	register(months) {
		return this.report([
			...this.period(months),
			this.choice("status", __("Status"), [
				"All",
				"Received",
				"Acknowledged",
				"Assessed",
				"Under Investigation",
				"Decided",
				"Response Sent",
				"Accepted",
				"Rejected",
				"Under Review",
				"Awaiting Complainant",
				"Closed",
				"Out of Scope",
				"Withdrawn",
			]),
			...this.common(),
		]);
	},
	choice(fieldname, label, options) {
		return { fieldname, label, fieldtype: "Select", options, default: options[0], reqd: 1 };
	},
	report(filters, columns = ["number"]) {
		return {
			filters,
			formatter(value, row, column, data, default_formatter) {
				if (!data) return default_formatter(value, row, column, data);
				let shown = value == null ? "" : default_formatter(value, row, column, data);
				if (value && data.where && columns.includes(column.fieldname)) {
					const where = frappe.utils.escape_html(JSON.stringify(data.where));
					shown = `<div style="text-align: right"><a class="complaints-behind"
						style="text-decoration: underline" data-where="${where}">${value}</a></div>`;
				}
				if (data.colour && column.fieldname === (data.coloured || "group")) {
					shown = `<span style="color: var(--${data.colour}-600)">${shown}</span>`;
				}
				return data.is_total ? `<b>${shown}</b>` : shown;
			},
			onload(report) {
				report.page.wrapper.off("click", ".complaints-behind");
				report.page.wrapper.on("click", ".complaints-behind", (event) => {
					// the list asks for its own permissions: it shows what the viewer may see of them
					frappe.route_options = $(event.currentTarget).data("where");
					frappe.set_route("List", "Complaint", "List");
				});
			},
		};
	},
};

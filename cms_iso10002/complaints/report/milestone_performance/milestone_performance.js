{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Milestone Performance"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: ["Stage", "Category", "Handler", "Company", "Month"],
			default: "Stage",
			reqd: 1,
		},
		...complaint_analysis.common(),
		{ fieldname: "handler", label: __("Handler"), fieldtype: "Link", options: "User" },
		{
			fieldname: "stage",
			label: __("Stage"),
			fieldtype: "Select",
			options: [
				"",
				"acknowledge",
				"contain",
				"assess",
				"investigate",
				"update",
				"decide",
				"implement",
				"review",
				"external",
			],
		},
	],
	// the state of a milestone, and the time that says on which day it counts
	drill: { met: ["Met", "met_at"], met_late: ["Met Late", "met_at"], overdue: ["Overdue", "due_at"] },
	formatter(value, row, column, data, default_formatter) {
		let shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		const right = (html) => `<div style="text-align: right">${html}</div>`;
		if (value == null) {
			shown = "";
		} else if (["median", "slowest"].includes(column.fieldname)) {
			shown = right(__("{0} h", [format_number(value, null, 1)]));
		} else if (value && data.where && this.drill[column.fieldname]) {
			const where = frappe.utils.escape_html(JSON.stringify(data.where));
			shown = right(`<a class="milestones-behind" style="text-decoration: underline"
				data-where="${where}" data-column="${column.fieldname}">${value}</a>`);
		}
		return data.is_total ? `<b>${shown}</b>` : shown;
	},
	onload(report) {
		report.page.wrapper.on("click", ".milestones-behind", (event) => {
			const { where, column } = $(event.currentTarget).data();
			const [state, moment] = this.drill[column];
			// the list asks for its own permissions: it shows what the viewer may see of them
			frappe.route_options = {
				...where.filters,
				"Complaint Milestone.state": ["=", state],
				[`Complaint Milestone.${moment}`]: ["between", where.days],
			};
			frappe.set_route("List", "Complaint", "List");
		});
	},
};

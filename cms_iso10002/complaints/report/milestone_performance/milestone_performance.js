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
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "category", label: __("Category"), fieldtype: "Link", options: "Complaint Category" },
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
	formatter(value, row, column, data, default_formatter) {
		const hours = ["median", "slowest"].includes(column.fieldname);
		let shown = hours ? complaint_hours(value) : default_formatter(value, row, column, data);
		if (!data) return shown;
		if (value == null) shown = "";
		if (milestone_drill[column.fieldname] && value && data.where) {
			shown = `<a data-column="${column.fieldname}" onclick='open_complaints_behind(this, ${escape_json(
				data.where
			)})'>${value}</a>`;
		}
		return data.is_total ? `<b>${shown}</b>` : shown;
	},
};

// the state of a milestone, and the time that says on which day it counts
const milestone_drill = {
	met: ["Met", "met_at"],
	met_late: ["Met Late", "met_at"],
	overdue: ["Overdue", "due_at"],
};

const complaint_hours = (value) =>
	value == null ? "" : `<div style="text-align: right">${__("{0} h", [format_number(value, null, 1)])}</div>`;

const escape_json = (value) => frappe.utils.escape_html(JSON.stringify(value));

window.open_complaints_behind = function (link, where) {
	const [state, moment] = milestone_drill[link.dataset.column];
	frappe.route_options = {
		...where.filters,
		"Complaint Milestone.state": ["=", state],
		[`Complaint Milestone.${moment}`]: ["between", where.days],
	};
	frappe.set_route("List", "Complaint", "List");
};

frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints by Category"] = {
	method: "cms_iso10002.complaints.dashboard.categories",
	filters: [],
};

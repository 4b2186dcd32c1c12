frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Milestones of 90 Days"] = {
	method: "cms_iso10002.complaints.dashboard.milestones",
	filters: [],
};

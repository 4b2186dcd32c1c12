frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints Received and Closed"] = {
	method: "cms_iso10002.complaints.dashboard.received_and_closed",
	filters: [],
};

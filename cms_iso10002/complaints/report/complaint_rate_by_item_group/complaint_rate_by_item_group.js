{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Rate by Item Group"] = complaint_analysis.report([
	...complaint_analysis.period(12),
	complaint_analysis.choice("per", __("Per 1,000"), [
		"Units Sold",
		"Invoices",
	]),
	...complaint_analysis.common(),
]);

{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Control Chart"] = complaint_analysis.report([
	...complaint_analysis.period(24),
	complaint_analysis.choice("interval", __("Span"), [
		"Month",
		"Week",
		"Quarter",
	]),
	complaint_analysis.choice("per", __("Per 1,000"), [
		"Invoices",
		"Units Sold",
		"Number Alone",
	]),
	{ fieldname: "baseline", label: __("Points for the Centre"), fieldtype: "Int" },
	...complaint_analysis.common(),
]);

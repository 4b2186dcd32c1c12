{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Register"] = complaint_analysis.report([
	...complaint_analysis.period(3),
	complaint_analysis.choice("status", __("Status"), [
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
	...complaint_analysis.common(),
]);

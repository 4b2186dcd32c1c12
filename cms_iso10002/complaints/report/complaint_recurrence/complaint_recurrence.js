{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Recurrence"] = complaint_analysis.report([
	...complaint_analysis.period(12),
	complaint_analysis.choice("group_by", __("Group By"), [
		"Category",
		"Root Cause",
		"Item",
		"Item Group",
		"Territory",
		"Customer Group",
		"Severity",
		"Company",
	]),
	...complaint_analysis.common(),
]);

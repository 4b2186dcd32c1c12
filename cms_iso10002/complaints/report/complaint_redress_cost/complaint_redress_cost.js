{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Redress Cost"] = complaint_analysis.report([
	...complaint_analysis.period(12),
	complaint_analysis.choice("group_by", __("Group By"), [
		"Remedy",
		"Category",
		"Root Cause",
		"Item",
		"Item Group",
		"Territory",
		"Customer Group",
		"Severity",
		"Company",
		"Month",
	]),
	...complaint_analysis.common(),
]);

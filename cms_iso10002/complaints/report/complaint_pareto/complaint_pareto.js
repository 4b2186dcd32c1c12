{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Pareto"] = complaint_analysis.report([
	...complaint_analysis.period(),
	complaint_analysis.choice("group_by", __("Group By"), [
		"Category",
		"Root Cause",
		"Item",
		"Item Group",
		"Territory",
		"Customer Group",
		"Severity",
		"Handler",
		"Channel",
		"Company",
	]),
	...complaint_analysis.common(),
]);

{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Satisfaction"] = complaint_analysis.report([
	...complaint_analysis.period(12),
	complaint_analysis.choice("group_by", __("Group By"), [
		"Month",
		"Category",
		"Handler",
		"Item Group",
		"Territory",
		"Customer Group",
		"Severity",
		"Channel",
		"Company",
	]),
	...complaint_analysis.common(),
]);

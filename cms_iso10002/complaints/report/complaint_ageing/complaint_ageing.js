{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Ageing"] = complaint_analysis.report([
	complaint_analysis.choice("group_by", __("Group By"), [
		"Category",
		"Handler",
		"Severity",
		"Status",
		"Territory",
		"Customer Group",
		"Company",
	]),
	{ fieldname: "from_date", label: __("Received From", null, "Complaint"), fieldtype: "Date" },
	{ fieldname: "to_date", label: __("Received Until"), fieldtype: "Date" },
	...complaint_analysis.common(),
]);

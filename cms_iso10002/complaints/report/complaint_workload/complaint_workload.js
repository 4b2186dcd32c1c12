{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Workload"] = complaint_analysis.report([
	...complaint_analysis.period(1),
	...complaint_analysis.common(),
]);

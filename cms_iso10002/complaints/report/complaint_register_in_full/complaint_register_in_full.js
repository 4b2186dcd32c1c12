{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Register in Full"] = complaint_analysis.register(60);

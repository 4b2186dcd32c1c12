{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Register"] = complaint_analysis.register(3);

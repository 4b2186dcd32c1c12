{% include "cms_iso10002/public/js/analysis_filters.js" %}
frappe.query_reports["Complaint Control Chart"] = Object.assign(
	complaint_analysis.report([
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
	]),
	{
		// Frappe cuts the labels of many points short; as a series, whole ones stand under some of them
		after_datatable_render() {
			const report = frappe.query_report;
			const options = report.chart_options;
			if (!options || options.data.labels.length < 12 || options.axisOptions.xIsSeries) return;
			options.axisOptions.xIsSeries = 1;
			report.render_chart(options);
		},
	}
);

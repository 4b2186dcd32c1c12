frappe.provide("cms_iso10002");

cms_iso10002.objective_colours = {
	"On Track": "green",
	"Off Track": "orange",
	Met: "green",
	Missed: "red",
	"No Data": "gray",
};

frappe.listview_settings["Complaint Objective"] = {
	add_fields: ["status", "trend", "unit", "better", "target", "actual"],
	has_indicator_for_draft: 1,
	hide_name_column: true,
	get_indicator(doc) {
		const status = doc.status || "No Data";
		return [__(status), cms_iso10002.objective_colours[status], "status,=," + status];
	},
	formatters: {
		// the actual beside its target
		actual(value, df, doc) {
			const figure = (number) => format_number(number, null, 1) + (doc.unit === "%" ? " %" : "");
			const arrow = { Improving: " ↗", Steady: " →", Worse: " ↘" }[doc.trend] || "";
			const known = doc.status && doc.status !== "No Data";
			const target = `${doc.better === "lower" ? "≤" : "≥"} ${figure(doc.target)}`;
			return `<b>${known ? figure(value) + arrow : "–"}</b> <span class="text-muted">(${target})</span>`;
		},
	},
};

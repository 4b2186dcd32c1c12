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
	get_indicator(doc) {
		const status = doc.status || "No Data";
		return [__(status), cms_iso10002.objective_colours[status], "status,=," + status];
	},
	formatters: {
		actual(value, df, doc) {
			if (!doc.status || doc.status === "No Data") return "–";
			const arrow = { Improving: " ↗", Steady: " →", Worse: " ↘" }[doc.trend] || "";
			return `<b>${format_number(value, null, 1)}${doc.unit === "%" ? " %" : ""}</b>${arrow}`;
		},
		target(value, df, doc) {
			const sign = doc.better === "lower" ? "≤" : "≥";
			return `${sign} ${format_number(value, null, 1)}${doc.unit === "%" ? " %" : ""}`;
		},
	},
};

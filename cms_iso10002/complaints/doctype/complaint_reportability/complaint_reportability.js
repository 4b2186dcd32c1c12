// Thin: what a decision needs is said in Python (core/reportability.py).
frappe.ui.form.on("Complaint Reportability", {
	refresh(frm) {
		frm.disable_save();
		if (frm.is_new() || !frappe.user.has_role("Complaint Manager") || frm.doc.state === "Reported") return;
		const call = (method, args) =>
			cms_iso10002
				.change(`cms_iso10002.complaints.reportability.${method}`, { record: frm.doc.name, ...args })
				.then(() => frm.reload_doc());
		frm.add_custom_button(__("Decide"), () =>
			cms_iso10002.prompt(
				[
					{
						fieldname: "reportable",
						fieldtype: "Check",
						label: __("It Must Be Reported"),
						default: frm.doc.state === "To Report" ? 1 : 0,
					},
					{
						fieldname: "authority",
						fieldtype: "Data",
						label: __("To Whom"),
						default: frm.doc.authority,
						depends_on: "reportable",
						mandatory_depends_on: "reportable",
					},
					{
						fieldname: "report_by",
						fieldtype: "Datetime",
						label: __("By When"),
						default: frm.doc.report_by,
						depends_on: "reportable",
						mandatory_depends_on: "reportable",
					},
					{
						fieldname: "reason",
						fieldtype: "Small Text",
						label: __("Reasons"),
						mandatory_depends_on: "eval:!doc.reportable",
					},
				],
				(values) => call("decide", values),
				__("Must It Be Reported?"),
				__("Decide")
			)
		);
		if (frm.doc.state === "To Report") {
			frm.add_custom_button(__("Record Report"), () =>
				cms_iso10002.prompt(
					[
						{
							fieldname: "reported_on",
							fieldtype: "Datetime",
							label: __("Reported On"),
							description: __("Empty: now"),
						},
						{ fieldname: "reference", fieldtype: "Data", label: __("The Authority's Reference") },
					],
					(values) => call("record_report", values),
					__("Record Report"),
					__("Record")
				)
			).addClass("btn-primary");
		}
	},
});

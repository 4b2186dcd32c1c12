// Thin on purpose: rules live in Python (iso_10002/audits.py); this only asks, shows and passes on.
frappe.ui.form.on("Complaint Case Audit", {
	refresh(frm) {
		frm.set_query("auditor", () => ({
			query: "frappe.core.doctype.user.user.user_query",
			filters: { ignore_user_type: 0 },
		}));
		frm.toggle_display(["sb_files", "sb_findings", "sb_end"], frm.doc.status !== "Planned");
		if (frm.is_new()) return;
		frm.trigger("show_what_stands");
		frm.trigger("add_steps");
		frm.trigger("show_files");
	},

	show_what_stands(frm) {
		// The server keeps it anyway: once it was reported only how its findings were closed is open.
		const drawn = frm.doc.status !== "Planned";
		const reported = drawn && frm.doc.status !== "In Progress";
		frm.toggle_enable(["company", "auditor", "from_date", "to_date", "seed"], !drawn);
		frm.toggle_enable(["title", "criteria", "conclusion"], !reported);
		for (const name of ["complaint", "clause", "grade", "finding", "responsible", "due_date"]) {
			frm.fields_dict.findings.grid.update_docfield_property(name, "read_only", reported ? 1 : 0);
		}
		frm.set_df_property("findings", "cannot_add_rows", reported);
		frm.set_df_property("findings", "cannot_delete_rows", reported);
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.auditor) frm.set_value("auditor", frappe.session.user);
	},

	add_steps(frm) {
		if (!frm.has_perm("write")) return;
		const step = (name) => () => audit_step(frm, name);
		if (frm.doc.status === "Planned") {
			frm.add_custom_button(__("Draw Sample"), step("draw")).addClass("btn-primary");
		} else if (frm.doc.status === "In Progress") {
			frm.add_custom_button(__("Test Again"), step("examine"));
			frm.add_custom_button(__("Report", null, "Complaint Case Audit"), step("report")).addClass("btn-primary");
		} else if (frm.doc.status === "Reported") {
			frm.add_custom_button(__("Close Audit"), step("close")).addClass("btn-primary");
		}
	},

	show_files(frm) {
		const wrapper = frm.get_field("files").$wrapper.empty();
		if (frm.doc.status === "Planned") return;
		cms_iso10002.ask("cms_iso10002.iso_10002.audits.get_files", { audit: frm.doc.name }).then((view) => {
			const answerable = frm.doc.status === "In Progress" && frm.has_perm("write");
			wrapper.html(frappe.render_template("complaint_case_audit_files", { view, answerable }));
			wrapper.find("[data-answer]").on("click", (event) => ask_auditor(frm, view, event.currentTarget.dataset));
			wrapper.find("[data-finding]").on("click", (event) => add_finding(frm, event.currentTarget.dataset));
		});
	},
});

function audit_step(frm, step) {
	if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
	return cms_iso10002
		.ask("cms_iso10002.iso_10002.audits.take_step", { audit: frm.doc.name, step })
		.then(() => frm.reload_doc());
}

function ask_auditor(frm, view, { complaint, answer }) {
	if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
	const file = view.files.find((one) => one.complaint === complaint);
	const test = file.tests.find((one) => one.key === answer);
	cms_iso10002.prompt(
		[
			{
				fieldname: "verdict",
				fieldtype: "Select",
				label: __("Answer"),
				options: ["Passed", "Failed", "Not Applicable"].map((value) => ({ value, label: __(value) })),
				default: test.verdict === "To Check" ? "Passed" : test.verdict,
				reqd: 1,
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("What You Found"), default: test.text },
		],
		(values) =>
			cms_iso10002
				.ask("cms_iso10002.iso_10002.audits.record_answer", {
					audit: frm.doc.name,
					complaint,
					key: answer,
					...values,
				})
				.then(() => frm.reload_doc()),
		view.columns.find((one) => one.key === answer).label,
		__("Record")
	);
}

function add_finding(frm, { complaint, clause, finding }) {
	frm.add_child("findings", { complaint, clause, finding });
	frm.refresh_field("findings");
	frm.scroll_to_field("findings");
	frm.dirty();
}

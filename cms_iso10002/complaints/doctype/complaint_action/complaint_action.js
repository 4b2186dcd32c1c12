// Thin: what may be done and when is decided in Python (core/effectiveness.py).
frappe.ui.form.on("Complaint Action", {
	refresh(frm) {
		const leaf = () => ({ filters: { is_group: 0 } });
		frm.set_query("root_cause", leaf);
		frm.set_query("category", leaf);
		const closed = ["Effective", "Cancelled"].includes(frm.doc.state);
		if (frm.is_new() || closed || !frm.has_perm("write")) return;
		const call = (method, args) => {
			if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
			return cms_iso10002
				.change(`cms_iso10002.complaints.${method}`, { action: frm.doc.name, ...args })
				.then(() => frm.reload_doc());
		};
		const ask = (title, fields, method) => cms_iso10002.prompt(fields, (values) => call(method, values), title, title);
		if (frm.doc.state === "Open" && !frm.doc.document_name) {
			frm.add_custom_button(__("Mark as Done"), () =>
				ask(
					__("Mark as Done"),
					[{ fieldname: "on", fieldtype: "Date", label: __("Done On"), description: __("Empty: today") }],
					"corrective_actions.mark_done"
				)
			);
		}
		if (frm.doc.state === "In Effect") {
			frm.add_custom_button(__("Check Now"), () => call("effectiveness.check_now"));
			const checked = (frm.doc.checks || []).filter((row) => row.round === frm.doc.round).slice(-1)[0];
			if (checked && frappe.user.has_role("Complaint Manager")) {
				frm.add_custom_button(__("Judge"), () =>
					ask(
						__("Judge"),
						[
							{
								fieldname: "judgement",
								fieldtype: "Select",
								label: __("Judgement"),
								options: ["Effective", "Not Effective"],
								description: frappe.utils.escape_html(
									`${__("The Figures Say")}: ${__(checked.finding)}. ${checked.explanation || ""}`
								),
								reqd: 1,
							},
							{
								fieldname: "reasons",
								fieldtype: "Small Text",
								label: __("Reasons"),
								description: __("Needed where you judge otherwise than the figures, or they can't tell"),
							},
						],
						"effectiveness.judge"
					)
				).addClass("btn-primary");
			}
		}
		frm.page.add_menu_item(__("Give Up"), () =>
			ask(
				__("Give Up"),
				[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
				"corrective_actions.cancel_action"
			)
		);
	},
});

// Thin: what may be decided, and what an action needs, is said in Python (complaints/signal_decisions.py).
frappe.ui.form.on("Complaint Signal", {
	refresh(frm) {
		if (!frm.perm[0].write || frm.doc.state === "Action Made") return;
		const METHODS = "cms_iso10002.complaints.signal_decisions.";
		const signal = frm.doc.name;
		const decide = (method, args) =>
			cms_iso10002.change(METHODS + method, { signal, ...args }).then((answer) => {
				frm.reload_doc();
				return answer;
			});
		const ask = (label, title, method, fieldname = "conclusion") =>
			cms_iso10002.prompt(
				{ fieldname, fieldtype: "Small Text", label, reqd: 1, default: frm.doc[fieldname] },
				(answer) => decide(method, answer),
				title
			);
		if (frm.doc.state === "No Action") {
			if (frappe.user.has_role("Complaint Manager")) {
				frm.add_custom_button(__("Decide Anew"), () =>
					ask(__("Why is it decided anew?"), __("Decide Anew"), "decide_anew", "reason")
				);
			}
			return;
		}
		frm.add_custom_button(__("Create Action"), () =>
			cms_iso10002.ask(METHODS + "get_suggestion", { signal }).then((known) => {
				const about = (fieldname, rule, options, filters) => ({
					fieldname,
					fieldtype: "Link",
					options,
					label: __(options),
					default: known[fieldname],
					depends_on: `eval:doc.rule === "${rule}"`,
					mandatory_depends_on: `eval:doc.rule === "${rule}"`,
					get_query: () => ({ filters }),
				});
				cms_iso10002.prompt(
					[
						{ fieldname: "title", fieldtype: "Data", label: __("What Is Done"), default: known.title, reqd: 1 },
						{
							fieldname: "rule",
							fieldtype: "Select",
							label: __("What Must Recur Less"),
							options: ["", "Same Root Cause", "Same Item", "Same Category"],
							default: known.rule,
							reqd: 1,
						},
						about("root_cause", "Same Root Cause", "Complaint Root Cause", { is_group: 0 }),
						about("category", "Same Category", "Complaint Category", { is_group: 0 }),
						about("item_code", "Same Item", "Item", {}),
						{ fieldname: "responsible", fieldtype: "Link", options: "User", label: __("Responsible") },
						{ fieldname: "due_on", fieldtype: "Date", label: __("To Be Done By") },
						{ fieldname: "on_record", fieldtype: "Check", label: __("As a Quality Action as Well"), default: 1 },
					],
					(answers) =>
						decide("make_action", answers).then((made) =>
							frappe.show_alert({ message: __("{0} was made.", [made.name]), indicator: "green" })
						),
					__("Create Action"),
					__("Create")
				);
			})
		).addClass("btn-primary");
		frm.add_custom_button(__("Looked Into"), () =>
			ask(__("What was found?"), __("Looked Into"), "look_into")
		);
		frm.add_custom_button(__("No Action Needed"), () =>
			ask(__("Why is nothing to be done?"), __("No Action Needed"), "dismiss")
		);
	},
});

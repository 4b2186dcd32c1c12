frappe.ui.form.on("Complaint Signal", {
	refresh(frm) {
		if (!frm.perm[0].write || ["Action Made", "No Action"].includes(frm.doc.state)) return;
		const decide = (method, args) =>
			frappe
				.call({ method: `cms_iso10002.complaints.signal_decisions.${method}`, args, freeze: true })
				.then(({ message }) => {
					frm.reload_doc();
					return message;
				});
		const ask = (label, title, method) =>
			cms_iso10002.prompt(
				{ fieldname: "conclusion", fieldtype: "Small Text", label, reqd: 1, default: frm.doc.conclusion },
				(answer) => decide(method, { signal: frm.doc.name, ...answer }),
				title
			);
		frm.add_custom_button(__("Create Action"), () =>
			decide("make_action", { signal: frm.doc.name }).then((made) => {
				frappe.show_alert({ message: __("{0} was made.", [made.name]), indicator: "green" });
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

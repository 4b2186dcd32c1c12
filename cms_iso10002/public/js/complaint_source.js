// Create → Complaint on what was sold, what failed and what was written. What becomes of it is said in Python.
frappe.provide("cms_iso10002");

cms_iso10002.SOURCES = "cms_iso10002.erpnext_bridge.complaint_sources.";

// A form is left once all its scripts have run. They run one after the other, and between two of them Frappe waits for what
// is asked of the server; ERPNext's own comes after ours and looks at whichever form is shown by then (cur_frm).
cms_iso10002.settled = () =>
	new Promise((resolve) => {
		const look = () => (frappe.request.ajax_count ? setTimeout(look, 50) : resolve());
		look();
	});

["Sales Order", "Delivery Note", "Sales Invoice", "Warranty Claim", "Serial No", "Item"].forEach((doctype) =>
	frappe.ui.form.on(doctype, {
		refresh(frm) {
			if (frm.is_new() || !frappe.model.can_create("Complaint")) return;
			frm.add_custom_button(
				__("Complaint"),
				() =>
					cms_iso10002
						.settled()
						.then(() =>
							cms_iso10002.ask(cms_iso10002.SOURCES + "make_complaint", {
								doctype: frm.doctype,
								name: frm.doc.name,
							})
						)
						.then((doc) => {
							const [complaint] = frappe.model.sync(doc);
							frappe.set_route("Form", complaint.doctype, complaint.name);
						}),
				__("Create")
			);
		},
	})
);

frappe.ui.form.on("Communication", {
	refresh(frm) {
		const { doc } = frm;
		if (frm.is_new() || doc.sent_or_received !== "Received" || !frappe.model.can_create("Complaint")) return;
		frm.add_custom_button(__("Complaint"), () =>
			cms_iso10002
				.ask(cms_iso10002.SOURCES + "make_complaint_of_communication", { communication: doc.name })
				.then(({ complaint }) => frappe.set_route("Form", "Complaint", complaint))
		);
	},
});

frappe.ui.form.on("Customer", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_create("Complaint")) return;
		frm.add_custom_button(
			__("Complaint"),
			() =>
				cms_iso10002
					.ask("cms_iso10002.erpnext_bridge.customer.make_complaint", { customer: frm.doc.name })
					.then((doc) => {
						const [complaint] = frappe.model.sync(doc);
						frappe.set_route("Form", complaint.doctype, complaint.name);
					}),
			__("Create")
		);
	},
});

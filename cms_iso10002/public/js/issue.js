frappe.ui.form.on("Issue", {
	refresh(frm) {
		if (frm.is_new()) return;
		const show = (complaint) => frappe.set_route("Form", "Complaint", complaint);
		if (frm.doc.complaint) {
			frm.add_custom_button(__("Complaint {0}", [frm.doc.complaint]), () => show(frm.doc.complaint));
		} else if (frappe.model.can_create("Complaint")) {
			frm.add_custom_button(
				__("Complaint"),
				() => {
					if (frm.is_dirty()) {
						frappe.throw(
							__("You have unsaved changes in this form. Please save before you continue.")
						);
					}
					cms_iso10002
						.ask("cms_iso10002.erpnext_bridge.issue.make_complaint", { issue: frm.doc.name })
						.then(({ complaint }) => frm.reload_doc().then(() => show(complaint)));
				},
				__("Create")
			);
		}
	},
});

frappe.ui.form.on("ISO 10002 Clause", {
	refresh(frm) {
		if (frm.doc.is_standard) {
			frm.set_intro(
				__("Comes with the app. Disable it, or give an annex the letter of your copy; for anything else add a row of your own.")
			);
		}
	},
});

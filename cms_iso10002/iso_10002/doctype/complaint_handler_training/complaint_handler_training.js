frappe.ui.form.on("Complaint Handler Training", {
	refresh(frm) {
		frm.set_intro("");
		if (frm.is_new()) return;
		const state = cms_iso10002.training_state(frm.doc);
		frm.set_intro(
			`<b data-state>${state.label}</b>${state.detail ? " · " + state.detail : ""}`,
			state.colour === "gray" ? "yellow" : state.colour
		);
	},
});

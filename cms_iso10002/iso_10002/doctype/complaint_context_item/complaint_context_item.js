// Thin on purpose: the score and its rating are worked out in Python (core/context.py); this shows them.
frappe.ui.form.on("Complaint Context Item", {
	refresh(frm) {
		frm.trigger("show_map");
		frm.set_df_property("review_on", "read_only", !frm.is_new() && frm.doc.review_on ? 1 : 0);
		frm.set_intro("");
		if (frm.is_new()) return;
		const { label, colour, detail } = cms_iso10002.context_state(frm.doc);
		frm.set_intro(
			`<b data-state>${label}</b>${detail ? " · " + detail : ""}`,
			colour === "gray" ? "yellow" : colour
		);
		if (frm.doc.status !== "Closed" && frm.has_perm("write")) {
			frm.add_custom_button(__("Reviewed"), () =>
				frappe.require("/assets/cms_iso10002/js/reviewed.js", () => cms_iso10002.reviewed(frm, 6))
			);
		}
	},

	kind: (frm) => frm.trigger("show_map"),
	likelihood: (frm) => frm.trigger("show_map"),
	impact: (frm) => frm.trigger("show_map"),

	show_map(frm) {
		const options = (name) => (frm.get_docfield(name).options || "").split("\n").filter(Boolean);
		frm.get_field("map_html").$wrapper.html(
			frappe.render_template("complaint_context_item_map", {
				doc: frm.doc,
				likelihoods: options("likelihood").reverse(),
				impacts: options("impact"),
			})
		);
	},
});

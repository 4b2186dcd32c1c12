// Thin on purpose: rules live in Python (policy_releases.py, acknowledgements.py); this asks, shows and passes on.
frappe.ui.form.on("Complaints Policy", {
	setup(frm) {
		frm.set_query("translation_of", () => ({
			filters: {
				translation_of: ["is", "not set"],
				language: ["!=", frm.doc.language || ""],
				name: ["!=", frm.doc.name],
				docstatus: ["<", 2],
			},
		}));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.language) frm.set_value("language", frappe.boot.lang || "en");
	},

	refresh(frm) {
		if (frm.is_new()) return;
		frm.trigger("show_standing");
		frm.trigger("add_buttons");
	},

	add_buttons(frm) {
		if (frm.doc.docstatus !== 1) return;
		if (frm.doc.is_published && cms_iso10002.policy_state(frm.doc).in_force) {
			frm.add_custom_button(__("Show in the Portal"), () => window.open("/complaints-policy", "_blank"));
		}
		if (!frm.has_perm("submit")) return;
		frm.add_custom_button(__("Reviewed"), () =>
			frappe.require("/assets/cms_iso10002/js/reviewed.js", () => cms_iso10002.reviewed(frm, 12))
		);
		frm.add_custom_button(__("New Version"), () =>
			cms_iso10002
				.ask("cms_iso10002.iso_10002.policy_releases.make_new_version", { policy: frm.doc.name })
				.then((name) => frappe.set_route("Form", frm.doctype, name))
		);
	},

	show_standing(frm) {
		const policy = frm.doc.name;
		Promise.all([
			cms_iso10002.ask("cms_iso10002.iso_10002.policy_releases.chain", { policy }),
			cms_iso10002.ask("cms_iso10002.iso_10002.acknowledgements.get_status", { policy }),
		]).then(([chain, status]) => {
			if (frm.doc.name !== policy) return;
			const state = cms_iso10002.policy_state(frm.doc);
			frm.set_intro("");
			frm.set_intro(
				frappe.render_template("complaints_policy_intro", { state, chain, policy }),
				state.message
			);
			frm.events.show_people(frm, status);
		});
	},

	show_people(frm, status) {
		frm.get_field("people_html").$wrapper.html(
			frappe.render_template("complaints_policy_people", { status })
		);
		if (!status.asked) return;
		frm.layout.show_message(
			`<div class="complaints-policy-ask"><span>${__(
				"You have not acknowledged this policy yet. Read it, then say so."
			)}</span> <button class="btn btn-primary btn-sm" style="margin-inline-start: 12px">${__(
				"I Have Read It and Will Follow It"
			)}</button></div>`,
			"yellow",
			true
		);
		frm.layout.message.find(".complaints-policy-ask button").on("click", () =>
			cms_iso10002
				.ask("cms_iso10002.iso_10002.acknowledgements.acknowledge", { policy: frm.doc.name })
				.then(() => {
					frappe.show_alert({ message: __("Acknowledged. Thank you."), indicator: "green" });
					frm.reload_doc();
				})
		);
	},
});

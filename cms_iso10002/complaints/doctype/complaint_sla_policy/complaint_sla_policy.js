// Thin on purpose: checks and dates are worked out in Python; this asks, shows and passes on.
frappe.ui.form.on("Complaint SLA Policy", {
	onload(frm) {
		if (frm.is_new() && !frm.doc.title) {
			// Frappe fills in the user's company, which would make a general policy one company's
			frm.set_value("company", "");
			if (!frm.doc.time_zone) frm.set_value("time_zone", frappe.boot.time_zone?.system || "");
		}
		cms_iso10002.ask("frappe.core.doctype.user.user.get_timezones").then((r) => {
			frm.set_df_property("time_zone", "options", r.timezones || []);
			frm.fields_dict.time_zone.set_data && frm.fields_dict.time_zone.set_data(r.timezones || []);
		});
	},

	refresh(frm) {
		frm.trigger("show_intro");
		frm.trigger("add_buttons");
	},

	add_buttons(frm) {
		const policies = cms_iso10002.policies;
		if (frm.is_new()) {
			frm.add_custom_button(__("Load Preset"), () => policies.load_preset());
			return;
		}
		if (frm.doc.docstatus < 2) frm.add_custom_button(__("Try It"), () => policies.try_it(frm));
		if (frm.doc.docstatus === 1 && frappe.model.can_create("Complaint SLA Policy")) {
			frm.add_custom_button(__("New Version"), () =>
				cms_iso10002
					.ask(policies.VERSIONS + "make_new_version", { policy: frm.doc.name })
					.then((name) => frappe.set_route("Form", "Complaint SLA Policy", name))
			);
		}
	},

	show_intro(frm) {
		frm.set_intro("");
		if (frm.is_new()) {
			frm.set_intro(
				__("Begin from a preset with a regulator's limits, or fill in your own. Nothing applies until you submit it.")
			);
			return;
		}
		const policy = frm.doc.name;
		Promise.all([
			cms_iso10002.ask("cms_iso10002.complaints.policy_checks.warnings", { policy }),
			cms_iso10002.ask(cms_iso10002.policies.VERSIONS + "chain", { policy }),
		]).then(([warnings, chain]) => {
			if (frm.doc.name !== policy) return;
			frm.set_intro("");
			const status = cms_iso10002.policies.status(frm.doc);
			frm.set_intro(
				frappe.render_template("complaint_sla_policy_intro", { status, warnings, chain, policy }),
				warnings.length ? "orange" : status.colour
			);
		});
	},
});

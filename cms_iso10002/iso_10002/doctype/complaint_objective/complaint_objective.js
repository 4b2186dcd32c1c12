// Thin on purpose: what is measured and how it stands is worked out in Python (objectives.py).
frappe.ui.form.on("Complaint Objective", {
	onload(frm) {
		frm.trigger("load_figures");
	},

	load_figures(frm) {
		cms_iso10002.ask("cms_iso10002.iso_10002.objectives.get_choices").then((choices) => {
			frm.figures = Object.fromEntries(choices.map((choice) => [choice.value, choice]));
			const field = frm.get_field("figure");
			field.set_data(choices.map(({ value, label }) => ({ value, label })));
			// the field shows the label of what it holds, which it learns only now
			if (frm.doc.figure) field.set_input(frm.doc.figure);
			frm.trigger("fix_direction");
		});
	},

	figure(frm) {
		const choice = frm.figures && frm.figures[frm.doc.figure];
		if (!choice) return;
		frm.set_value("unit", choice.unit);
		if (choice.better) frm.set_value("better", choice.better);
		frm.trigger("fix_direction");
	},

	// of most figures one way is good
	fix_direction(frm) {
		const choice = frm.figures && frm.figures[frm.doc.figure];
		frm.set_df_property("better", "read_only", choice && choice.better ? 1 : 0);
	},

	refresh(frm) {
		frm.trigger("fix_direction");
		if (frm.is_new()) return;
		frm.trigger("show_standing");
		if (frm.has_perm("write")) {
			frm.add_custom_button(__("Compute Now"), () => {
				if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
				return cms_iso10002
					.ask("cms_iso10002.iso_10002.objectives.recompute", { objective: frm.doc.name })
					.then(() => frm.reload_doc());
			});
		}
	},

	show_standing(frm) {
		const $standing = frm.get_field("standing").$wrapper;
		const colour = cms_iso10002.objective_colours[frm.doc.status] || "gray";
		$standing.html(frappe.render_template("complaint_objective_standing", { doc: frm.doc, colour }));
		const rows = frm.doc.actuals || [];
		if (rows.length < 2) return;
		new frappe.Chart($standing.find(".objective-chart").get(0), {
			type: "line",
			disableEntryAnimation: 1, // frappe-charts throws when a chart is resized while it enters
			height: 180,
			colors: [colour],
			axisOptions: { xIsSeries: 1, shortenYAxisNumbers: 1 },
			lineOptions: { dotSize: 4, regionFill: 1 },
			data: {
				labels: rows.map((row) => frappe.datetime.str_to_user(row.day)),
				datasets: [{ name: __("Actual", null, "Complaint Objective"), values: rows.map((row) => row.actual) }],
				yMarkers: [{ label: __("Target", null, "Complaint Objective"), value: frm.doc.target, options: { labelPos: "left" } }],
			},
		});
	},
});

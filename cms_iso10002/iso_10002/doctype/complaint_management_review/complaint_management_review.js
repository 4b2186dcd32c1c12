// Thin on purpose: rules live in Python (iso_10002/management_reviews.py); this only asks, shows and passes on.
const REVIEWS = "cms_iso10002.iso_10002.management_reviews.";

frappe.ui.form.on("Complaint Management Review", {
	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("Save it, then gather the inputs from the records."));
			return;
		}
		frm.trigger("show_what_stands");
		frm.trigger("add_steps");
		frm.trigger("show_inputs");
	},

	show_what_stands(frm) {
		// The server keeps it anyway: only what became of the decisions is open once the review was held.
		const held = frm.doc.status !== "Draft";
		const minutes = ["title", "company", "from_date", "to_date", "held_on", "chair", "next_review_on"];
		frm.toggle_enable([...minutes, "attendees", "conclusion"], !held);
		for (const name of ["decision", "kind", "responsible", "due_date"]) {
			frm.fields_dict.decisions.grid.update_docfield_property(name, "read_only", held ? 1 : 0);
		}
		frm.set_df_property("decisions", "cannot_add_rows", held);
		frm.set_df_property("decisions", "cannot_delete_rows", held);
	},

	add_steps(frm) {
		const step = (name) => () => review_step(frm, name);
		if (frm.doc.status === "Draft" && frm.has_perm("write")) {
			const gather = frm.add_custom_button(__("Gather Inputs"), step("gather"));
			if (frm.doc.inputs.length) {
				frm.add_custom_button(__("Review Was Held"), step("hold")).addClass("btn-primary");
			} else {
				gather.addClass("btn-primary");
			}
		}
		if (frm.doc.status === "Held") {
			if (frm.has_perm("write")) frm.add_custom_button(__("Back to Draft"), step("back_to_draft"));
			if (frappe.session.user === frm.doc.chair) {
				frm.add_custom_button(__("Approve Minutes"), step("approve")).addClass("btn-primary");
			}
		}
		if (frm.doc.status !== "Draft" && !frm.doc.quality_meeting && frm.has_perm("write")) {
			frm.add_custom_button(__("Quality Meeting"), () => make_quality_meeting(frm), __("Create"));
		}
	},

	show_inputs(frm) {
		cms_iso10002.ask(REVIEWS + "get_inputs", { review: frm.doc.name }).then((inputs) => {
			const writable = frm.doc.status === "Draft" && frm.has_perm("write");
			const wrapper = frm.get_field("inputs_view").$wrapper;
			wrapper.html(frappe.render_template("complaint_management_review_inputs", { inputs, writable }));
			wrapper.find("textarea").on("change", (event) =>
				cms_iso10002
					.ask(REVIEWS + "record_note", {
						review: frm.doc.name,
						topic: event.currentTarget.dataset.topic,
						notes: event.currentTarget.value,
					})
					.then(() => frappe.show_alert({ message: __("Saved"), indicator: "green" }, 2))
			);
		});
	},
});

function review_step(frm, step) {
	if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
	return cms_iso10002
		.ask(REVIEWS + "take_step", { review: frm.doc.name, step })
		.then(() => frm.reload_doc());
}

function make_quality_meeting(frm) {
	return cms_iso10002
		.ask("cms_iso10002.erpnext_bridge.quality_meeting.make", { review: frm.doc.name })
		.then(() => frm.reload_doc());
}

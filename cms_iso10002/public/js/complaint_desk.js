// The head and the side of a complaint's form. Python says what they show (complaints/desk_guide.py); this draws it.
frappe.ui.form.on("Complaint", {
	refresh(frm) {
		frm.complaint_guide = null;
		cms_iso10002.desk.side(frm).empty();
		if (frm.is_new()) return;
		cms_iso10002.desk.add_shortcuts(frm);
		const complaint = frm.doc.name;
		if (frm.complaint_shown !== complaint) {
			frm.complaint_shown = complaint;
			// the head comes first; connections are a click away
			frm.dashboard.links_area?.collapse?.(true);
		}
		const still = (show) => (answer) => frm.doc.name === complaint && show(frm, answer);
		const ask = (method, show) => cms_iso10002.ask(method, { complaint }).then(still(show));
		ask("cms_iso10002.complaints.desk_guide.get_guide", cms_iso10002.desk.show_guide);
		ask("cms_iso10002.complaints.customer_glance.get_glance", cms_iso10002.desk.show_glance);
		if (frm.doc.status_category === "Closed") {
			frm.get_field("duplicate_html").$wrapper.empty();
		} else {
			ask("cms_iso10002.complaints.actions.find_duplicates", cms_iso10002.desk.show_similar);
		}
	},
});

frappe.provide("cms_iso10002.desk");

Object.assign(cms_iso10002.desk, {
	show_guide(frm, guide) {
		frm.complaint_guide = guide;
		const head = frm.get_field("guide").$wrapper;
		head.html(frappe.render_template("complaint_guide", { guide }));
		head.find("[data-action]").on("click", (event) =>
			cms_iso10002.desk.take(frm, event.currentTarget.dataset.action)
		);
		head.find("[data-missing]").on("click", (event) =>
			cms_iso10002.desk.go_to(frm, event.currentTarget.dataset.missing)
		);
		frm.get_field("milestone_bar").$wrapper.html(
			frappe.render_template("complaint_milestones", { milestones: guide.milestones })
		);
		for (const letter of guide.letters) {
			frm.add_custom_button(
				letter.label,
				() =>
					letter.kind
						? cms_iso10002.write_letter(frm, letter.kind)
						: cms_iso10002.desk.take(frm, letter.action),
				__("Letter")
			);
		}
		if (guide.can_escalate) {
			frm.add_custom_button(__("Escalate"), () => cms_iso10002.desk.escalate(frm));
		}
		cms_iso10002.desk.allow_merging(frm);
	},

	escalate(frm) {
		cms_iso10002.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Why It Needs a Manager Now"),
				description: __("The Complaint Managers are told, and one of them has the task."),
				reqd: 1,
			},
			(values) =>
				cms_iso10002.call_and_show(frm, "cms_iso10002.complaints.handing_up.escalate", {
					complaint: frm.doc.name,
					...values,
				}),
			__("Escalate"),
			__("Escalate")
		);
	},

	// the next step: to what it lacks where that has a place on the form, else to the server, which says what stands against it
	next(frm) {
		const step = frm.complaint_guide?.next;
		if (!step?.mine) return;
		const lacking = step.missing.find((one) => one.field);
		if (lacking && !frm.is_dirty()) {
			cms_iso10002.desk.go_to(frm, lacking.field);
		} else {
			cms_iso10002.desk.take(frm, step.action);
		}
	},

	// what was typed is saved first: nobody has to press two buttons for one thing
	take(frm, action, preset) {
		const go = () =>
			action === "Approve Decision"
				? cms_iso10002.call_and_show(frm, "cms_iso10002.complaints.actions.approve_decision", {
						complaint: frm.doc.name,
				  })
				: cms_iso10002.ask_and_apply(frm, action, preset);
		if (!frm.is_dirty()) return go();
		// Frappe shows what keeps the form from being saved
		return frm.save().then(go, () => {});
	},

	go_to(frm, fieldname) {
		const field = frm.get_field(fieldname);
		field?.section?.collapse(false);
		frm.scroll_to_field(fieldname);
	},

	side(frm) {
		const sidebar = frm.sidebar?.sidebar;
		if (!sidebar) return $();
		const found = sidebar.find(".complaint-side");
		if (found.length) return found;
		return $('<div class="complaint-side"><div class="glance"></div><div class="similar"></div></div>').prependTo(
			sidebar
		);
	},

	part(frm, name) {
		const side = cms_iso10002.desk.side(frm);
		if (!side.find(`.${name}`).length) {
			side.html('<div class="glance"></div><div class="similar"></div>');
		}
		return side.find(`.${name}`);
	},

	show_glance(frm, glance) {
		const part = cms_iso10002.desk.part(frm, "glance");
		part.html(frappe.render_template("complaint_glance", { glance }));
		part.find("[data-figure]").on("click", (event) => {
			event.preventDefault();
			const figure = glance.figures[event.currentTarget.dataset.figure];
			frappe.route_options = figure.filters;
			frappe.set_route("List", figure.doctype);
		});
		part.find("[data-all]").on("click", (event) => {
			event.preventDefault();
			frappe.route_options = { customer: glance.customer };
			frappe.set_route("List", "Complaint");
		});
	},

	show_similar(frm, candidates) {
		const words = { candidates };
		frm.get_field("duplicate_html").$wrapper.html(frappe.render_template("complaint_duplicates", words));
		cms_iso10002.desk
			.part(frm, "similar")
			.html(frappe.render_template("complaint_similar", words));
		for (const place of [frm.get_field("duplicate_html").$wrapper, cms_iso10002.desk.part(frm, "similar")]) {
			place.find("[data-merge]").on("click", (event) => {
				event.preventDefault();
				cms_iso10002.desk.take(frm, "Mark as Duplicate", {
					duplicate_of: event.currentTarget.dataset.merge,
				});
			});
		}
		cms_iso10002.desk.allow_merging(frm);
	},

	// both answers come when they come: the later one shows or hides the links
	allow_merging(frm) {
		const allowed = Boolean(frm.complaint_guide?.can_merge);
		cms_iso10002.desk.side(frm).add(frm.get_field("duplicate_html").$wrapper).find("[data-merge]").toggle(allowed);
	},

	add_shortcuts(frm) {
		if (frm.complaint_shortcuts) return;
		frm.complaint_shortcuts = true;
		const on = (shortcut, description, action) =>
			frappe.ui.keys.add_shortcut({
				shortcut,
				description,
				page: frm.page,
				ignore_inputs: true,
				action: (event) => {
					event?.preventDefault();
					if (!frm.is_new()) action();
				},
			});
		on("alt+shift+n", __("Take the Next Step"), () => cms_iso10002.desk.next(frm));
		on("alt+shift+u", __("Write a Progress Update"), () => cms_iso10002.write_update(frm));
		on("alt+shift+q", __("Ask the Complainant"), () => cms_iso10002.desk.take(frm, "Ask Complainant"));
		on("alt+shift+m", __("Go to What Is Missing"), () => {
			const lacking = frm.complaint_guide?.next?.missing.find((one) => one.field);
			if (lacking) cms_iso10002.desk.go_to(frm, lacking.field);
		});
	},
});

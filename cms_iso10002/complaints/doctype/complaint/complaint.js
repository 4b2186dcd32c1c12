// Thin on purpose: rules live in Python (core/lifecycle.py); this only asks, shows and passes on.
const METHODS = "cms_iso10002.complaints.actions.";

frappe.ui.form.on("Complaint", {
	refresh(frm) {
		frm.trigger("set_queries");
		// once recorded, it is corrected with a reason: see the menu
		frm.set_df_property("received_on", "read_only", frm.is_new() ? 0 : 1);
		if (frm.is_new()) return;
		frm.trigger("show_milestones");
		frm.trigger("show_duplicates");
		frm.trigger("show_events");
		frm.trigger("add_buttons");
	},

	set_queries(frm) {
		frm.set_query("contact", () => ({
			query: "frappe.contacts.doctype.contact.contact.contact_query",
			filters: { link_doctype: "Customer", link_name: frm.doc.customer },
		}));
		const leaf = () => ({ filters: { is_group: 0, disabled: 0 } });
		frm.set_query("category", leaf);
		frm.set_query("root_cause", leaf);
		frm.set_query("remedy_requested", () => ({ filters: { disabled: 0 } }));
	},

	before_workflow_action(frm) {
		const action = frm.selected_workflow_action;
		frappe.dom.unfreeze();
		cms_iso10002.ask_and_apply(frm, action);
		// never resolved: Frappe must not apply the action a second time
		return new Promise(() => {});
	},

	add_buttons(frm) {
		if (!frm.has_perm("write")) return;
		const decision = (frm.doc.decisions || []).slice(-1)[0];
		const manager = frappe.user.has_role("Complaint Manager");
		if (frm.doc.status === "Decided" && manager && decision && !decision.approved_by) {
			frm.add_custom_button(__("Approve Decision"), () =>
				cms_iso10002.call_and_show(frm, METHODS + "approve_decision", { complaint: frm.doc.name })
			);
		}
		if (frm.doc.status_category !== "Closed") {
			frm.page.add_menu_item(__("Correct Receipt"), () => cms_iso10002.correct_receipt(frm));
			frm.add_custom_button(__("Progress Update"), () => cms_iso10002.write_update(frm), __("Letter"));
			frm.add_custom_button(
				__("Acknowledgement"),
				() => cms_iso10002.write_acknowledgement(frm),
				__("Letter")
			);
			frm.add_custom_button(
				__("External Dispute"),
				() => frappe.new_doc("External Dispute", { complaint: frm.doc.name }),
				__("Create")
			);
		}
	},

	show_milestones(frm) {
		frm.get_field("milestone_bar").$wrapper.html(
			frappe.render_template("complaint_milestones", { milestones: frm.doc.milestones || [] })
		);
	},

	show_duplicates(frm) {
		const field = frm.get_field("duplicate_html");
		field.$wrapper.empty();
		if (frm.doc.status_category === "Closed") return;
		frappe.xcall(METHODS + "find_duplicates", { complaint: frm.doc.name }).then((candidates) => {
			field.$wrapper.html(frappe.render_template("complaint_duplicates", { candidates }));
		});
	},

	show_events(frm) {
		frappe.xcall(METHODS + "get_timeline", { complaint: frm.doc.name }).then((events) => {
			frm.get_field("event_list").$wrapper.html(
				frappe.render_template("complaint_events", { events })
			);
		});
	},
});

frappe.provide("cms_iso10002");

Object.assign(cms_iso10002, {
	ask_and_apply(frm, action) {
		const apply = (data) =>
			cms_iso10002.call_and_show(frm, METHODS + "apply_action", {
				complaint: frm.doc.name,
				action,
				data: data || {},
			});
		frappe.xcall(METHODS + "get_dialog", { complaint: frm.doc.name, action }).then((dialog) => {
			if (dialog.missing.length) {
				frappe.msgprint({
					title: __("Not Possible Yet"),
					indicator: "orange",
					message: __("{0} is not possible yet. Still needed: {1}.", [
						__(action),
						frappe.utils.escape_html(dialog.missing),
					]),
				});
			} else if (dialog.fields.length) {
				frappe.prompt(dialog.fields, apply, __(action), __(action));
			} else {
				apply();
			}
		});
	},

	correct_receipt(frm) {
		frappe.prompt(
			[
				{
					fieldname: "received_on",
					fieldtype: "Datetime",
					label: __("Received On"),
					default: frm.doc.received_on,
					reqd: 1,
				},
				{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason for the Change"), reqd: 1 },
			],
			(values) =>
				cms_iso10002.call_and_show(frm, METHODS + "correct_receipt", {
					complaint: frm.doc.name,
					...values,
				}),
			__("Correct Receipt"),
			__("Correct")
		);
	},

	write_update(frm) {
		frappe.prompt(
			[
				{ fieldname: "message", fieldtype: "Text", label: __("What Is New"), reqd: 1 },
				cms_iso10002.channel_field(frm),
			],
			(values) => cms_iso10002.send_letter(frm, "Progress Update", values),
			__("Progress Update"),
			__("Send")
		);
	},

	write_acknowledgement(frm) {
		frappe.prompt(
			[
				cms_iso10002.channel_field(frm),
				{ fieldname: "told_on", fieldtype: "Datetime", label: __("Told On"), description: __("Empty: now") },
				{ fieldname: "message", fieldtype: "Small Text", label: __("Remark") },
			],
			(values) => cms_iso10002.send_letter(frm, "Acknowledgement", values),
			__("Acknowledgement"),
			__("Send")
		);
	},

	channel_field(frm) {
		return {
			fieldname: "channel",
			fieldtype: "Select",
			label: __("Told By"),
			options: ["", "E-mail", "Post", "Phone", "In Person", "Portal"],
			default: frm.doc.preferred_channel,
		};
	},

	send_letter(frm, kind, values) {
		if (frm.is_dirty()) {
			frappe.throw(__("Save the form first: what you typed would be lost."));
		}
		frappe
			.xcall("cms_iso10002.complaints.correspondence.send_letter", {
				complaint: frm.doc.name,
				kind,
				...values,
			})
			.then(() => frm.reload_doc());
	},

	call_and_show(frm, method, args) {
		if (frm.is_dirty()) {
			frappe.throw(__("Save the form first: what you typed would be lost."));
		}
		return frappe.xcall(method, args).then((doc) => {
			frappe.model.sync(doc);
			frm.refresh();
			frm.timeline && frm.timeline.refresh();
		});
	},
});

// Thin on purpose: rules live in Python (core/lifecycle.py); this only asks, shows and passes on.
const METHODS = "cms_iso10002.complaints.actions.";

frappe.ui.form.on("Complaint", {
	refresh(frm) {
		frm.trigger("set_queries");
		frm.trigger("translate_times");
		// once recorded, it is corrected with a reason: see the menu
		frm.set_df_property("received_on", "read_only", frm.is_new() ? 0 : 1);
		if (frm.is_new()) return;
		frm.trigger("show_events");
		frm.trigger("add_buttons");
		frm.trigger("add_rating_button");
	},

	// Frappe puts the time zone behind the description of a Datetime, and then finds no translation of the two together
	translate_times(frm) {
		for (const { fieldname, fieldtype, description } of frm.meta.fields) {
			if (fieldtype !== "Datetime" || !description) continue;
			const [text, ...zone] = description.split("<br>");
			frm.set_df_property(fieldname, "description", [__(text), ...zone].join("<br>"));
		}
	},

	set_queries(frm) {
		frm.set_query("contact", () => ({
			query: "frappe.contacts.doctype.contact.contact.contact_query",
			filters: { link_doctype: "Customer", link_name: frm.doc.customer },
		}));
		// who confirms an authority stands for it: the server puts down the user, whoever is chosen
		frm.set_query("representative_verified_by", () => ({ filters: { name: frappe.session.user } }));
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
		if (manager && !frm.doc.anonymised_on) frm.trigger("add_privacy");
		if (frm.doc.status === "Closed") {
			frm.add_custom_button(__("Closure"), () => cms_iso10002.write_letter(frm, "Closure"), __("Letter"));
		}
		if (frm.doc.status_category !== "Closed") {
			frm.page.add_menu_item(__("Correct Receipt"), () => cms_iso10002.correct_receipt(frm));
			if (manager) {
				frm.add_custom_button(__("Extension"), () => cms_iso10002.extend(frm), __("Deadline"));
				frm.add_custom_button(
					__("Holding Response"),
					() => cms_iso10002.hold(frm),
					__("Deadline")
				);
				frm.add_custom_button(
					__("Recalculate"),
					() =>
						frappe.require("/assets/cms_iso10002/js/recalculate.js", () =>
							cms_iso10002.recalculate({ complaint: frm.doc.name }, () => frm.reload_doc())
						),
					__("Deadline")
				);
			}
			frm.add_custom_button(__("Progress Update"), () => cms_iso10002.write_update(frm), __("Letter"));
			frm.add_custom_button(
				__("External Dispute"),
				() => frappe.new_doc("External Dispute", { complaint: frm.doc.name }),
				__("Create")
			);
		}
	},

	add_privacy(frm) {
		const when_loaded = (call) => () => frappe.require("/assets/cms_iso10002/js/privacy.js", call);
		frm.page.add_menu_item(
			__("Hold Back From Anonymising"),
			when_loaded(() => cms_iso10002.hold_back(frm))
		);
		if (frm.doc.status_category === "Closed") {
			frm.page.add_menu_item(__("Anonymise"), when_loaded(() => cms_iso10002.anonymise(frm)));
		}
	},

	// the server says whether the user can take down a rating now, and what the dialog asks
	add_rating_button(frm) {
		const complaint = frm.doc.name;
		cms_iso10002.ask("cms_iso10002.complaints.feedback.get_dialog", { complaint }).then((fields) => {
			if (!fields.length || frm.doc.name !== complaint) return;
			frm.add_custom_button(__("Record Rating"), () =>
				cms_iso10002.prompt(
					fields,
					(values) =>
						cms_iso10002
							.change("cms_iso10002.complaints.feedback.record_feedback", { complaint, ...values })
							.then(() => frm.reload_doc()),
					__("Record Rating"),
					__("Record")
				)
			);
		});
	},

	show_events(frm) {
		cms_iso10002.ask(METHODS + "get_timeline", { complaint: frm.doc.name }).then((events) => {
			frm.get_field("event_list").$wrapper.html(
				frappe.render_template("complaint_events", { events })
			);
		});
	},
});

frappe.provide("cms_iso10002");

Object.assign(cms_iso10002, {
	// `preset` answers what the caller knows already
	ask_and_apply(frm, action, preset = {}) {
		const apply = (data) =>
			cms_iso10002.call_and_show(frm, METHODS + "apply_action", {
				complaint: frm.doc.name,
				action,
				data: data || {},
			});
		cms_iso10002.ask(METHODS + "get_dialog", { complaint: frm.doc.name, action }).then((dialog) => {
			if (dialog.missing.length) {
				frappe.msgprint({
					title: __("Not Possible Yet"),
					indicator: "orange",
					message: __("{0} is not possible yet. Still needed: {1}.", [
						__(action, null, "Complaint"),
						frappe.utils.escape_html(dialog.missing),
					]),
				});
			} else if (dialog.fields.length) {
				const fields = dialog.fields.map((df) => ({ ...df, default: preset[df.fieldname] ?? df.default }));
				cms_iso10002.prompt(fields, apply, __(action, null, "Complaint"), __(action, null, "Complaint"));
			} else {
				apply();
			}
		});
	},

	correct_receipt(frm) {
		cms_iso10002.prompt(
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
			__("Correct", null, "Complaint")
		);
	},

	write_update(frm) {
		const dialog = cms_iso10002.prompt(
			[
				{ fieldname: "message", fieldtype: "Text", label: __("What Is New"), reqd: 1 },
				cms_iso10002.channel_field(frm),
				...cms_iso10002.format_fields(frm),
			],
			(values) => cms_iso10002.send_letter(frm, "Progress Update", values),
			__("Progress Update"),
			__("Send")
		);
		cms_iso10002.say_who_gets_it(frm, dialog, "Progress Update");
	},

	// a letter that has its own words: one may add to them
	write_letter(frm, kind) {
		const dialog = cms_iso10002.prompt(
			[
				{ fieldname: "message", fieldtype: "Small Text", label: __("Anything to Add") },
				cms_iso10002.channel_field(frm),
				{ fieldname: "told_on", fieldtype: "Datetime", label: __("Told On"), description: __("Empty: now") },
				...cms_iso10002.format_fields(frm),
			],
			(values) => cms_iso10002.send_letter(frm, kind, values),
			__(kind),
			__("Send")
		);
		cms_iso10002.say_who_gets_it(frm, dialog, kind);
	},

	extend(frm) {
		cms_iso10002.ask("cms_iso10002.complaints.extensions.get_options", { complaint: frm.doc.name }).then((options) => {
			if (!options.length) {
				frappe.msgprint(__("The policy allows no extension of any deadline that is running."));
				return;
			}
			const describe = (index) => {
				const one = options[index] || options[0];
				return __("Due {0}. An extension may go to {1}; {2} left.", [
					frappe.datetime.str_to_user(one.due_at),
					frappe.datetime.str_to_user(one.latest),
					one.left,
				]);
			};
			const dialog = cms_iso10002.prompt(
				[
					{
						fieldname: "stage",
						fieldtype: "Select",
						label: __("Deadline"),
						options: options.map((option, index) => ({ value: String(index), label: option.label })),
						default: "0",
						description: describe(0),
						reqd: 1,
						change: () =>
							dialog.set_df_property(
								"stage",
								"description",
								describe(dialog.get_value("stage"))
							),
					},
					{
						fieldname: "new_due",
						fieldtype: "Date",
						label: __("New Due Date"),
						default: options[0].latest.slice(0, 10),
						reqd: 1,
					},
					{
						fieldname: "reason",
						fieldtype: "Small Text",
						label: __("Reason, for the Complainant"),
						reqd: 1,
					},
					cms_iso10002.channel_field(frm),
					{ fieldname: "told_on", fieldtype: "Datetime", label: __("Told On"), description: __("Empty: now") },
					...cms_iso10002.format_fields(frm),
				],
				(values) =>
					cms_iso10002.call_and_show(frm, "cms_iso10002.complaints.extensions.extend", {
						complaint: frm.doc.name,
						...values,
						stage: options[values.stage].stage,
						reference: options[values.stage].reference,
					}),
				__("Extend a Deadline and Tell Why"),
				__("Extend")
			);
			cms_iso10002.say_who_gets_it(frm, dialog, "Extension Notice");
		});
	},

	hold(frm) {
		const dialog = cms_iso10002.prompt(
			[
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Why There Is No Decision Yet"),
					description: __("The letter also says where else the complainant can turn."),
					reqd: 1,
				},
				{ fieldname: "expected_on", fieldtype: "Date", label: __("Decision Expected By"), reqd: 1 },
				cms_iso10002.channel_field(frm),
				{ fieldname: "told_on", fieldtype: "Datetime", label: __("Told On"), description: __("Empty: now") },
				...cms_iso10002.format_fields(frm),
			],
			(values) =>
				cms_iso10002.call_and_show(frm, "cms_iso10002.complaints.extensions.send_holding_response", {
					complaint: frm.doc.name,
					...values,
				}),
			__("Holding Response"),
			__("Send")
		);
		cms_iso10002.say_who_gets_it(frm, dialog, "Holding Response");
	},

	channel_field(frm) {
		return {
			fieldname: "channel",
			fieldtype: "Select",
			label: __("How They Are Told"),
			options: ["", "E-mail", "Post", "Phone", "In Person", "Portal"],
			default: frm.doc.preferred_channel,
		};
	},

	say_who_gets_it(frm, dialog, kind) {
		cms_iso10002
			.ask(METHODS + "get_letter_hint", { complaint: frm.doc.name, kind })
			.then((hint) => dialog.set_df_property("channel", "description", hint));
	},

	// asked only of who needs a format that people make, not our printer
	format_fields(frm) {
		if (!["Easy Read", "Audio", "Braille", "Interpreter"].includes(frm.doc.correspondence_format)) {
			return [];
		}
		return [
			{
				fieldname: "format_confirmed",
				fieldtype: "Check",
				label: __("They Have It in the Format They Need"),
				description: __(frm.doc.correspondence_format),
			},
		];
	},

	send_letter(frm, kind, values) {
		if (frm.is_dirty()) {
			frappe.throw(__("Save the form first: what you typed would be lost."));
		}
		cms_iso10002
			.change("cms_iso10002.complaints.correspondence.send_letter", {
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
		return cms_iso10002.change(method, args).then((doc) => {
			frappe.model.sync(doc);
			frm.refresh();
			frm.timeline && frm.timeline.refresh();
		});
	},
});

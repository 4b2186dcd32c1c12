// The dialogs that the list and the form share (Frappe loads this file with both), and the list's indicator.
frappe.provide("cms_iso10002.policies");

Object.assign(cms_iso10002.policies, {
	VERSIONS: "cms_iso10002.complaints.policy_versions.",

	// What a policy's status is called, and the form message and indicator colours for it.
	status(doc) {
		const today = frappe.datetime.get_today();
		const day = (value) => frappe.datetime.str_to_user(value);
		if (doc.docstatus === 2) return { label: __("Cancelled", null, "Complaints Policy"), colour: "red" };
		if (doc.docstatus === 0)
			return { label: __("Draft"), colour: "blue", detail: __("It applies to nothing until it is submitted.") };
		if (!doc.enabled)
			return { label: __("Disabled"), colour: "yellow", detail: __("No new complaint comes under it.") };
		if (doc.valid_from > today)
			return { label: __("Future"), colour: "blue", detail: __("In force from {0} on.", [day(doc.valid_from)]) };
		if (doc.valid_to && doc.valid_to < today)
			return { label: __("Past"), colour: "yellow", detail: __("It was in force until {0}.", [day(doc.valid_to)]) };
		const detail = doc.valid_to
			? __("From {0} to {1}.", [day(doc.valid_from), day(doc.valid_to)])
			: __("Since {0}.", [day(doc.valid_from)]);
		return { label: __("In Force"), colour: "green", detail };
	},

	load_preset() {
		cms_iso10002.ask(this.VERSIONS + "list_presets").then((presets) => {
			const dialog = new frappe.ui.Dialog({
				title: __("Load Preset"),
				fields: [
					{
						fieldname: "key",
						fieldtype: "Select",
						label: __("Preset"),
						reqd: 1,
						options: presets.map((p) => ({
							value: p.key,
							label: p.title + (p.verified ? "" : " · " + __("not verified")),
						})),
						change: () => show(dialog.get_value("key")),
					},
					{
						fieldname: "company",
						fieldtype: "Link",
						options: "Company",
						label: __("Company"),
						description: __("Empty: all companies"),
					},
					{ fieldname: "about", fieldtype: "HTML" },
				],
				primary_action_label: __("Make a Draft"),
				primary_action: ({ key, company }) =>
					cms_iso10002.ask(this.VERSIONS + "load_preset", { key, company: company || "" }).then((name) => {
						dialog.hide();
						frappe.set_route("Form", "Complaint SLA Policy", name);
					}),
			});
			const show = (key) =>
				dialog
					.get_field("about")
					.$wrapper.html(
						frappe.render_template("complaint_sla_policy_preset", {
							preset: presets.find((p) => p.key === key) || null,
						})
					);
			dialog.show();
		});
	},

	import_agreement() {
		cms_iso10002.prompt(
			{
				fieldname: "service_level_agreement",
				fieldtype: "Link",
				options: "Service Level Agreement",
				label: __("Service Level Agreement"),
				description: __("Draft policies are made with its times, working hours and holidays."),
				reqd: 1,
			},
			(values) =>
				cms_iso10002
					.ask("cms_iso10002.erpnext_bridge.service_level_agreement.make_policies", values)
					.then((names) => frappe.set_route("List", "Complaint SLA Policy", { name: ["in", names] })),
			__("Import from ERPNext"),
			__("Make Drafts")
		);
	},

	try_it(frm) {
		if (frm.is_dirty()) frappe.throw(__("Save the form first: what you see is what is tried."));
		const of_policy = ["severity", "priority", "channel"].map((name) => ({
			...frm.get_docfield(name),
			...{ description: "", default: frm.doc[name] || "" },
		}));
		const link = (fieldname) => {
			const { label, options } = frm.get_docfield(fieldname);
			return { fieldname, fieldtype: "Link", label: __(label), options, default: frm.doc[fieldname] || "" };
		};
		const dialog = new frappe.ui.Dialog({
			title: __("Try It: {0}", [frappe.utils.escape_html(frm.doc.title)]),
			size: "extra-large",
			fields: [
				{
					fieldname: "received_on",
					fieldtype: "Datetime",
					label: __("Received On"),
					default: frappe.datetime.system_datetime(),
				},
				link("company"),
				{ fieldtype: "Column Break" },
				link("category"),
				link("customer_group"),
				link("territory"),
				{ fieldtype: "Column Break" },
				...of_policy,
				{ fieldtype: "Section Break" },
				{ fieldname: "answer", fieldtype: "HTML" },
			],
			primary_action_label: __("Try"),
			primary_action: (values) => {
				delete values.answer;
				cms_iso10002
					.ask("cms_iso10002.complaints.policy_trial.try_policy", { policy: frm.doc.name, values })
					.then((answer) =>
						dialog
							.get_field("answer")
							.$wrapper.html(frappe.render_template("complaint_sla_policy_trial", { answer }))
					);
			},
		});
		dialog.show();
	},
});

frappe.listview_settings["Complaint SLA Policy"] = {
	add_fields: ["enabled", "valid_from", "valid_to", "docstatus", "version"],
	has_indicator_for_draft: 1,
	has_indicator_for_cancelled: 1,
	onload(list) {
		if (!frappe.model.can_create("Complaint SLA Policy")) return;
		const policies = cms_iso10002.policies;
		list.page.add_inner_button(__("Load Preset"), () => policies.load_preset());
		list.page.add_menu_item(__("Import from ERPNext"), () => policies.import_agreement());
	},
	get_indicator(doc) {
		const { label, colour } = cms_iso10002.policies.status(doc);
		const filter = doc.docstatus === 1 ? "enabled,=," + doc.enabled : "docstatus,=," + doc.docstatus;
		return [label, colour === "yellow" ? "gray" : colour, filter];
	},
};

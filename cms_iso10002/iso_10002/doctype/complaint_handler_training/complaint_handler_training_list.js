// What the state of a training is called, for the list and the form (Frappe loads this file with both).
frappe.provide("cms_iso10002");

cms_iso10002.training_state = (doc) => {
	const today = frappe.datetime.get_today();
	const day = (value) => frappe.datetime.str_to_user(value);
	if (doc.trained_on > today)
		return { label: __("Planned"), colour: "blue", detail: __("On {0}.", [day(doc.trained_on)]) };
	if (doc.effectiveness === "Not Effective")
		return { label: __("Not Effective"), colour: "red", detail: __("It does not count as valid training.") };
	if (!doc.valid_until) return { label: __("Valid"), colour: "green", detail: __("It does not expire.") };
	if (doc.valid_until < today)
		return { label: __("Expired", null, "Complaint Handler Training"), colour: "red", detail: __("On {0}.", [day(doc.valid_until)]) };
	const soon = frappe.datetime.add_days(today, cint(doc.remind_before));
	const detail = __("Until {0}.", [day(doc.valid_until)]);
	if (doc.valid_until <= soon) return { label: __("Expiring"), colour: "orange", detail };
	return { label: __("Valid"), colour: "green", detail };
};

frappe.listview_settings["Complaint Handler Training"] = {
	add_fields: ["trained_on", "valid_until", "effectiveness", "remind_before"],
	has_indicator_for_draft: 1,
	hide_name_column: true,
	onload(list) {
		if (!frappe.user.has_role(["Complaint Manager", "Complaint Auditor", "System Manager"])) return;
		list.page.add_inner_button(__("Training Status"), () =>
			frappe.set_route("query-report", "Training Status")
		);
	},
	get_indicator(doc) {
		const { label, colour } = cms_iso10002.training_state(doc);
		return [label, colour, "effectiveness,=," + doc.effectiveness];
	},
};

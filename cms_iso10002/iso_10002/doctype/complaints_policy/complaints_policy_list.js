// What the state of a policy is called, for the list and the form (Frappe loads this file with both).
frappe.provide("cms_iso10002");

cms_iso10002.policy_state = (doc) => {
	const today = frappe.datetime.get_today();
	const day = (value) => frappe.datetime.str_to_user(value);
	if (doc.docstatus === 2) return { label: __("Cancelled", null, "Complaints Policy"), colour: "red", message: "red" };
	if (doc.docstatus === 0)
		return {
			label: __("Draft"),
			colour: "blue",
			message: "blue",
			detail: __("Somebody who did not write it approves it by submitting it."),
		};
	if (doc.valid_from > today)
		return {
			label: __("Approved"),
			colour: "blue",
			message: "blue",
			detail: __("In force from {0} on.", [day(doc.valid_from)]),
		};
	if (doc.valid_to && doc.valid_to < today)
		return {
			label: __("Past"),
			colour: "gray",
			message: "yellow",
			detail: __("It was in force until {0}.", [day(doc.valid_to)]),
		};
	const review = doc.next_review_on
		? __("Next review on {0}.", [day(doc.next_review_on)])
		: __("No next review is set.");
	if (doc.next_review_on && doc.next_review_on < today)
		return {
			label: __("Review Overdue"),
			colour: "red",
			message: "red",
			in_force: true,
			detail: __("In force; its review was due on {0}.", [day(doc.next_review_on)]),
		};
	const soon = frappe.datetime.add_days(today, cint(doc.remind_before));
	if (doc.next_review_on && doc.next_review_on <= soon)
		return { label: __("Review Due"), colour: "orange", message: "orange", in_force: true, detail: review };
	return { label: __("In Force"), colour: "green", message: "green", in_force: true, detail: review };
};

frappe.listview_settings["Complaints Policy"] = {
	add_fields: ["valid_from", "valid_to", "next_review_on", "remind_before", "docstatus", "version"],
	has_indicator_for_draft: 1,
	hide_name_column: true,
	has_indicator_for_cancelled: 1,
	get_indicator(doc) {
		const { label, colour } = cms_iso10002.policy_state(doc);
		return [label, colour, "docstatus,=," + doc.docstatus];
	},
};

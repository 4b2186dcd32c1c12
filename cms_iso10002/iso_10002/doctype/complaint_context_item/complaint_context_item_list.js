// What the state of an item is called, for the list and the form (Frappe loads this file with both).
frappe.provide("cms_iso10002");

cms_iso10002.context_state = (doc) => {
	const today = frappe.datetime.get_today();
	const day = (value) => frappe.datetime.str_to_user(value);
	if (doc.status === "Closed") return { label: __("Closed"), colour: "gray" };
	const detail = doc.review_on ? __("Review on {0}.", [day(doc.review_on)]) : "";
	if (doc.review_on && doc.review_on < today)
		return {
			label: __("Review Overdue"),
			colour: "red",
			detail: __("Its review was due on {0}.", [day(doc.review_on)]),
		};
	const colours =
		doc.kind === "Opportunity"
			? { High: "green", Medium: "blue", Low: "gray" }
			: { High: "red", Medium: "orange", Low: "green" };
	if (doc.rating) return { label: __(doc.rating), colour: colours[doc.rating], detail };
	return { label: __(doc.status), colour: "blue", detail };
};

frappe.listview_settings["Complaint Context Item"] = {
	add_fields: ["status", "kind", "rating", "score", "review_on"],
	has_indicator_for_draft: 1,
	hide_name_column: true,
	get_indicator(doc) {
		const { label, colour } = cms_iso10002.context_state(doc);
		const filter = doc.rating && label === __(doc.rating) ? "rating,=," + doc.rating : "status,=," + doc.status;
		return [label, colour, filter];
	},
};

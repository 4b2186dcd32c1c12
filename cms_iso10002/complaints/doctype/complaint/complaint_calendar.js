// What is due when. Clocks move by rules only, so nothing can be dragged: `editable` is what the server says, false.
frappe.views.calendar["Complaint"] = {
	field_map: {
		id: "row",
		start: "start",
		end: "end",
		title: "title",
		allDay: "all_day",
		editable: "movable",
	},
	options: { editable: false, selectable: false, displayEventEnd: false },
	get_css_class: (event) => event.shade,
	get_events_method: "cms_iso10002.complaints.calendar_view.get_events",
};

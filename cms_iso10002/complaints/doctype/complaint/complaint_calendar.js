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
	options: {
		editable: false,
		selectable: false,
		displayEventEnd: false,
		timeFormat: "HH:mm",
		eventLimit: 6,
		firstDay: frappe.datetime.get_first_day_of_the_week_index?.() ?? 1,
		eventRender(event, element) {
			element.attr("title", event.tooltip);
			element.find(".fc-content").css("white-space", "normal"); // else the stage is cut off
		},
	},
	get_css_class: (event) => event.shade,
	get_events_method: "cms_iso10002.complaints.calendar_view.get_events",
};

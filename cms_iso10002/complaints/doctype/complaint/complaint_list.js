frappe.listview_settings["Complaint"] = {
	add_fields: [
		"status",
		"status_category",
		"is_overdue",
		"due_at",
		"due_stage",
		"priority",
		"in_external_dispute",
		"closure_basis",
	],
	filters: [["status_category", "!=", "Closed"]],
	has_indicator_for_draft: 1,

	onload(listview) {
		const today = () => frappe.datetime.get_today();
		const day = (date, time) => `${date} ${time}`;
		const views = {
			[__("Overdue")]: () => [["Complaint", "is_overdue", "=", 1]],
			[__("Due Today")]: () => [
				["Complaint", "due_at", "between", [day(today(), "00:00:00"), day(today(), "23:59:59")]],
			],
			[__("Due This Week")]: () => [
				[
					"Complaint",
					"due_at",
					"between",
					[
						day(frappe.datetime.week_start(), "00:00:00"),
						day(frappe.datetime.week_end(), "23:59:59"),
					],
				],
			],
		};
		Object.entries(views).forEach(([label, filters]) => {
			listview.page.add_inner_button(
				label,
				() =>
					listview.filter_area
						.clear(false)
						.then(() =>
							listview.filter_area.add([
								...filters(),
								["Complaint", "status_category", "!=", "Closed"],
							])
						),
				__("Due")
			);
		});
		if (frappe.user.has_role(["Complaint Manager", "System Manager"])) {
			listview.page.add_menu_item(__("Recalculate Clocks"), () =>
				frappe.require("/assets/cms_iso10002/js/recalculate.js", () =>
					cms_iso10002.recalculate({}, () => listview.refresh())
				)
			);
		}
		if (frappe.user.has_role("Complaint Manager")) {
			listview.page.add_menu_item(__("A Person's Complaints"), () =>
				frappe.require("/assets/cms_iso10002/js/privacy.js", () => cms_iso10002.find_person())
			);
		}
	},

	get_indicator(doc) {
		if (doc.is_overdue && doc.status_category !== "Closed") {
			return [__("Overdue") + " · " + __(doc.status), "red", "is_overdue,=,1"];
		}
		if (doc.due_at && doc.due_at.slice(0, 10) === frappe.datetime.get_today()) {
			return [__("Due Today") + " · " + __(doc.status), "yellow", "status,=," + doc.status];
		}
		const colours = { Open: "orange", Paused: "purple", Resolved: "blue", Closed: "green" };
		return [__(doc.status), colours[doc.status_category] || "gray", "status,=," + doc.status];
	},
};

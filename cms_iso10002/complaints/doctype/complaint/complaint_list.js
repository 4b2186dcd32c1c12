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
		cms_iso10002.list.fit(listview);
		cms_iso10002.list.add_bulk(listview);
		cms_iso10002.list.add_group(listview);
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

	// the state in one word, so that it is not cut off; its colour says what else there is, and Next Due says it in words
	get_indicator(doc) {
		const closed = doc.status_category === "Closed";
		const filter = "status,=," + doc.status;
		// a phone shows no other column
		const due = window.innerWidth < 768 && !closed && doc.due_at && frappe.datetime.str_to_user(doc.due_at);
		const words = due ? `${__(doc.status)} · ${due.slice(0, -3)}` : __(doc.status);
		if (doc.is_overdue && !closed) return [words, "red", filter];
		if (!closed && cms_iso10002.list.is_today(doc.due_at)) return [words, "yellow", filter];
		const colours = { Open: "orange", Paused: "purple", Resolved: "blue", Closed: "green" };
		return [words, colours[doc.status_category] || "gray", filter];
	},

	formatters: {
		due_at(value, df, doc) {
			if (!value || doc.status_category === "Closed") return "";
			const when = frappe.datetime.str_to_user(value).slice(0, -3);
			const stage = doc.due_stage ? __(frappe.unscrub(doc.due_stage), null, "Complaint SLA Target") : "";
			const say = (words) => frappe.utils.escape_html([stage, words].filter(Boolean).join(": "));
			if (doc.is_overdue)
				return `<b class="text-danger" title="${say(__("overdue since {0}", [when]))}">⚠ ${when}</b>`;
			if (cms_iso10002.list.is_today(value))
				return `<b title="${say(when)}">${__("Today")} ${when.split(" ").slice(1).join(" ")}</b>`;
			return `<span title="${say(when)}">${when}</span>`;
		},
	},
};

frappe.provide("cms_iso10002.list");

Object.assign(cms_iso10002.list, {
	is_today: (moment) => Boolean(moment) && moment.slice(0, 10) === frappe.datetime.get_today(),

	// Frappe shows one field on a narrow screen; the next deadline belongs to what everybody must see
	fit(listview) {
		frappe.dom.set_style(
			`@media (min-width: 768px) {
				.complaint-list .level-left > .list-subject { flex: 0 0 175px }
				.complaint-list .level-left > .list-row-col:nth-child(3) { flex: 0 0 150px }
				.complaint-list .level-left > .list-row-col:nth-child(4) { flex: 2.4 }
				.complaint-list .level-left > .list-row-col:nth-child(5) { flex: 0 0 145px }
				.complaint-list .level-left > .list-row-col:nth-child(7) { flex: 0 0 75px }
			}`,
			"complaint-list-style"
		);
		listview.$frappe_list?.addClass("complaint-list");
		if (listview.list_view_settings?.total_fields || !listview.setup_columns) return;
		// ID, tags and state count among them
		listview.list_view_settings = {
			...listview.list_view_settings,
			total_fields: window.innerWidth < 1900 ? 6 : 7,
		};
		listview.setup_columns();
		listview.render_header(true);
	},

	add_bulk(listview) {
		if (!frappe.model.can_write("Complaint") || !listview.page.add_actions_menu_item) return;
		listview.page.add_actions_menu_item(__("Make Somebody the Handler"), () => {
			const complaints = listview.get_checked_items(true);
			cms_iso10002.prompt(
				{
					fieldname: "handler",
					fieldtype: "Link",
					options: "User",
					label: __("Handler"),
					reqd: 1,
					get_query: () => ({ filters: { user_type: "System User", enabled: 1 } }),
				},
				(values) =>
					cms_iso10002
						.change("cms_iso10002.complaints.bulk.assign", { complaints, ...values })
						.then((answer) => cms_iso10002.list.tell(listview, answer, values.handler)),
				__("Handler of {0} Complaints", [complaints.length]),
				__("Assign")
			);
		});
	},

	add_group(listview) {
		if (!frappe.model.can_create("Complaint Group") || !listview.page.add_actions_menu_item) return;
		listview.page.add_actions_menu_item(__("Make a Group"), () => {
			const complaints = listview.get_checked_items(true);
			cms_iso10002.prompt(
				{ fieldname: "title", fieldtype: "Data", label: __("Name of the Group"), reqd: 1 },
				({ title }) =>
					cms_iso10002
						.change("cms_iso10002.complaints.groups.make_group", { complaints, title })
						.then((group) => frappe.set_route("Form", "Complaint Group", group)),
				__("Make a Group"),
				__("Make", null, "Complaint Group")
			);
		});
	},

	tell(listview, answer, handler) {
		listview.clear_checked_items?.();
		listview.refresh();
		const done = __("{0} given to {1}.", [answer.done, frappe.utils.escape_html(handler)]);
		if (!answer.refused.length) return frappe.show_alert({ message: done, indicator: "green" });
		const rows = answer.refused.map(
			(one) => `<li>${frappe.utils.escape_html(one.name)}: ${frappe.utils.escape_html(one.why)}</li>`
		);
		frappe.msgprint({
			title: __("Not All Could Be Given"),
			indicator: "orange",
			message: `${done}<ul class="complaint-refused">${rows.join("")}</ul>`,
		});
	},
});

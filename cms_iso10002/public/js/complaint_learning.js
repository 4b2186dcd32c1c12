// Causes, actions, reports and groups on the complaint's form. Thin: rules live in Python.
frappe.provide("cms_iso10002.learning");

frappe.ui.form.on("Complaint", {
	refresh(frm) {
		const leaf = () => ({ filters: { is_group: 0, disabled: 0 } });
		frm.set_query("root_cause", "causes", leaf);
		if (frm.is_new()) return;
		const learning = cms_iso10002.learning;
		learning.show(frm);
		if (!frm.has_perm("write")) return;
		for (const record of ["Quality Action", "Non Conformance", ""]) {
			const label = record ? __(record) : __("Action");
			frm.add_custom_button(label, () => learning.make(frm, record), __("Create"));
		}
		frm.add_custom_button(__("Existing Action"), () => learning.join(frm), __("Create"));
		if ((frm.doc.subjects || []).length) {
			frm.page.add_menu_item(__("Others Affected"), () => learning.others(frm));
		}
		if (frm.doc.status_category !== "Closed") {
			frm.page.add_menu_item(__("Group with Similar Complaints"), () => learning.group(frm));
		}
		if (["Resolved", "Closed"].includes(frm.doc.status_category)) {
			frm.page.add_menu_item(__("Verify Correction"), () => learning.verify(frm));
		}
		if (frappe.user.has_role("Complaint Manager")) {
			frm.page.add_menu_item(__("Ask Whether Reportable"), () =>
				learning.call(frm, "reportability.ask_again", { complaint: frm.doc.name })
			);
		}
	},
});

Object.assign(cms_iso10002.learning, {
	show(frm) {
		const complaint = frm.doc.name;
		frappe.xcall("cms_iso10002.complaints.causes.get_learning", { complaint }).then((found) => {
			if (frm.doc.name !== complaint) return;
			frm.get_field("learning_html").$wrapper.html(frappe.render_template("complaint_learning", found));
		});
	},

	call(frm, method, args) {
		if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
		return cms_iso10002.change(`cms_iso10002.complaints.${method}`, args).then((answer) => {
			frm.reload_doc();
			return answer;
		});
	},

	make(frm, record) {
		const fields = [
			{
				fieldname: "title",
				fieldtype: "Data",
				label: __("What Is Done"),
				description: __("Name nobody: actions are read by others than the case"),
				reqd: 1,
			},
			{ fieldname: "description", fieldtype: "Small Text", label: __("Description") },
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Kind"),
				options: ["Corrective", "Preventive"],
				default: "Corrective",
			},
			{ fieldname: "responsible", fieldtype: "Link", options: "User", label: __("Responsible") },
			{ fieldname: "due_on", fieldtype: "Date", label: __("To Be Done By") },
			{
				fieldname: "rule",
				fieldtype: "Select",
				label: __("What Must Recur Less"),
				options: ["", "Same Root Cause", "Same Item", "Same Category"],
				description: __("Empty: the root cause, else the item, else the category"),
			},
			{
				fieldname: "check_on",
				fieldtype: "Date",
				label: __("Check the Effect On"),
				description: __("Empty: so many days after it is done as Complaint Settings say"),
			},
		];
		if (record) {
			fields.push({
				fieldname: "procedure",
				fieldtype: "Link",
				options: "Quality Procedure",
				label: __("Quality Procedure"),
				reqd: record === "Non Conformance" ? 1 : 0,
			});
			fields.push({
				fieldname: "document_name",
				fieldtype: "Link",
				options: record,
				label: __("Existing {0}", [__(record)]),
				description: __("Empty: a new one is made"),
				get_query: () => ({ filters: { status: "Open" } }),
			});
		}
		cms_iso10002.prompt(
			fields,
			(values) =>
				cms_iso10002.learning.call(frm, "corrective_actions.create_action", {
					complaint: frm.doc.name,
					record,
					...values,
				}),
			record ? __(record) : __("Action"),
			__("Create")
		);
	},

	join(frm) {
		cms_iso10002.prompt(
			[
				{
					fieldname: "action",
					fieldtype: "Link",
					options: "Complaint Action",
					label: __("Action"),
					reqd: 1,
					get_query: () => ({ filters: { state: ["!=", "Cancelled"] } }),
				},
			],
			(values) =>
				cms_iso10002.learning.call(frm, "corrective_actions.join_action", {
					complaint: frm.doc.name,
					...values,
				}),
			__("Existing Action"),
			__("Add")
		);
	},

	group(frm) {
		const complaint = frm.doc.name;
		frappe.xcall("cms_iso10002.complaints.groups.find_alike", { complaint }).then((found) => {
			if (!found.length) {
				frappe.msgprint(__("No open complaint has enough in common with this one."));
				return;
			}
			const text = (row) =>
				frappe.utils.escape_html(`${row.name} · ${row.subject} · ${row.why.join("; ")}`);
			const fields = [
				{
					fieldname: "complaints",
					fieldtype: "MultiCheck",
					label: __("Complaints with the Same Thing Behind Them"),
					columns: 1,
					options: found.map((row) => ({ label: text(row), value: row.name, checked: row.score >= 40 })),
				},
			];
			if (!frm.doc.complaint_group) {
				fields.unshift({ fieldname: "title", fieldtype: "Data", label: __("Name of the Group"), reqd: 1 });
			}
			cms_iso10002.prompt(
				fields,
				(values) =>
					frm.doc.complaint_group
						? cms_iso10002.learning.call(frm, "groups.add_to_group", {
								group: frm.doc.complaint_group,
								complaints: values.complaints,
						  })
						: cms_iso10002.learning.call(frm, "groups.make_group", {
								title: values.title,
								complaints: [complaint, ...values.complaints],
								lead: complaint,
						  }),
				__("Group with Similar Complaints"),
				__("Put Together")
			);
		});
	},

	others(frm) {
		const rows = frm.doc.subjects || [];
		const fields = { Item: "item_code", Batch: "batch_no", "Serial No": "serial_no" };
		const by = Object.keys(fields).filter((name) => rows.some((row) => row[fields[name]]));
		const today = frappe.datetime.get_today();
		cms_iso10002.prompt(
			[
				{ fieldname: "by", fieldtype: "Select", label: __("Who Bought the Same"), options: by, default: by.slice(-1)[0], reqd: 1 },
				{ fieldname: "from_date", fieldtype: "Date", label: __("From"), default: frappe.datetime.add_days(today, -365), reqd: 1 },
				{ fieldname: "to_date", fieldtype: "Date", label: __("To"), default: today, reqd: 1 },
			],
			(asked) => {
				const args = { complaint: frm.doc.name, ...asked };
				frappe
					.xcall("cms_iso10002.complaints.others_affected.find", args)
					.then((found) => cms_iso10002.learning.show_others(frm, args, found));
			},
			__("Others Affected"),
			__("Find")
		);
	},

	show_others(frm, args, found) {
		if (!found.length) {
			frappe.msgprint(__("Nobody else bought it in this period, or all of them have complained."));
			return;
		}
		const method = "cms_iso10002.complaints.others_affected.";
		const text = (row) =>
			frappe.utils.escape_html(
				[
					row.customer_name,
					row.email || __("no e-mail"),
					frappe.datetime.str_to_user(row.last_on),
					row.documents.join(", "),
					row.told_on ? __("told {0}", [frappe.datetime.str_to_user(row.told_on)]) : "",
				]
					.filter(Boolean)
					.join(" · ")
			);
		const fields = [
			{
				fieldname: "customers",
				fieldtype: "MultiCheck",
				label: __("{0} customers bought it and did not complain", [found.length]),
				columns: 1,
				options: found.map((row) => ({
					label: text(row),
					value: row.customer,
					checked: Boolean(row.email && !row.told_on),
				})),
			},
		];
		const manager = frappe.user.has_role("Complaint Manager");
		if (manager) {
			fields.push(
				{ fieldtype: "Section Break", label: __("Write to Them") },
				{ fieldname: "subject", fieldtype: "Data", label: __("Subject") },
				{
					fieldname: "message",
					fieldtype: "Text",
					label: __("Message"),
					description: __("Do not speak of the complaint or of who made it"),
				}
			);
		}
		const dialog = new frappe.ui.Dialog({ title: __("Others Affected"), size: "large", fields });
		for (const file_type of ["CSV", "XLSX"]) {
			dialog.add_custom_action(file_type, () => open_url_post("/api/method/" + method + "export", { ...args, file_type }));
		}
		if (manager) {
			dialog.set_primary_action(__("Write"), ({ customers, subject, message }) =>
				cms_iso10002.once(dialog, () => frappe.xcall(method + "notify", { ...args, customers, subject: subject || "", message: message || "" })).then((done) => {
					dialog.hide();
					const left = done.left.map(
						(row) => `<li>${frappe.utils.escape_html(`${row.customer}: ${row.why}`)}</li>`
					);
					frappe.msgprint(`${__("{0} customers were written to.", [done.told])}<ul>${left.join("")}</ul>`);
					frm.reload_doc();
				})
			);
		}
		dialog.show();
	},

	verify(frm) {
		cms_iso10002.prompt(
			[
				{
					fieldname: "how",
					fieldtype: "Small Text",
					label: __("How You Saw That It Was Made"),
					reqd: 1,
				},
			],
			(values) =>
				cms_iso10002.learning.call(frm, "causes.verify_correction", {
					complaint: frm.doc.name,
					...values,
				}),
			__("Verify Correction"),
			__("Verify")
		);
	},
});

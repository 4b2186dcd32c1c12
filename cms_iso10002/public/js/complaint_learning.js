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
		return frappe.xcall(`cms_iso10002.complaints.${method}`, args).then((answer) => {
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
		frappe.prompt(
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
		frappe.prompt(
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
			frappe.prompt(
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

	verify(frm) {
		frappe.prompt(
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

// The group of buttons "Redress" on a complaint: asks which row and what else, and passes it on. Who may take which
// step, and which document may be made, is said in Python (core/redress.py, erpnext_bridge/redress_documents.py).
frappe.provide("cms_iso10002.redress");

frappe.ui.form.on("Complaint", {
	refresh(frm) {
		if (frm.is_new() || !(frm.doc.redress || []).length) return;
		const complaint = frm.doc.name;
		frappe.xcall("cms_iso10002.complaints.redress.get_steps", { complaint }).then((rows) => {
			if (frm.doc.name === complaint) cms_iso10002.redress.add_buttons(frm, rows);
		});
	},
});

Object.assign(cms_iso10002.redress, {
	add_buttons(frm, rows) {
		const { ask_step, ask_kind } = cms_iso10002.redress;
		const { $wrapper } = frm.get_field("redress");
		$wrapper.find(".redress-held-up").remove();
		rows.forEach((row, index) => {
			if (!row.held_up_by) return;
			$('<p class="redress-held-up small"><span class="indicator orange"></span></p>')
				.append(document.createTextNode(__("Row {0}: {1}", [index + 1, row.held_up_by])))
				.appendTo($wrapper);
		});
		const names = [...new Set(rows.flatMap((row) => row.steps.map((step) => step.name)))];
		names.forEach((name) => {
			frm.remove_custom_button(__(name, null, "Complaint"), __("Redress"));
			const able = rows.filter((row) => row.steps.some((step) => step.name === name));
			frm.add_custom_button(__(name, null, "Complaint"), () => ask_step(frm, name, able), __("Redress"));
		});
		frm.remove_custom_button(__("Create Document"), __("Redress"));
		const free = rows.filter((row) => row.may_have_document);
		if (free.length) {
			frm.add_custom_button(__("Create Document"), () => ask_kind(frm, free), __("Redress"));
		}
	},

	row_field: (rows) => ({
		fieldname: "row",
		fieldtype: "Select",
		label: __("Row of Redress"),
		options: rows.map((row) => ({ value: row.row, label: row.label })),
		default: rows[0].row,
		reqd: 1,
	}),

	ask_step(frm, name, rows) {
		const asks_why = (row) => row.steps.some((step) => step.name === name && step.needs_reason);
		const fields = [cms_iso10002.redress.row_field(rows)];
		if (name === "Carry Out") {
			fields.push({
				fieldname: "implemented_on",
				fieldtype: "Date",
				label: __("Carried Out On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			});
		}
		if (rows.some(asks_why)) {
			fields.push({
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: rows.every(asks_why) ? 1 : 0,
			});
		}
		cms_iso10002.prompt(
			fields,
			({ row, ...data }) =>
				cms_iso10002.call_and_show(frm, "cms_iso10002.complaints.redress.take_step", {
					complaint: frm.doc.name,
					row,
					step: name,
					data,
				}),
			`${__("Redress")}: ${__(name, null, "Complaint")}`,
			__(name, null, "Complaint")
		);
	},

	// first the row, then the kinds that there are for it
	ask_kind(frm, rows) {
		if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
		const { ask_document, row_field } = cms_iso10002.redress;
		const go_on = ({ row }) =>
			frappe
				.xcall("cms_iso10002.erpnext_bridge.redress_documents.get_kinds", {
					complaint: frm.doc.name,
					row,
				})
				.then((kinds) => {
					if (!kinds.length) {
						frappe.msgprint(
							__("There is no document for this remedy, or you may not create it: ask who keeps the books, or carry it out by hand.")
						);
						return;
					}
					cms_iso10002.prompt(
						{
							fieldname: "kind",
							fieldtype: "Select",
							label: __("Document"),
							options: kinds.map((kind) => ({ value: kind.name, label: kind.label })),
							default: kinds[0].name,
							reqd: 1,
						},
						({ kind }) => ask_document(frm, row, kind),
						__("Create Document"),
						__("Next")
					);
				});
		if (rows.length === 1) go_on({ row: rows[0].row });
		else cms_iso10002.prompt([row_field(rows)], go_on, __("Create Document"), __("Next"));
	},

	ask_document(frm, row, kind) {
		const METHOD = "cms_iso10002.erpnext_bridge.redress_documents.";
		const args = { complaint: frm.doc.name, row, kind };
		const show = (chosen) =>
			frappe.xcall(METHOD + "get_dialog", { ...args, data: chosen }).then((fields) => {
				// another document has other lines: the dialog is asked for anew
				const shown = fields.find((field) => field.fieldname === "source")?.default;
				let dialog = null;
				const again = () => {
					const source = dialog && dialog.get_value("source");
					if (!source || source === shown) return;
					dialog.hide();
					show({ source });
				};
				dialog = new frappe.ui.Dialog({
					title: __(kind),
					size: "large",
					fields: fields.map((field) => cms_iso10002.redress.dialog_field(field, again)),
					primary_action_label: __("Create Draft"),
					primary_action(data) {
						const made = cms_iso10002.once(dialog, () => frappe.xcall(METHOD + "make_document", { ...args, data }));
						made.then(({ doctype, name }) => {
							dialog.hide();
							// one after the other: reloaded behind the document, the complaint would be the form that is shown
							frm.reload_doc().then(() => frappe.set_route("Form", doctype, name));
						});
					},
				});
				dialog.show();
			});
		show({});
	},

	dialog_field(field, on_source) {
		const { filters, reload, ...df } = field;
		if (filters) df.get_query = () => ({ filters });
		if (reload) df.onchange = on_source;
		return df;
	},
});

frappe.ui.form.on("Complaint Mail Triage", {
	refresh(frm) {
		frm.disable_save();
		if (!["Open", "Set Aside"].includes(frm.doc.status)) return;
		if (!frappe.user.has_role("Complaint Manager")) return;
		frm.add_custom_button(__("File on a Complaint"), () => file_on_complaint(frm));
		frm.add_custom_button(__("Make a New Complaint"), () => make_complaint(frm));
		frm.add_custom_button(__("Dismiss"), () => dismiss(frm));
	},
});

const METHODS = "cms_iso10002.complaints.mail_triage.";

function decide(frm, method, args) {
	return cms_iso10002
		.change(METHODS + method, { name: frm.doc.name, ...args })
		.then((answer) => frm.reload_doc().then(() => answer));
}

function file_on_complaint(frm) {
	const field = {
		fieldname: "complaint",
		fieldtype: "Link",
		options: "Complaint",
		label: __("Complaint"),
		default: frm.doc.complaint,
		reqd: 1,
	};
	cms_iso10002.prompt(field, (answers) => decide(frm, "file_on_complaint", answers), __("File on a Complaint"));
}

function make_complaint(frm) {
	cms_iso10002.ask(METHODS + "whose_complaint", { name: frm.doc.name }).then((person) =>
		cms_iso10002.prompt(
			[
				{
					fieldname: "complainant_name",
					fieldtype: "Data",
					label: __("Whose Complaint Is It?"),
					default: person.complainant_name,
					description: __("Name, e-mail address, or both. Nobody is written to yet."),
				},
				{
					fieldname: "complainant_email",
					fieldtype: "Data",
					options: "Email",
					label: __("Their E-mail"),
					default: person.complainant_email,
				},
			],
			(answers) =>
				decide(frm, "make_complaint", answers).then((name) =>
					frappe.set_route("Form", "Complaint", name),
				),
			__("Make a New Complaint"),
			__("Make a New Complaint"),
		),
	);
}

function dismiss(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Why Nothing Becomes of It"),
		reqd: 1,
	};
	cms_iso10002.prompt(field, (answers) => decide(frm, "dismiss", answers), __("Dismiss"));
}

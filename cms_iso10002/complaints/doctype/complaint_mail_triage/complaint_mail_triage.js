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
	return frappe
		.xcall(METHODS + method, { name: frm.doc.name, ...args })
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
	frappe.prompt(field, (answers) => decide(frm, "file_on_complaint", answers), __("File on a Complaint"));
}

function make_complaint(frm) {
	frappe.confirm(__("Make a new complaint of this message? Nobody is written to yet."), () =>
		decide(frm, "make_complaint").then((name) => frappe.set_route("Form", "Complaint", name)),
	);
}

function dismiss(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Why Nothing Becomes of It"),
		reqd: 1,
	};
	frappe.prompt(field, (answers) => decide(frm, "dismiss", answers), __("Dismiss"));
}

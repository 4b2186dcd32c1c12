// Anonymising, holding back, and a person's complaints: asks, shows and passes on; rules are in complaints/privacy.py.
frappe.provide("cms_iso10002");

(() => {
	const METHODS = "cms_iso10002.complaints.privacy.";
	const escape = (value) => frappe.utils.escape_html(String(value));

	Object.assign(cms_iso10002, {
		anonymise(frm) {
			cms_iso10002.ask(METHODS + "get_hindrances", { complaint: frm.doc.name }).then((hindrances) => {
				if (hindrances.length) {
					frappe.msgprint({
						title: __("Not Possible Yet"),
						indicator: "orange",
						message: hindrances.map(escape).join("<br>"),
					});
					return;
				}
				const dialog = new frappe.ui.Dialog({
					title: __("Anonymise {0}", [frm.doc.name]),
					fields: [
						{
							fieldname: "told",
							fieldtype: "HTML",
							options: `<p>${__(
								"Names, addresses, words, letters, messages and files of this complaint are erased for good. Figures, dates and the record of events stay. This can't be undone."
							)}</p>`,
						},
						{
							fieldname: "basis",
							fieldtype: "Select",
							label: __("Why"),
							options: ["Request of the Person", "Retention Period Over", "Other"],
							reqd: 1,
						},
						{
							fieldname: "reason",
							fieldtype: "Small Text",
							label: __("Reason"),
							description: __("It stays: name nobody."),
							reqd: 1,
						},
					],
					primary_action_label: __("Erase for Good"),
					primary_action(values) {
						const erase = () =>
							frappe.xcall(METHODS + "anonymise_complaint", {
								complaint: frm.doc.name,
								basis: values.basis,
								reason: values.reason,
							});
						cms_iso10002.once(dialog, erase).then(() => {
							dialog.hide();
							frm.reload_doc();
						});
					},
				});
				dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
				dialog.show();
			});
		},

		hold_back(frm) {
			cms_iso10002.prompt(
				[
					{
						fieldname: "reason",
						fieldtype: "Small Text",
						label: __("Reason"),
						description: __("Such as a lawsuit. Empty: it is not held back any more."),
						default: frm.doc.retention_hold_reason,
					},
				],
				(values) =>
					cms_iso10002
						.change(METHODS + "hold_back", { complaint: frm.doc.name, reason: values.reason || "" })
						.then(() => frm.reload_doc()),
				__("Hold Back From Anonymising"),
				__("Save")
			);
		},

		find_person() {
			const dialog = new frappe.ui.Dialog({
				title: __("A Person's Complaints"),
				size: "large",
				fields: [
					{ fieldname: "email", fieldtype: "Data", label: __("E-mail Address") },
					{ fieldname: "contact", fieldtype: "Link", options: "Contact", label: __("Contact") },
					{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer") },
					{ fieldname: "result", fieldtype: "HTML" },
				],
				primary_action_label: __("Find"),
				primary_action: (values) =>
					cms_iso10002
						.ask(METHODS + "find_person", {
							email: values.email || "",
							contact: values.contact || "",
							customer: values.customer || "",
						})
						.then((found) => {
							dialog
								.get_field("result")
								.$wrapper.html(frappe.render_template(PERSON, { found, escape }));
						}),
			});
			dialog.show();
		},
	});

	const PERSON = `
{% if (found.complaints.length) { %}
<div style="max-height:50vh;overflow:auto"><table class="table table-bordered table-sm person-complaints">
<thead><tr><th>{%= __("Complaint") %}</th><th>{%= __("Status") %}</th><th>{%= __("Received On") %}</th><th>{%= __("May Be Anonymised Now") %}</th></tr></thead>
{% for (var i = 0; i < found.complaints.length; i++) { var c = found.complaints[i]; %}
<tr><td><a href="{%= frappe.utils.get_form_link("Complaint", c.name) %}">{%= c.name %}</a></td>
<td>{%= __(c.status) %}</td><td>{%= frappe.datetime.str_to_user(c.received_on) %}</td>
<td>{% if (c.anonymised_on) { %}{%= __("Anonymised on {0}", [frappe.datetime.str_to_user(c.anonymised_on)]) %}{% } else if (c.may) { %}{%= __("Yes") %}{% } else { %}{%= __("No") %}: {%= c.why.map(escape).join(" ") %}{% } %}</td></tr>
{% } %}
</table></div>
{% } else { %}<p>{%= __("No complaints are found.") %}</p>{% } %}
{% if (found.more) { %}<p>{%= __("There are more: open the list for them.") %}</p>{% } %}
{% if (found.hidden) { %}<p>{%= __("{0} more concern you or are kept from you: ask another Complaint Manager.", [found.hidden]) %}</p>{% } %}
{% if (found.messages.length) { %}<p>{%= __("E-mails in the triage list:") %} {% for (var j = 0; j < found.messages.length; j++) { %}<a href="{%= frappe.utils.get_form_link("Complaint Mail Triage", found.messages[j]) %}">{%= found.messages[j] %}</a> {% } %}</p>{% } %}
`;
})();

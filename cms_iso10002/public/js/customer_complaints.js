// The complaints of a customer at a glance; what is counted, and for whom, is said in Python.
frappe.ui.form.on("Customer", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_read("Complaint")) return;
		const customer = frm.doc.name;
		frappe
			.xcall("cms_iso10002.erpnext_bridge.customer_complaints.get_summary", { customer })
			.then((summary) => {
				if (frm.doc.name !== customer || !summary.total) return;
				frm.dashboard.add_section(
					frappe.render_template(cms_iso10002.CUSTOMER_COMPLAINTS, {
						...summary,
						customer,
						last_on: frappe.datetime.str_to_user(summary.last.received_on.split(" ")[0]),
						cost: summary.redress_cost
							.map((sum) => format_currency(sum.amount, sum.currency))
							.join(" + "),
					}),
					__("Complaints")
				);
				frm.dashboard.show();
			});
	},
});

frappe.provide("cms_iso10002");

cms_iso10002.CUSTOMER_COMPLAINTS = `
	<div class="row complaints-of-customer">
		<div class="col-sm-3"><div class="text-muted small">{{ __("Complaints") }}</div>
			<div><b>{{ total }}</b> ({{ __("{0} open", [open]) }}{% if out_of_scope %},
				{{ __("{0} out of scope", [out_of_scope]) }}{% endif %})</div></div>
		<div class="col-sm-3"><div class="text-muted small">{{ __("Last Complaint") }}</div>
			<div><a href="{{ frappe.utils.get_form_link("Complaint", last.name) }}"
				>{{ frappe.utils.escape_html(last.name) }}</a>, {{ __(last.status) }}<br>
				<span class="small">{{ last_on }}: {{ frappe.utils.escape_html(last.subject) }}</span></div></div>
		<div class="col-sm-3"><div class="text-muted small">{{ __("Satisfaction") }}</div>
			<div>{% if satisfaction.answers %}<b>{{ satisfaction.mean }}</b> / 5
				({{ __("{0} ratings", [satisfaction.answers]) }}){% else %}{{ __("No ratings") }}{% endif %}</div></div>
		<div class="col-sm-3"><div class="text-muted small">{{ __("Redress Cost") }}</div>
			<div>{{ cost || __("None") }}</div></div>
	</div>`;

// Members and how each stands; letters to all. Thin: rules live in Python (complaints/groups.py).
frappe.ui.form.on("Complaint Group", {
	refresh(frm) {
		frm.set_query("lead_complaint", () => ({ filters: { complaint_group: frm.doc.name } }));
		if (frm.is_new()) return;
		const group = frm.doc.name;
		const methods = "cms_iso10002.complaints.groups.";
		frappe.xcall(methods + "get_members", { group }).then((members) => {
			if (frm.doc.name !== group) return;
			const esc = frappe.utils.escape_html;
			const rows = members.map(
				(row) => `<tr><td><a href="${frappe.utils.get_form_link("Complaint", row.name)}">${esc(row.name)}</a></td>
					<td>${esc(row.subject)}</td><td>${__(row.status)}</td><td>${__(row.outcome || "")}</td>
					<td>${esc(row.handler ? frappe.user.full_name(row.handler) : "")}</td>
					<td>${row.due_at ? frappe.datetime.str_to_user(row.due_at) : ""}</td></tr>`
			);
			const head = ["Complaint", "Subject", "Status", "Outcome", "Handler", "Next Due"];
			const cells = head.map((label) => `<th>${__(label)}</th>`).join("");
			frm.dashboard.add_section(
				`<table class="table table-bordered small complaint-group-members"><thead><tr>${cells}</tr></thead>
				<tbody>${rows.join("")}</tbody></table>`,
				__("Members")
			);
			frm.dashboard.show();
		});
		if (!frm.has_perm("write")) return;
		frm.add_custom_button(__("Write to All"), () =>
			cms_iso10002.prompt(
				[
					{
						fieldname: "message",
						fieldtype: "Text",
						label: __("What Is New"),
						description: __("Each open member gets a letter of its own by e-mail"),
						reqd: 1,
					},
				],
				({ message }) =>
					cms_iso10002.change(methods + "write_to_all", { group, message }).then((done) => {
						const left = done.left.map(
							(row) => `<li>${frappe.utils.escape_html(row.complaint)}: ${frappe.utils.escape_html(row.why)}</li>`
						);
						const said = done.later
							? __("{0} letters go out in the background; you will be told.", [done.later])
							: __("{0} letters were sent.", [done.sent.length]);
						const rest = left.length
							? `<p>${__("These could not be written to; their handlers have the task:")}</p><ul>${left.join("")}</ul>`
							: "";
						frappe.msgprint(`<p>${said}</p>${rest}`, __("Write to All"));
						frm.reload_doc();
					}),
				__("Write to All"),
				__("Send")
			)
		);
	},
});

// Shows what recalculating clocks would move, then does it: the rules are in complaints/recalculation.py.
frappe.provide("cms_iso10002");

cms_iso10002.recalculate = function (scope, done) {
	const METHODS = "cms_iso10002.complaints.recalculation.";
	const shown = (value) => (value ? frappe.datetime.str_to_user(value) : "–");
	const dialog = new frappe.ui.Dialog({
		title: __("Recalculate Clocks"),
		size: "extra-large",
		fields: [
			{
				fieldname: "policy_name",
				fieldtype: "Link",
				options: "Complaint SLA Policy",
				label: __("Only Cases under This Policy"),
				default: scope.policy_name,
				hidden: scope.complaint ? 1 : 0,
			},
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Only Cases of This Company"),
				hidden: scope.complaint ? 1 : 0,
			},
			{
				fieldname: "choose",
				fieldtype: "Check",
				label: __("Choose the policy anew"),
				description: __(
					"The one that fits the case now, by its day of receipt. Otherwise each case's own policy with its present hours and holidays."
				),
			},
			{ fieldname: "result", fieldtype: "HTML" },
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("Kept with every change"),
			},
		],
		// what would move is shown first: only then it can be applied
		primary_action_label: __("Show What Would Move"),
		primary_action: (values) => preview(values),
		secondary_action_label: __("Apply"),
		secondary_action: () => apply(dialog.get_values(true)),
	});
	const args = (values) => ({
		complaint: scope.complaint || "",
		policy_name: values.policy_name || "",
		company: values.company || "",
		choose: values.choose ? 1 : 0,
	});

	dialog.get_secondary_btn().prop("disabled", true);

	function preview(values) {
		cms_iso10002.ask(METHODS + "dry_run", args(values)).then((found) => {
			dialog.get_secondary_btn().prop("disabled", !found.changes);
			const head = [__("Complaint"), __("Stage"), __("Due"), __("New Due"), __("Policy")];
			const row = (one) => [
				one.complaint,
				one.stage ? __(one.stage) : __("no open deadline moves"),
				shown(one.old_due),
				shown(one.new_due),
				one.from_policy === one.to_policy ? one.to_policy : `${one.from_policy} → ${one.to_policy}`,
			];
			const cells = (values, tag) =>
				values.map((value) => `<${tag}>${frappe.utils.escape_html(String(value))}</${tag}>`).join("");
			dialog.get_field("result").$wrapper.html(
				`<p>${__("{0} of {1} cases would change.", [found.changes, found.looked_at])}${
					found.looked_at < found.cases
						? " " + __("There are {0} cases; the first {1} were looked at.", [found.cases, found.looked_at])
						: ""
				}</p>` +
					(found.rows.length
						? `<div style="max-height:40vh;overflow:auto"><table class="table table-bordered table-sm"><thead><tr>${cells(head, "th")}</tr></thead><tbody>${found.rows
								.map((one) => `<tr>${cells(row(one), "td")}</tr>`)
								.join("")}</tbody></table></div>`
						: "")
			);
		});
	}

	function apply(values) {
		cms_iso10002
			.change(METHODS + "apply", { ...args(values), reason: values.reason || "" })
			.then((result) => {
				dialog.hide();
				frappe.show_alert({
					message: result.queued
						? __("{0} cases are being recalculated in the background.", [result.queued])
						: __("{0} of {1} cases changed.", [result.changed, result.cases]),
					indicator: "green",
				});
				done && done();
			});
	}

	dialog.show();
};

// The dialog of records that are looked at again by a date: it asks when next, and passes it on.
frappe.provide("cms_iso10002");

cms_iso10002.reviewed = (frm, months) =>
	cms_iso10002.prompt(
		[
			{
				fieldname: "next_on",
				fieldtype: "Date",
				label: __("Next Review On"),
				default: frappe.datetime.add_months(frappe.datetime.get_today(), months),
				reqd: 1,
			},
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("What Was Found"),
				description: __("Today's review and this note are kept among the comments."),
			},
		],
		(values) =>
			cms_iso10002
				.change("cms_iso10002.iso_10002.reviews.mark_reviewed", {
					doctype: frm.doctype,
					name: frm.doc.name,
					...values,
				})
				.then(() => frm.reload_doc()),
		__("Reviewed Today, and Left As It Is"),
		__("Record")
	);

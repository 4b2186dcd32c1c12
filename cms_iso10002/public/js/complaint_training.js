// Who works on a case without valid training is named on its form; Python decides who that is.
frappe.ui.form.on("Complaint", {
	refresh(frm) {
		if (frm.is_new()) return;
		const complaint = frm.doc.name;
		cms_iso10002.ask("cms_iso10002.iso_10002.competence.untrained", { complaint }).then((names) => {
			if (frm.doc.name !== complaint) return;
			const { message } = frm.layout;
			const old = message.find(".complaint-training");
			// Frappe's first 15 put messages into the layout's own element, which must stay
			old.closest(".form-message").not(message).remove();
			old.remove();
			if (!names.length) return;
			frm.layout.show_message(
				`<span class="complaint-training">${__("No valid training in handling complaints: {0}", [
					names.join(", "),
				])}</span>`,
				"orange"
			);
		});
	},
});

// Thin on purpose: the pack is made in Python (iso_10002/evidence_pack.py); this asks for it and shows how far it is.
const PACKS = "cms_iso10002.iso_10002.evidence_pack.";

const WAITING = () =>
	__(
		"Waiting for a background worker. If nothing happens for long, none is running: the command complaints evidence-pack makes a pack without one."
	);

frappe.ui.form.on("ISO 10002 Evidence Pack", {
	refresh(frm) {
		if (frm.is_new()) return;
		if (["Draft", "Failed"].includes(frm.doc.status) && frm.has_perm("write")) {
			frm.add_custom_button(__("Make Pack"), () => make_pack(frm)).addClass("btn-primary");
		}
		if (frm.doc.status === "Ready") {
			frm.disable_save();
			frm.add_custom_button(__("Download"), () => window.open(frm.doc.file)).addClass("btn-primary");
		}
		if (frm.doc.status === "Queued") {
			frm.disable_save();
			watch_pack(frm);
		}
	},
});

function make_pack(frm) {
	if (frm.is_dirty()) frappe.throw(__("Save the form first: what you typed would be lost."));
	return cms_iso10002.ask(PACKS + "make", { pack: frm.doc.name }).then(() => frm.reload_doc());
}

function watch_pack(frm) {
	const name = frm.doc.name;
	cms_iso10002.ask(PACKS + "progress", { pack: name }).then((told) => {
		if (cur_frm !== frm || frm.doc.name !== name) return;
		if (told.status !== "Queued") return frm.reload_doc();
		const percent = told.total ? Math.round((100 * told.done) / told.total) : 0;
		frm.get_field("how_far").$wrapper.html(
			`<div class="progress"><div class="progress-bar" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100" style="width: ${percent}%"></div></div>
			<p class="text-muted small">${frappe.utils.escape_html(told.what || WAITING())}</p>`
		);
		setTimeout(() => watch_pack(frm), 2000);
	});
}

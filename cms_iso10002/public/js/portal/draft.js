// What was typed into a new complaint survives a reload, on this device, for three days; never files or hidden fields.
(() => {
	const DAYS = 3;
	const PREFIX = "complaint-draft-";
	const form = document.querySelector("form[data-draft]");

	function stored() {
		try {
			return window.localStorage;
		} catch {
			return null; // forbidden in this browser
		}
	}

	const store = stored();
	if (!store) return;
	if (document.querySelector("[data-forget-draft]")) {
		for (const name of Object.keys(store)) if (name.startsWith(PREFIX)) store.removeItem(name);
	}
	if (!form) return;

	const name = PREFIX + form.dataset.draft;
	const fields = [...form.elements].filter(
		(field) => field.name && field.name !== "website" && !["hidden", "file", "submit", "button"].includes(field.type)
	);
	const ticked = (field) => field.type === "checkbox" || field.type === "radio";
	const standing = (field) => (ticked(field) ? field.checked : field.value);
	const id = (field) => (ticked(field) ? `${field.name}=${field.value}` : field.name);
	const fresh = new Map(fields.map((field) => [id(field), standing(field)]));

	// The server handed back what was sent, with mistakes. What was typed into it since is in the draft of the same form;
	// there the whole of it is kept, since nobody knows what stood in the fields before.
	const typed = form.hasAttribute("data-typed");
	const number = form.elements.form_id.value;

	function read() {
		try {
			const draft = JSON.parse(store.getItem(name));
			if (!draft || Date.now() - draft.at >= DAYS * 86400000) return null;
			return typed && draft.form !== number ? null : draft.values;
		} catch {
			return null;
		}
	}

	function write() {
		const values = {};
		for (const field of fields) {
			if (typed || standing(field) !== fresh.get(id(field))) values[id(field)] = standing(field);
		}
		try {
			if (Object.keys(values).length) store.setItem(name, JSON.stringify({ at: Date.now(), form: number, values }));
			else store.removeItem(name);
		} catch {
			// full: the form works without
		}
	}

	function fill(values) {
		for (const field of fields) {
			if (!(id(field) in values)) continue;
			if (ticked(field)) field.checked = values[id(field)];
			else field.value = values[id(field)];
			const folded = field.closest("details");
			if (folded && values[id(field)]) folded.open = true;
		}
	}

	const draft = read();
	const told = form.querySelector(".restored");
	if (draft && Object.keys(draft).length) {
		fill(draft);
		told.hidden = typed;
	} else if (!draft && !typed) {
		store.removeItem(name);
	}
	told.querySelector("[data-drop-draft]").addEventListener("click", () => {
		store.removeItem(name);
		fill(Object.fromEntries(fresh));
		told.hidden = true;
		document.getElementById("new-subject").focus();
	});
	form.addEventListener("input", write);
	form.addEventListener("change", write);
})();

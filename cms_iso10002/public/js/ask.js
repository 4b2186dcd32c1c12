// How the forms ask the server, and how their dialogs send each thing once.
frappe.provide("cms_iso10002");

(() => {
	// What is refused was shown by Frappe already: nothing follows from it, and it is no script error.
	const NOTHING = new Promise(() => {});
	const changing = {};
	const shown = {};

	Object.assign(cms_iso10002, {
		ask: (method, args) => new Promise((resolve) => frappe.xcall(method, args).then(resolve, () => {})),

		// The same for what changes something: while it runs, the same again is the same click
		change(method, args) {
			const key = JSON.stringify([method, args]);
			if (changing[key]) return NOTHING;
			changing[key] = true;
			const ended = () => delete changing[key];
			const call = frappe.xcall(method, args);
			call.then(ended, ended);
			return new Promise((resolve) => call.then(resolve, () => {}));
		},

		// frappe.prompt, but one of a kind at a time, and sent once: its button can be pressed while it fades away
		prompt(fields, callback, title, label) {
			if (shown[title]) return shown[title];
			let sent = false;
			const gone = () => {
				if (shown[title] === dialog) delete shown[title];
			};
			const send = (values) => {
				if (sent) return;
				sent = true;
				gone();
				callback(values);
			};
			const dialog = frappe.prompt(fields, send, title, label);
			shown[title] = dialog;
			dialog.onhide = gone;
			return dialog;
		},

		// For a dialog that stays until its call has ended: disarmed meanwhile, and for good where it was answered
		once(dialog, call) {
			if (dialog.is_sent) return NOTHING;
			dialog.is_sent = true;
			dialog.disable_primary_action();
			const again = () => {
				dialog.is_sent = false;
				dialog.enable_primary_action();
			};
			return new Promise((resolve) => call().then(resolve, again));
		},
	});
})();

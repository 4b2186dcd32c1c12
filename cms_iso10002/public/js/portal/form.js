// Forms work without this. It moves the focus to what the page has to say, sends a form only once, and keeps a
// reload from sending it again.
(() => {
	const said = document.getElementById("summary") || document.getElementById("outcome");
	if (said) {
		said.focus();
		said.scrollIntoView({ block: "start" });
	}

	const acted = document.querySelector("[data-acted]");
	if (acted) history.replaceState(null, "", acted.dataset.acted);

	// an error leads to its field even inside something folded
	for (const link of document.querySelectorAll("#summary a")) {
		link.addEventListener("click", (event) => {
			const field = document.getElementById(link.hash.slice(1));
			if (!field) return;
			event.preventDefault();
			for (let up = field.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
			field.focus();
			field.scrollIntoView({ block: "center" });
		});
	}

	for (const form of document.querySelectorAll('form[method="post"]')) {
		form.addEventListener("submit", (event) => {
			if (event.defaultPrevented || form.classList.contains("files")) return;
			if (form.dataset.sending) return event.preventDefault();
			form.dataset.sending = "1";
			for (const button of form.querySelectorAll('[type="submit"]')) button.setAttribute("aria-disabled", "true");
		});
	}
	// back from the next page: it may be sent again
	addEventListener("pageshow", () => {
		for (const form of document.querySelectorAll("form[data-sending]")) {
			delete form.dataset.sending;
			for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
		}
	});
})();

// Copying and printing the reference and the key: buttons that only scripts can serve are shown by this one.
(() => {
	for (const button of document.querySelectorAll("[data-copy], [data-print]")) {
		button.closest(".by-script").hidden = false;
	}
	for (const button of document.querySelectorAll("[data-copy]")) {
		button.addEventListener("click", async () => {
			await copy(button.dataset.copy);
			button.parentElement.querySelector(".said").textContent = button.dataset.done;
		});
	}
	for (const button of document.querySelectorAll("[data-print]")) {
		button.addEventListener("click", () => window.print());
	}

	async function copy(text) {
		if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
		const field = document.createElement("textarea"); // a site without https
		field.value = text;
		document.body.append(field);
		field.select();
		document.execCommand("copy");
		field.remove();
	}
})();

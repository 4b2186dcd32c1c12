// Says what was chosen, and what is too much, before anything is sent; the server checks all the same.
(() => {
	const MEGABYTE = 1024 * 1024;

	function problem(field) {
		const { most, megabytes, together, tooMany, tooLarge, tooMuch } = field.dataset;
		const files = [...field.files];
		if (files.length > Number(most)) return tooMany;
		const large = files.find((file) => file.size > Number(megabytes) * MEGABYTE);
		if (large) return tooLarge.replace("{0}", large.name).replace("{1}", megabytes);
		const all = files.reduce((sum, file) => sum + file.size, 0);
		return all > Number(together) * MEGABYTE ? tooMuch : "";
	}

	function size(bytes) {
		return bytes < 1024 * 1024 ? `${Math.max(Math.round(bytes / 1024), 1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
	}

	for (const field of document.querySelectorAll('input[type="file"][data-most]')) {
		const told = field.parentElement.querySelector(".chosen");
		field.addEventListener("change", () => {
			const wrong = problem(field);
			told.classList.toggle("error", Boolean(wrong));
			field.setCustomValidity(wrong);
			told.textContent =
				wrong || [...field.files].map((file) => `${file.name} (${size(file.size)})`).join("\n");
		});
		field.form.addEventListener("submit", (event) => {
			if (!problem(field)) return;
			event.preventDefault();
			event.stopImmediatePropagation();
			field.focus();
		}, true);
	}
})();

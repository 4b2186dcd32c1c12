// Says what was chosen, and what is too much, before anything is sent; the server checks all the same.
(() => {
	function problem(field) {
		const { most, megabytes, together, tooMany, tooLarge, tooMuch } = field.dataset;
		if (field.files.length > Number(most)) return tooMany;
		const large = [...field.files].find((file) => file.size > Number(megabytes) * 1024 * 1024);
		if (large) return tooLarge.replace("{0}", large.name).replace("{1}", megabytes);
		const sum = [...field.files].reduce((bytes, file) => bytes + file.size, 0);
		return sum > Number(together) * 1024 * 1024 ? tooMuch : "";
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

// Says what was chosen, and what is too much, before anything is sent; the server checks all the same.
(() => {
	function problem(field) {
		const { most, megabytes, together, tooMany, tooLarge, tooMuch } = field.dataset;
		if (field.files.length > Number(most)) return tooMany;
		const large = [...field.files].find((file) => file.size > Number(megabytes) * 1024 * 1024);
		if (large) return tooLarge.replace("{0}", large.name).replace("{1}", megabytes);
		const bytes = [...field.files].reduce((sum, file) => sum + file.size, 0);
		return bytes > Number(together) * 1024 * 1024 ? tooMuch : "";
	}

	// only said: a file is known by its content, and that only the server looks at
	function doubt(field) {
		const kinds = field.dataset.kinds.split(",");
		const ending = (name) => name.slice(name.lastIndexOf(".")).toLowerCase();
		const names = [...field.files].map((file) => file.name).filter((name) => name.includes(".") && !kinds.includes(ending(name)));
		return names.length ? field.dataset.wrongKind.replace("{0}", names.join(", ")) : "";
	}

	function size(bytes) {
		return bytes < 1024 * 1024 ? `${Math.max(Math.round(bytes / 1024), 1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
	}

	for (const field of document.querySelectorAll('input[type="file"][data-most]')) {
		const told = field.parentElement.querySelector(".chosen");
		field.addEventListener("change", () => {
			const wrong = problem(field);
			const warning = wrong || doubt(field);
			told.classList.toggle("error", Boolean(warning));
			field.setCustomValidity(wrong);
			told.textContent =
				warning || [...field.files].map((file) => `${file.name} (${size(file.size)})`).join("\n");
		});
		field.form.addEventListener("submit", (event) => {
			if (!problem(field)) return;
			event.preventDefault();
			event.stopImmediatePropagation();
			field.focus();
		}, true);
	}
})();

/**
 * Apply the reader's choice of colors before the page is drawn, and change it with the buttons `.theme-button`. A classic script,
 * because modules run after the first paint. The key and its values are those of Django's admin, which follows, too.
 */
(() => {
	const KEY = "theme";
	const NAMES = { auto: "as the system", light: "light", dark: "dark" };
	const CHOICES = Object.keys(NAMES);

	function load() {
		try {
			const stored = localStorage.getItem(KEY);
			return CHOICES.includes(stored) ? stored : "auto";
		} catch {
			return "auto"; // blocked by the browser
		}
	}

	let choice = load();

	function apply() {
		if (choice === "auto") delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = choice;
		for (const button of document.querySelectorAll(".theme-button")) {
			button.title = `Theme: ${NAMES[choice]}`;
			button.ariaLabel = button.title;
		}
	}

	apply();
	document.addEventListener("DOMContentLoaded", apply);
	document.addEventListener("click", (event) => {
		if (!event.target.closest(".theme-button")) return;
		choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
		try {
			localStorage.setItem(KEY, choice);
		} catch {} // the choice lasts as long as the page
		apply();
		document.dispatchEvent(new Event("themechange")); // for what is drawn in colors of the theme
	});
})();

/** Tie the page's filters to its address: what is chosen goes into the address, and the address decides what is shown. */

import { MAX_TICKERS, readFilter, readTickers, toggleTicker, writeFilter } from "./filter.js";

const TYPING_PAUSE = 300; // ms

export class Controls {
	#form = document.getElementById("filters");
	#tickers = document.getElementById("filter-tickers");
	#fault = document.getElementById("filter-fault");
	#onChange;
	#typing;

	/** `onChange(filter)` is called whenever the address says something else. */
	constructor(onChange) {
		this.#onChange = onChange;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#apply();
		});
		for (const control of this.#form.elements) {
			control.addEventListener("change", () => this.#apply());
			if (control.type === "search") control.addEventListener("input", () => this.#applySoon());
		}
		this.#onClick("clear-tickers", () => this.go({ tickers: [], configuration: "" }));
		for (const id of ["clear-filters", "show-all", "notice-link"]) {
			const tickers = id === "clear-filters" ? {} : { tickers: [], configuration: "" };
			this.#onClick(id, () => this.go({ ...tickers, sentiment: "", source: "", text: "" }));
		}
		document.getElementById("tag-chart").addEventListener("click", ({ target }) => {
			const ticker = target.closest("button")?.textContent;
			if (ticker) this.go({ tickers: toggleTicker(this.filter.tickers, ticker), configuration: "" });
		});
		window.addEventListener("popstate", () => this.show(this.filter) || this.#onChange(this.filter));
		this.show(this.filter);
	}

	get filter() {
		return readFilter(location.search);
	}

	/** Change parts of the filter, as a step that the browser's back button takes back. */
	go(changes, { isStep = true } = {}) {
		const filter = { ...this.filter, ...changes };
		const address = location.pathname + writeFilter(filter);
		if (address === location.pathname + location.search) return;
		history[isStep ? "pushState" : "replaceState"](null, "", address);
		this.show(filter);
		this.#onChange(filter);
	}

	/** Let the controls say what the filter says; `tickers` may come from a configuration. */
	show(filter, tickers = filter.tickers) {
		const { elements } = this.#form;
		this.#fault.textContent = "";
		this.#write(this.#tickers, tickers.join(", "));
		this.#write(elements.q, filter.text);
		this.#write(elements.source, filter.source);
		elements.sentiment.value = filter.sentiment;
		elements.resolution.value = filter.resolution;
		document.getElementById("clear-tickers").hidden = tickers.length === 0;
		document.getElementById("clear-filters").hidden = !(filter.sentiment || filter.source || filter.text);
	}

	#apply({ isStep = true } = {}) {
		clearTimeout(this.#typing);
		const { q, source, sentiment, resolution } = this.#form.elements;
		const { tickers, refused } = readTickers(this.#tickers.value);
		if (refused.length)
			this.#refuse(`${refused[0].slice(0, 20)}: a ticker has 1 to 10 letters, digits, dots or dashes.`);
		else if (tickers.length > MAX_TICKERS) this.#refuse(`${tickers.length} tickers: choose ${MAX_TICKERS} or fewer.`);
		else {
			const isTyped = this.#tickers.value !== this.#tickers.dataset.written;
			const topic = isTyped ? { tickers, configuration: "" } : {};
			this.go(
				{ ...topic, sentiment: sentiment.value, source: source.value, text: q.value, resolution: resolution.value },
				{ isStep },
			);
		}
	}

	#applySoon() {
		clearTimeout(this.#typing);
		// Each letter as a step back would bury the page before.
		this.#typing = setTimeout(() => this.#apply({ isStep: false }), TYPING_PAUSE);
	}

	#refuse(words) {
		this.#fault.textContent = words;
	}

	#write(control, value) {
		control.dataset.written = value;
		if (control !== document.activeElement || control.value.trim() !== value) control.value = value;
	}

	#onClick(id, action) {
		document.getElementById(id).addEventListener("click", (event) => {
			event.preventDefault();
			action();
		});
	}
}

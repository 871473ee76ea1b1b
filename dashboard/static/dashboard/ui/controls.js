/** Tie the filters to the address: what is chosen goes into it, and it decides what is shown. */

import { choosesRows, MAX_TICKERS, readFilter, readTickers, toggleTicker, writeFilter } from "../data/filter.js";
import { find } from "./dom.js";

const TYPING_PAUSE = 300; // ms
const ALL_ROWS = { sentiment: "", source: "", text: "" };
const ALL_TICKERS = { tickers: [], configuration: "" };

export class Controls {
	#form = find("filters");
	#onChange;
	#shown = ""; // in the field of tickers
	#typing = 0; // the timer that ends it

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
		this.#onClick("clear-tickers", ALL_TICKERS);
		this.#onClick("clear-filters", ALL_ROWS);
		this.#onClick("show-all", { ...ALL_TICKERS, ...ALL_ROWS });
		this.#onClick("notice-link", { ...ALL_TICKERS, ...ALL_ROWS });
		find("tag-chart").addEventListener("click", ({ target }) => {
			const ticker = target.closest("button")?.textContent;
			if (ticker) this.go({ tickers: toggleTicker(this.filter.tickers, ticker), configuration: "" });
		});
		window.addEventListener("popstate", () => this.#change());
		this.show(this.filter);
	}

	get filter() {
		return readFilter(location.search);
	}

	/** Change parts of the filter: as a step that the back button takes back, or in place. False: it is so already. */
	go(changes, { isStep = true } = {}) {
		const query = writeFilter({ ...this.filter, ...changes });
		if (query === writeFilter(this.filter)) return false;
		history[isStep ? "pushState" : "replaceState"](null, "", location.pathname + query);
		this.#change();
		return true;
	}

	/** Let the controls say what the filter says; `tickers` may come from a configuration. */
	show(filter, tickers = filter.tickers) {
		const { elements } = this.#form;
		this.#shown = tickers.join(", ");
		const texts = { tickers: this.#shown, q: filter.text, source: filter.source };
		for (const [name, text] of Object.entries(texts)) {
			// What is being typed is not in the address yet.
			if (!this.#typing && elements[name].value.trim() !== text) elements[name].value = text;
		}
		// Not by the group's value: Chromium finds no radio of value "".
		for (const radio of elements.sentiment) radio.checked = radio.value === filter.sentiment;
		elements.resolution.value = filter.resolution;
		find("filter-fault").textContent = "";
		find("clear-tickers").hidden = tickers.length === 0;
		find("clear-filters").hidden = !choosesRows(filter);
	}

	#change() {
		this.#stopTyping();
		this.show(this.filter);
		this.#onChange(this.filter);
	}

	#apply(options) {
		this.#stopTyping();
		const written = this.#form.elements.tickers.value;
		const fault = faultOf(readTickers(written));
		find("filter-fault").textContent = fault;
		if (fault) return;
		// The form's names are the address's. What it lists of a configuration is not chosen by hand.
		const { configuration, tickers, ...others } = readFilter(new URLSearchParams(new FormData(this.#form)));
		this.go(written === this.#shown ? others : { ...others, tickers, configuration }, options);
	}

	#stopTyping() {
		clearTimeout(this.#typing);
		this.#typing = 0;
	}

	#applySoon() {
		this.#stopTyping();
		// Each letter as a step back would bury the page before.
		this.#typing = setTimeout(() => this.#apply({ isStep: false }), TYPING_PAUSE);
	}

	#onClick(id, changes) {
		find(id).addEventListener("click", (event) => {
			event.preventDefault();
			this.go(changes);
		});
	}
}

export function faultOf({ tickers, refused }) {
	if (refused.length) return `${refused[0].slice(0, 20)}: a ticker has 1 to 10 letters, digits, dots or dashes.`;
	return tickers.length > MAX_TICKERS ? `${tickers.length} tickers: choose ${MAX_TICKERS} or fewer.` : "";
}

/** The filter controls. The URL is the source of truth: controls change it, and its changes update the controls. */

import { formatFilter, parseFilter } from "../data/filter.js";
import { getElement, isPlainClick } from "./dom.js";

const TYPING_DEBOUNCE_MS = 300;
const NO_ROW_FILTERS = { sentiment: "", source: "", text: "", kind: "", confidence: 0, bucket: null, item: "" };
const NO_TICKERS = { tickers: [], watchlistId: "" };

export class Controls {
	#form = getElement("filters");
	#onNavigate;
	#typingTimer = 0; // 0 while the user is not typing

	/** `onNavigate(filter)` runs when the URL has changed. */
	constructor(onNavigate) {
		this.#onNavigate = onNavigate;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		for (const control of this.#form.elements) {
			control.addEventListener("change", () => this.#submit());
			if (control.type === "search") control.addEventListener("input", () => this.#submitDebounced());
		}
		this.#updateOnClick("clear-filters", NO_ROW_FILTERS);
		this.#updateOnClick("show-all", { ...NO_TICKERS, ...NO_ROW_FILTERS });
		this.#updateOnClick("notice-link", { ...NO_TICKERS, ...NO_ROW_FILTERS });
		this.#updateOnClickOf("[data-ticker] a.name, a.chip", (link) => ({
			...{ tickers: [link.closest("[data-ticker]").dataset.ticker], watchlistId: "" },
		}));
		window.addEventListener("popstate", () => this.#onUrlChange());
		this.render(this.filter);
	}

	/** The filter of the current URL. */
	get filter() {
		return parseFilter(location.search);
	}

	/**
	 * Change parts of the filter in the URL, with `historyMethod` "pushState" (a step for the back button) or
	 * "replaceState". Returns false if that changes nothing.
	 */
	updateFilter(changes, { historyMethod = "pushState" } = {}) {
		const query = formatFilter({ ...this.filter, ...changes });
		if (query === formatFilter(this.filter)) return false;
		history[historyMethod](null, "", location.pathname + query);
		this.#onUrlChange();
		return true;
	}

	/** Set the controls from a filter. */
	render(filter) {
		const { elements } = this.#form;
		for (const [name, value] of Object.entries({ q: filter.text, source: filter.source })) {
			// Text that the user is typing is not in the URL yet.
			if (!this.#typingTimer && elements[name].value.trim() !== value) elements[name].value = value;
		}
		// Not by the radio group's value: Chromium finds no radio button whose value is "".
		for (const radio of elements.sentiment) radio.checked = radio.value === filter.sentiment;
	}

	#onUrlChange() {
		this.#cancelTyping();
		this.render(this.filter);
		this.#onNavigate(this.filter);
	}

	#submit(options) {
		this.#cancelTyping();
		// The form's field names are the URL's parameters. What stands in other parts of the page stays.
		const filter = parseFilter(new URLSearchParams(new FormData(this.#form)));
		const { sentiment, source, text, kind, confidence, resolution } = filter;
		this.updateFilter({ sentiment, source, text, kind, confidence, resolution }, options);
	}

	#cancelTyping() {
		clearTimeout(this.#typingTimer);
		this.#typingTimer = 0;
	}

	#submitDebounced() {
		this.#cancelTyping();
		// Replaces the URL: one history entry per keystroke would make the back button useless.
		this.#typingTimer = setTimeout(() => this.#submit({ historyMethod: "replaceState" }), TYPING_DEBOUNCE_MS);
	}

	#updateOnClick(id, changes) {
		this.#updateOnClickOf(`#${id}`, () => changes);
	}

	#updateOnClickOf(selector, getChanges) {
		document.addEventListener("click", (event) => {
			const element = event.target.closest(selector);
			if (element === null || event.defaultPrevented || !isPlainClick(event)) return;
			event.preventDefault();
			this.updateFilter(getChanges(element));
		});
	}
}

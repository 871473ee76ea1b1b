/** The filter controls. The URL is the source of truth: controls change it, and its changes update the controls. */

import {
	formatFilter,
	hasRowFilters,
	parseFilter,
	parseTickers,
	toggleTicker,
	validateTickers,
} from "../data/filter.js";
import { getElement } from "./dom.js";
import { formatTicker } from "./format.js";

const TYPING_DEBOUNCE_MS = 300;
const NO_ROW_FILTERS = { sentiment: "", source: "", text: "" };
const NO_TICKERS = { tickers: [], watchlistId: "" };

export class Controls {
	#form = getElement("filters");
	#onNavigate;
	#renderedTickers = ""; // value of the ticker field, as rendered
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
		this.#updateOnClick("clear-tickers", NO_TICKERS);
		this.#updateOnClick("clear-filters", NO_ROW_FILTERS);
		this.#updateOnClick("show-all", { ...NO_TICKERS, ...NO_ROW_FILTERS });
		this.#updateOnClick("all-news", { ...NO_TICKERS, ...NO_ROW_FILTERS });
		this.#updateOnClick("notice-link", { ...NO_TICKERS, ...NO_ROW_FILTERS });
		document.addEventListener("click", (event) => {
			const link = event.target.closest("[data-ticker] a.name, a.chip");
			const ticker = link?.closest("[data-ticker]").dataset.ticker;
			if (!ticker || event.ctrlKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			this.updateFilter({ tickers: toggleTicker(this.filter.tickers, ticker), watchlistId: "" });
		});
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

	/** Set the controls from a filter. `tickers` differs from the filter's when a watchlist is shown. */
	render(filter, tickers = filter.tickers) {
		const { elements } = this.#form;
		this.#renderedTickers = tickers.map(formatTicker).join(", ");
		const values = { tickers: this.#renderedTickers, q: filter.text, source: filter.source };
		for (const [name, value] of Object.entries(values)) {
			// Text that the user is typing is not in the URL yet.
			if (!this.#typingTimer && elements[name].value.trim() !== value) elements[name].value = value;
		}
		// Not by the radio group's value: Chromium finds no radio button whose value is "".
		for (const radio of elements.sentiment) radio.checked = radio.value === filter.sentiment;
		elements.resolution.value = filter.resolution;
		getElement("filter-error").textContent = "";
		getElement("clear-tickers").hidden = tickers.length === 0;
		getElement("clear-filters").hidden = !hasRowFilters(filter);
	}

	#onUrlChange() {
		this.#cancelTyping();
		this.render(this.filter);
		this.#onNavigate(this.filter);
	}

	#submit(options) {
		this.#cancelTyping();
		const tickersText = this.#form.elements.tickers.value;
		const error = validateTickers(parseTickers(tickersText));
		getElement("filter-error").textContent = error;
		if (error) return;
		// The form's field names are the URL's parameters. Tickers that a watchlist filled in are not a choice of the user.
		const { watchlistId, tickers, ...rowFilters } = parseFilter(new URLSearchParams(new FormData(this.#form)));
		const hasNewTickers = tickersText !== this.#renderedTickers;
		this.updateFilter(hasNewTickers ? { ...rowFilters, tickers, watchlistId } : rowFilters, options);
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
		getElement(id).addEventListener("click", (event) => {
			event.preventDefault();
			this.updateFilter(changes);
		});
	}
}

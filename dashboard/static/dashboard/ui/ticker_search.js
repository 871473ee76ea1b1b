/** The search for companies and symbols at the top: what is chosen stands in it as chips. */

import { MAX_PAGE_TICKERS, parseTickers, validateTickers } from "../data/filter.js";
import { createElement, getElement } from "./dom.js";
import { formatTicker } from "./format.js";
import { Suggestions } from "./suggestions.js";

const MAX_CHIPS = 2; // further ones are counted

export class TickerSearch {
	#input = getElement("filter-tickers");
	#updateFilter;
	#tickers = [];

	/** `searchInstruments(text, limit)` resolves to instruments; `updateFilter(changes)` changes the address. */
	constructor({ searchInstruments, updateFilter }) {
		this.#updateFilter = updateFilter;
		this.#input.value = ""; // the server writes the chosen ones into it
		new Suggestions(this.#input, { search: searchInstruments, onChoose: (symbols) => this.#add(symbols) });
		this.#input.addEventListener("keydown", (event) => this.#onKey(event));
		getElement("chosen-tickers").addEventListener("click", ({ target }) => {
			const ticker = target.closest("[data-remove]")?.dataset.remove;
			if (ticker) this.#choose(this.#tickers.filter((other) => other !== ticker));
		});
		getElement("clear-tickers").addEventListener("click", () => this.#choose([]));
	}

	/** Show the tickers of the page; those of a watchlist, if one is shown. */
	render(tickers) {
		if (tickers.join() !== this.#tickers.join()) this.#showError(""); // it is about those that were typed since
		this.#tickers = tickers;
		const chips = tickers.slice(0, MAX_CHIPS).map(createChip);
		const others = tickers.slice(MAX_CHIPS).map(formatTicker);
		if (others.length) {
			chips.push(createElement("span", `+${others.length}`, { className: "pick-chip", title: others.join(", ") }));
		}
		getElement("chosen-tickers").replaceChildren(...chips);
		this.#input.placeholder = tickers.length ? "Add" : "Company or symbol";
		getElement("clear-tickers").hidden = tickers.length < 2; // one has its own button
	}

	#onKey(event) {
		if (event.key === "Backspace" && this.#input.value === "" && this.#tickers.length) {
			this.#choose(this.#tickers.slice(0, -1));
		} else if (event.key === "Enter" && !event.defaultPrevented) {
			event.preventDefault();
			this.#submit();
		}
	}

	/** Add symbols as they were typed. */
	#submit() {
		const parsed = parseTickers(this.#input.value);
		const error = validateTickers(parsed);
		if (error) this.#showError(error);
		else if (parsed.tickers.length) this.#add(parsed.tickers);
	}

	#add(symbols) {
		const tickers = [...new Set([...this.#tickers, ...symbols])];
		this.#input.value = "";
		this.#showError("");
		const tooMany = `${tickers.length} instruments: choose ${MAX_PAGE_TICKERS} or fewer.`;
		if (tickers.length > MAX_PAGE_TICKERS) this.#showError(tooMany);
		else this.#choose(tickers);
	}

	#choose(tickers) {
		this.render(tickers); // before they are loaded, so that the next one is added to them
		this.#updateFilter({ tickers, watchlistId: "", bucket: null });
	}

	#showError(text) {
		getElement("filter-error").textContent = text;
	}
}

function createChip(ticker) {
	const chip = getElement("ticker-choice").content.firstElementChild.cloneNode(true);
	chip.querySelector("span").textContent = formatTicker(ticker);
	const button = chip.querySelector("button");
	button.dataset.remove = ticker;
	button.ariaLabel = `Remove ${formatTicker(ticker)}`;
	return chip;
}

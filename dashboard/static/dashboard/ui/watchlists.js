/** The reader's watchlists: tabs above the list, a panel on wide screens, and the form that creates or changes one. */

import { ApiError } from "../data/account.js";
import { parseTickers, validateTickers } from "../data/filter.js";
import { selectBuckets, summarize } from "../data/series.js";
import { MAX_UNREAD } from "../data/watchlist_store.js";
import { createElement, getElement, isPlainClick, setText, wideScreen } from "./dom.js";
import { formatTicker } from "./format.js";
import { formatSigned } from "./numbers.js";
import { suggestInList } from "./suggestions.js";
import { getTone, isStrong } from "./tone.js";

export const UNREACHABLE = "The server is unreachable. Nothing was changed; try again.";
const PRODUCT_NAME = "Market Sentiment";
const MAX_LISTED = 4; // instruments of a watchlist in the panel
const MAX_LINES = 20; // instruments in the panel

export class WatchlistViews {
	#watchlists;
	#getFilter;
	#hasSession;
	#now;
	#updateFilter;
	#onSaved;
	#view = null; // of the period, with the values of instruments
	#editedId = null; // of the watchlist in the form; null for a new one

	/**
	 * `watchlists` is the store. `getFilter()` returns the current filter, with the tickers of a watchlist; `now()` the time
	 * of the server in ms; `updateFilter(changes)` changes the address; `onSaved(watchlist)` runs after a save.
	 */
	constructor({ watchlists, getFilter, hasSession, now, updateFilter, onSaved, searchInstruments }) {
		this.#watchlists = watchlists;
		this.#getFilter = getFilter;
		this.#hasSession = hasSession;
		this.#now = now;
		this.#updateFilter = updateFilter;
		this.#onSaved = onSaved;
		suggestInList(getElement("watchlist-tickers"), searchInstruments);
		document.addEventListener("click", (event) => this.#onClick(event));
		getElement("watchlist-cancel").addEventListener("click", () => this.#closeForm());
		getElement("watchlist-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#save();
		});
	}

	/** Load the watchlists from the server. */
	load() {
		return this.#run("watchlists-error", () => this.#watchlists.load());
	}

	render() {
		const { watchlists, unreadTotal } = this.#watchlists;
		const { watchlistId, tickers } = this.#getFilter();
		const tabs = watchlists.map((watchlist) => createTab(watchlist, watchlist.config_id === watchlistId));
		replaceIfChanged(getElement("watchlists"), tabs);
		this.drawPanel();
		getElement("all-news").ariaCurrent = watchlistId || tickers.length ? null : "page";
		showUnread(getElement("dock-unread"), unreadTotal);
		const name = this.#watchlists.find(watchlistId)?.name;
		const unread = unreadTotal ? `(${formatUnread(unreadTotal)}) ` : "";
		document.title = unread + (name ? `${name} \u00b7 ` : "") + PRODUCT_NAME;
	}

	/** The instruments whose values the panel shows; none where there is no room for it. */
	listPanelTickers() {
		if (!wideScreen.matches) return [];
		const listed = this.#watchlists.watchlists.flatMap(({ tickers }) => tickers.slice(0, MAX_LISTED));
		return [...new Set(listed.map(({ symbol }) => symbol))].slice(0, MAX_LINES);
	}

	/** Draw the panel, with the mean values of `view`, that of the period, or of the last one. */
	drawPanel(view = this.#view) {
		this.#view = view;
		if (!wideScreen.matches) return;
		const { watchlists } = this.#watchlists;
		const panel = getElement("watchlist-panel");
		panel.closest("section").hidden = watchlists.length === 0;
		const getAverage = (ticker) => view && summarize(selectBuckets(view.series, ticker, view.span)).average;
		replaceIfChanged(
			panel,
			watchlists.map((watchlist) => createPanelRow(watchlist, getAverage)),
		);
	}

	/** Open the form for a new watchlist, or for one that is changed. */
	openForm({ config_id = null, name = "", tickers = [] } = {}) {
		this.#editedId = config_id;
		getElement("watchlist-name").value = name;
		getElement("watchlist-tickers").value = tickers.map(({ symbol }) => symbol).join(", ");
		getElement("session-hint").hidden = this.#hasSession();
		getElement("watchlist-error").textContent = "";
		getElement("watchlist-form").hidden = false;
		getElement("watchlist-name").focus();
	}

	/** Delete a watchlist after a question. */
	delete({ config_id, name }) {
		if (!confirm(`Delete \u201c${name}\u201d? Its open streams will close.`)) return;
		this.#run("watchlists-error", async () => {
			this.#updateFilter({ watchlistId: "", tickers: [] });
			await this.#watchlists.delete(config_id);
		});
	}

	#onClick(event) {
		const { target } = event;
		if (target.closest("[data-action=new-watchlist]")) {
			const { tickers, watchlistId } = this.#getFilter();
			this.openForm({ tickers: watchlistId ? [] : tickers.map((symbol) => ({ symbol })) });
			return;
		}
		const link = target.closest("#all-news, a[data-watchlist]");
		if (link === null || !isPlainClick(event)) return;
		event.preventDefault();
		this.#updateFilter({ watchlistId: link.dataset.watchlist ?? "", tickers: [], bucket: null });
	}

	#closeForm() {
		getElement("watchlist-form").hidden = true;
		getElement("new-watchlist").focus();
	}

	#save() {
		const parsed = parseTickers(getElement("watchlist-tickers").value);
		return this.#run("watchlist-error", async () => {
			const error = validateTickers(parsed);
			if (error) throw new ApiError(422, error);
			const name = getElement("watchlist-name").value.trim();
			const saved = await this.#watchlists.save({ id: this.#editedId, name, tickers: parsed.tickers }, this.#now());
			this.#closeForm();
			this.#onSaved(saved);
		});
	}

	/** Run an async action and show its error in the element `errorId`. */
	async #run(errorId, action) {
		getElement(errorId).textContent = "";
		try {
			await action();
		} catch (error) {
			getElement(errorId).textContent = error instanceof ApiError ? error.message : UNREACHABLE;
		}
	}
}

function createTab({ config_id, name, unread }, isCurrent) {
	const tab = getElement("watchlist-tab").content.firstElementChild.cloneNode(true);
	const link = tab.querySelector("a");
	fillLink(link, { config_id, isCurrent });
	link.querySelector("span").textContent = name;
	showUnread(link.querySelector(".badge"), unread);
	return tab;
}

function createPanelRow({ config_id, name, tickers, unread }, getAverage) {
	const row = getElement("watchlist-row").content.firstElementChild.cloneNode(true);
	const link = row.querySelector("a");
	fillLink(link, { config_id, isCurrent: false });
	link.querySelector("b").textContent = name;
	showUnread(row.querySelector(".badge"), unread, " new");
	const listed = tickers.slice(0, MAX_LISTED);
	const chips = listed.map(({ symbol, name }) => createMeanChip({ symbol, name, average: getAverage(symbol) }));
	const others = tickers.length - listed.length;
	row.querySelector("div").append(...chips);
	if (others > 0) row.querySelector("div").append(createElement("span", `and ${others} more`, { className: "hint" }));
	return row;
}

/** An instrument with the mean of its values in the period; a dash where there is none. */
function createMeanChip({ symbol, name, average }) {
	const chip = getElement("chip").content.firstElementChild.cloneNode(true);
	chip.className = `chip ${getTone(average)}`;
	chip.classList.toggle("strong-v", isStrong(average ?? 0));
	chip.href = `?tickers=${encodeURIComponent(symbol)}`;
	chip.dataset.ticker = symbol;
	chip.title = `${name ?? formatTicker(symbol)}, mean of the period`;
	chip.querySelector("b").textContent = formatTicker(symbol);
	chip.querySelector(".n").textContent = formatSigned(average);
	return chip;
}

function fillLink(link, { config_id, isCurrent }) {
	link.href = `?configuration=${config_id}`;
	link.dataset.watchlist = config_id;
	if (isCurrent) link.ariaCurrent = "page";
}

function showUnread(badge, count, unit = "") {
	badge.hidden = count === 0;
	setText(badge, count ? formatUnread(count) + unit : "");
}

function formatUnread(count) {
	return count >= MAX_UNREAD ? `${MAX_UNREAD}+` : String(count);
}

/** Replace the children of an element, so that a focused one stays where nothing has changed. */
function replaceIfChanged(parent, children) {
	const isSame =
		parent.children.length === children.length &&
		children.every((child, index) => child.isEqualNode(parent.children[index]));
	if (!isSame) parent.replaceChildren(...children);
}

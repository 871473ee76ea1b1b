/** The reader's watchlists: tabs above the list, a panel on wide screens, and the form that creates or changes one. */

import { ApiError } from "../data/account.js";
import { parseTickers, validateTickers } from "../data/filter.js";
import { MAX_UNREAD } from "../data/watchlist_store.js";
import { createElement, getElement, isPlainClick, setText } from "./dom.js";
import { formatTicker } from "./format.js";
import { suggestInList } from "./suggestions.js";

export const UNREACHABLE = "The server is unreachable. Nothing was changed; try again.";
const PRODUCT_NAME = "Market Sentiment";
const MAX_LISTED = 4; // instruments of a watchlist in the panel

export class WatchlistViews {
	#watchlists;
	#getFilter;
	#hasSession;
	#now;
	#updateFilter;
	#onSaved;
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
		replaceIfChanged(getElement("watchlist-panel"), watchlists.map(createPanelRow));
		getElement("watchlists-hint").hidden = watchlists.length > 0;
		getElement("all-news").ariaCurrent = watchlistId || tickers.length ? null : "page";
		showUnread(getElement("dock-unread"), unreadTotal);
		const name = this.#watchlists.find(watchlistId)?.name;
		const unread = unreadTotal ? `(${formatUnread(unreadTotal)}) ` : "";
		document.title = unread + (name ? `${name} \u00b7 ` : "") + PRODUCT_NAME;
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

function createPanelRow({ config_id, name, tickers, unread }) {
	const row = getElement("watchlist-row").content.firstElementChild.cloneNode(true);
	const link = row.querySelector("a");
	fillLink(link, { config_id, isCurrent: false });
	link.querySelector("b").textContent = name;
	showUnread(row.querySelector(".badge"), unread, " new");
	const symbols = tickers.slice(0, MAX_LISTED).map(({ symbol }) => formatTicker(symbol));
	const others = tickers.length - symbols.length;
	const text = symbols.join(", ") + (others > 0 ? ` and ${others} more` : "");
	row.querySelector("div").append(createElement("span", text, { className: "hint" }));
	return row;
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

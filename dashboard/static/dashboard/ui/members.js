/** The instruments of the watchlist that is shown: add and remove them, share, rename and delete. */

import { ApiError } from "../data/account.js";
import { parseTickers, validateTickers } from "../data/filter.js";
import { copyText } from "./clipboard.js";
import { getElement, setText } from "./dom.js";
import { Suggestions } from "./suggestions.js";
import { UNREACHABLE } from "./watchlists.js";

const COPIED_MS = 3000; // for which the button says so

export class MembersPanel {
	#save;
	#getShareUrl;
	#watchlist = null;
	#input = getElement("add-member-ticker");

	/**
	 * `save(watchlist)` stores `{id, name, tickers}`; `getShareUrl(tickers)` returns an address that shows them to anyone;
	 * `onEdit(watchlist)` opens the form; `onDelete(watchlist)` deletes after a question.
	 */
	constructor({ save, getShareUrl, onEdit, onDelete, searchInstruments }) {
		this.#save = save;
		this.#getShareUrl = getShareUrl;
		new Suggestions(this.#input, { search: searchInstruments, onChoose: (symbols) => this.#add(symbols) });
		getElement("add-member").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		getElement("members-list").addEventListener("click", ({ target }) => {
			const button = target.closest(".remove");
			if (button) this.#remove(button.closest("[data-ticker]").dataset.ticker);
		});
		getElement("share-watchlist").addEventListener("click", () => this.#share());
		const menu = getElement("watchlist-menu");
		for (const [id, action] of Object.entries({ "rename-watchlist": onEdit, "delete-watchlist": onDelete })) {
			getElement(id).addEventListener("click", () => {
				menu.open = false;
				action(this.#watchlist);
			});
		}
	}

	/** Show the panel of a watchlist; hide it if there is none. */
	render(watchlist) {
		this.#watchlist = watchlist;
		getElement("members").hidden = watchlist === null;
		if (watchlist === null) return;
		setText(getElement("members-title"), watchlist.name);
		const count = watchlist.tickers.length;
		setText(getElement("members-count"), `${count} ${count === 1 ? "instrument" : "instruments"}`);
	}

	#submit() {
		const parsed = parseTickers(this.#input.value);
		const error = validateTickers(parsed);
		if (error) this.#showError(error);
		else if (parsed.tickers.length) this.#add(parsed.tickers);
	}

	#add(symbols) {
		this.#input.value = "";
		return this.#change([...new Set([...this.#listSymbols(), ...symbols])]);
	}

	#remove(ticker) {
		const tickers = this.#listSymbols().filter((symbol) => symbol !== ticker);
		if (tickers.length) return this.#change(tickers);
		return this.#showError(
			"A watchlist has at least one instrument. Add another before you remove this one, or delete it.",
		);
	}

	async #change(tickers) {
		const { config_id, name } = this.#watchlist;
		this.#showError("");
		try {
			await this.#save({ id: config_id, name, tickers });
		} catch (error) {
			this.#showError(error instanceof ApiError ? error.message : UNREACHABLE);
		}
	}

	async #share() {
		const url = this.#getShareUrl(this.#listSymbols());
		const isCopied = await copyText(url);
		const text = isCopied ? "Link copied" : "Copy it from the address bar";
		setText(getElement("share-status"), text);
		const button = getElement("share-watchlist");
		const label = button.lastChild;
		label.textContent = isCopied ? "Copied" : "Not copied";
		button.title = url;
		setTimeout(() => {
			label.textContent = "Share link";
		}, COPIED_MS);
	}

	#listSymbols() {
		return this.#watchlist.tickers.map(({ symbol }) => symbol);
	}

	#showError(text) {
		getElement("members-error").textContent = text;
	}
}

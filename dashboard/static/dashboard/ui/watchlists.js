/** The watchlist panel: list, create, edit and delete the user's watchlists. */

import { ApiError } from "../data/account.js";
import { parseTickers, validateTickers } from "../data/filter.js";
import { getElement } from "./dom.js";

const UNREACHABLE = "The server is unreachable. Nothing was changed; try again.";

export class WatchlistPanel {
	#account;
	#getFilter;
	#onSaved;
	#onDelete;
	#watchlists = [];
	#editedId = null; // of the watchlist in the form; null for a new one

	/** `getFilter()` returns the current filter. `onSaved(watchlist)` runs after a save, `onDelete(id)` before a delete. */
	constructor({ account, getFilter, onSaved, onDelete }) {
		this.#account = account;
		this.#getFilter = getFilter;
		this.#onSaved = onSaved;
		this.#onDelete = onDelete;
		getElement("new-watchlist").addEventListener("click", () => {
			const tickers = this.#getFilter().tickers.map((symbol) => ({ symbol }));
			this.#openForm({ name: "", tickers });
		});
		getElement("watchlist-cancel").addEventListener("click", () => this.#closeForm());
		getElement("watchlist-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#save();
		});
	}

	/** Load the list from the server. */
	async load() {
		await this.#run("watchlists-error", async () => {
			this.#watchlists = await this.#account.listWatchlists();
		});
		this.render();
	}

	render() {
		const currentId = this.#getFilter().watchlistId;
		const rows = this.#watchlists.map((watchlist) => this.#createRow(watchlist, watchlist.config_id === currentId));
		getElement("watchlists").replaceChildren(...rows);
		this.#showMembers(this.#watchlists.find(({ config_id }) => config_id === currentId));
		getElement("watchlists-hint").hidden = this.#watchlists.length > 0;
	}

	#createRow(watchlist, isCurrent) {
		const row = getElement("watchlist-tab").content.firstElementChild.cloneNode(true);
		const link = row.querySelector(".name");
		link.firstElementChild.textContent = watchlist.name;
		link.href = `?configuration=${watchlist.config_id}`;
		if (isCurrent) link.ariaCurrent = "page";
		return row;
	}

	/** The members panel of the watchlist that is shown, with what changes or deletes it. */
	#showMembers(watchlist) {
		getElement("members").hidden = !watchlist;
		getElement("all-news").ariaCurrent = watchlist ? null : "page";
		if (!watchlist) return;
		getElement("members-title").textContent = watchlist.name;
		getElement("rename-watchlist").onclick = () => this.#openForm(watchlist);
		getElement("delete-watchlist").onclick = () => this.#delete(watchlist);
	}

	#delete({ config_id, name }) {
		if (!confirm(`Delete “${name}”? Its open streams will close.`)) return;
		this.#run("watchlists-error", async () => {
			this.#onDelete(config_id);
			await this.#account.deleteWatchlist(config_id);
			await this.load();
		});
	}

	#openForm({ config_id = null, name, tickers }) {
		this.#editedId = config_id;
		getElement("watchlist-name").value = name;
		getElement("watchlist-tickers").value = tickers.map(({ symbol }) => symbol).join(", ");
		getElement("session-hint").hidden = this.#account.hasSession();
		getElement("watchlist-error").textContent = "";
		getElement("watchlist-form").hidden = false;
		getElement("watchlist-name").focus();
	}

	#closeForm() {
		getElement("watchlist-form").hidden = true;
		getElement("new-watchlist").focus();
	}

	#save() {
		const parsed = parseTickers(getElement("watchlist-tickers").value);
		const error = validateTickers(parsed);
		return this.#run("watchlist-error", async () => {
			if (error) throw new ApiError(422, error);
			const name = getElement("watchlist-name").value.trim();
			const saved = await this.#account.saveWatchlist({ id: this.#editedId, name, tickers: parsed.tickers });
			this.#closeForm();
			await this.load();
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

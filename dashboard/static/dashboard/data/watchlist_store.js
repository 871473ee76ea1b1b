/** The reader's watchlists, and how many headlines each has that came since it was last seen. Knows no document. */

export const MAX_UNREAD = 99; // that are counted

export class WatchlistStore {
	#account;
	#visits;
	#fetchJson;
	#apiBase;
	#onChange;
	#watchlists = [];
	#unread = new Map(); // id of a watchlist -> Map of item id -> tickers of the list in the item
	#current = null; // {id, since, isSeen}: the watchlist on the page, and when it was seen before

	/** `visits` as `createVisits` returns them; `onChange()` runs when lists or counts change. */
	constructor({ account, visits, fetchJson, apiBase, onChange }) {
		this.#account = account;
		this.#visits = visits;
		this.#fetchJson = fetchJson;
		this.#apiBase = apiBase;
		this.#onChange = onChange;
	}

	/** The watchlists with `unread`, the number of new headlines, up to 99. */
	get watchlists() {
		return this.#watchlists.map((watchlist) => ({ ...watchlist, unread: this.#getUnread(watchlist.config_id).size }));
	}

	get unreadTotal() {
		return this.watchlists.reduce((sum, { unread }) => sum + unread, 0);
	}

	/** When the shown watchlist was seen before this visit (ms); null without one. */
	get lastVisit() {
		return this.#current?.since ?? null;
	}

	find(id) {
		return this.#watchlists.find(({ config_id }) => config_id === id);
	}

	/** Load the watchlists and count their new headlines. Errors: those of the account's client. */
	async load() {
		this.#watchlists = await this.#account.listWatchlists();
		this.#onChange();
		await this.refresh();
	}

	/** Count the new headlines of all watchlists again: the stream of one does not carry those of another. */
	async refresh() {
		await Promise.all(this.#watchlists.map((watchlist) => this.#loadUnread(watchlist)));
	}

	/** Note which watchlist the page shows (null: none) at `now`, the time of the server in ms. */
	show(id, now) {
		if (this.#current?.id === id) return;
		this.#current = id && { id, since: this.#visits.get(id) ?? now };
		if (id) this.markSeen(now);
		else this.#onChange();
	}

	/** Note that the reader sees the shown watchlist at `now`. */
	markSeen(now) {
		if (!this.#current) return;
		this.#visits.mark(this.#current.id, now);
		this.#unread.delete(this.#current.id);
		this.#onChange();
	}

	/** Count a new headline in the watchlists that it belongs to. */
	addItem(item) {
		let hasChanged = false;
		for (const watchlist of this.#watchlists) hasChanged = this.#count(watchlist, item) || hasChanged;
		if (hasChanged) this.#onChange();
	}

	/** Return how many new headlines each ticker of a watchlist has, `{ticker: count}`. */
	countByTicker(id) {
		const counts = {};
		for (const tickers of this.#getUnread(id).values())
			for (const ticker of tickers) counts[ticker] = (counts[ticker] ?? 0) + 1;
		return counts;
	}

	/** Create a watchlist, or change the one with this `id`. Errors: those of the account's client. */
	async save({ id, name, tickers }, now) {
		const saved = await this.#account.saveWatchlist({ id, name, tickers });
		if (!id) this.#visits.mark(saved.config_id, now);
		await this.load();
		return saved;
	}

	async delete(id) {
		await this.#account.deleteWatchlist(id);
		this.#visits.clear(id);
		this.#unread.delete(id);
		await this.load();
	}

	#getUnread(id) {
		return this.#unread.get(id) ?? new Map();
	}

	/** Returns whether the item is new in the watchlist. */
	#count({ config_id: id, tickers }, item) {
		const symbols = new Set(tickers.map(({ symbol }) => symbol));
		const mentioned = (item.tickers ?? [item.ticker]).filter((ticker) => symbols.has(ticker));
		const unread = this.#getUnread(id);
		if (mentioned.length === 0 || unread.has(item.item_id) || unread.size >= MAX_UNREAD) return false;
		this.#unread.set(id, unread.set(item.item_id, mentioned));
		return true;
	}

	async #loadUnread(watchlist) {
		const { config_id: id, tickers } = watchlist;
		const since = this.#visits.get(id);
		if (since === null || tickers.length === 0) return;
		const params = new URLSearchParams({
			tickers: tickers.map(({ symbol }) => symbol).join(","),
			appended_from: new Date(since + 1).toISOString(),
			limit: MAX_UNREAD,
		});
		const page = await this.#fetchJson(`${this.#apiBase}/items?${params}`).catch(() => null); // counted the next time
		if (page === null || this.#visits.get(id) !== since) return;
		this.#unread.delete(id);
		for (const item of page.items) if (!item.historical) this.#count(watchlist, item);
		this.#onChange();
	}
}

/** The dashboard's data: the current filter, its state, time series and connection. Knows no document. */

import { ApiError } from "./account.js";
import { Connection } from "./connection.js";
import { formatFilter } from "./filter.js";
import { Headlines } from "./headlines.js";
import { ALL_ITEMS } from "./series.js";
import { SharedConnection } from "./shared_connection.js";
import {
	advanceCursor,
	applyEvent,
	applySnapshot,
	createState,
	filterRows,
	getCursor,
	getTopTickers,
	hasUncountedSample,
	isAhead,
	parseCursor,
} from "./state.js";
import { createTickersTarget, createWatchlistTarget } from "./stream_targets.js";
import { TimeseriesStore } from "./timeseries_store.js";

export class DashboardStore {
	#config;
	#platform;
	#account;
	#callbacks;
	#timeseries;
	#headlines;
	#filter = null; // includes the tickers of the watchlist, if one is shown
	#targetKey = null; // identifies the tickers or watchlist that the stream follows
	#state = null;
	#watchlist = null; // the one that is shown
	#updatedAt;
	#connection = null;
	#navigationGeneration = 0; // discards responses to earlier navigations

	/**
	 * Callbacks: `onHeadlines()` when the list has changed, `onChange({state, series, updatedAt, isFirst})` with new data, `onStatus(status)` of the connection,
	 * `onTimeseriesStatus(status, {isEmpty})`, `onLoading()` and `onLoaded({requested, filter, watchlist})` around the
	 * change to other tickers, `onWatchlistError(reason)` with "not_found" or "unavailable".
	 */
	constructor({ config, platform, account, updatedAt, ...callbacks }) {
		this.#config = config;
		this.#platform = platform;
		this.#account = account;
		this.#updatedAt = updatedAt;
		this.#callbacks = callbacks;
		this.#timeseries = new TimeseriesStore({
			apiBase: config.API_BASE,
			fetchJson: platform.fetchJson,
			onChange: (status) => this.#onTimeseriesChange(status),
		});
		this.#headlines = new Headlines({ config, platform, onChange: () => this.#callbacks.onHeadlines() });
	}

	/** The headlines of the list; see data/headlines.js. */
	get headlines() {
		return this.#headlines;
	}

	/** The current filter, or null before the first navigation has loaded. */
	get filter() {
		return this.#filter;
	}

	/** The chart's lines: all items and the first chosen tickers. Its volume is that of the chosen tickers, else of all. */
	get chartLines() {
		const { tickers } = this.#filter;
		return {
			keys: [ALL_ITEMS, ...tickers.slice(0, this.#config.MAX_LINES)],
			volumeKeys: tickers.length ? tickers : [ALL_ITEMS],
		};
	}

	/** Show the data of the filter `requested`. `snapshot` is its snapshot, if the caller has it. */
	async navigate(requested, snapshot = null) {
		this.#navigationGeneration += 1;
		const generation = this.#navigationGeneration;
		if (this.#targetKey === getTargetKey(requested)) {
			await this.#applyRowFilters(requested);
			return;
		}
		this.#targetKey = null; // until it is followed, so that a navigation that interrupts this one starts over
		this.#callbacks.onLoading();
		const watchlist = requested.watchlistId ? await this.#loadWatchlist(requested.watchlistId) : null;
		if (generation !== this.#navigationGeneration) return;
		this.#connection?.disconnect();
		const tickers = watchlist ? watchlist.tickers.map(({ symbol }) => symbol) : requested.tickers;
		this.#watchlist = watchlist;
		this.#filter = { ...requested, tickers };
		this.#state = createState(this.#filter);
		this.#headlines.setFilter(this.#filter);
		if (snapshot) this.#openSnapshot(snapshot, 0);
		else await this.reloadSnapshot({ opensList: true });
		if (generation !== this.#navigationGeneration) return;
		this.#targetKey = getTargetKey(requested);
		const createStreamUrl = (id) => this.#createStreamUrl(id);
		const { API_BASE } = this.#config;
		this.#follow(
			watchlist ? createWatchlistTarget(watchlist, API_BASE, createStreamUrl) : createTickersTarget(tickers, API_BASE),
		);
		this.#loadTimeseries();
		this.#notify({ isFirst: true });
		this.#callbacks.onLoaded({ requested, filter: this.#filter, watchlist });
	}

	/** Make the next `navigate` reload everything, for example because the watchlist's tickers have changed. */
	invalidate() {
		this.#targetKey = null;
	}

	/** Fetch the numbers and the newest headlines. `opensList`: the list begins anew with these. */
	async reloadSnapshot({ opensList = false } = {}) {
		const generation = this.#navigationGeneration;
		const since = this.#headlines.list.changeNumber;
		const query = formatFilter({ ...this.#filter, watchlistId: "", item: "" });
		const snapshot = await this.#platform.fetchJson(`${this.#config.SITE_PATH}snapshot${query}`).catch(() => null);
		if (generation !== this.#navigationGeneration) return;
		if (snapshot && opensList) this.#openSnapshot(snapshot, since);
		else if (snapshot) this.#applySnapshot(snapshot);
		else if (opensList) this.#headlines.open();
	}

	reloadTimeseries() {
		this.#timeseries.refresh();
	}

	/** Reload the data that the stream does not deliver. */
	refresh() {
		if (!this.#state) return;
		this.reloadSnapshot();
		this.reloadTimeseries();
	}

	connect() {
		this.#connection?.connect();
	}

	disconnect() {
		this.#connection?.disconnect();
	}

	/** Apply the period, the filters of rows and the resolution; the tickers stay. */
	async #applyRowFilters(requested) {
		this.#filter = { ...requested, tickers: this.#filter.tickers };
		const items = filterRows(this.#state.items, this.#filter);
		this.#setState({ ...this.#state, filter: this.#filter, items });
		this.#loadTimeseries();
		const isOtherList = this.#headlines.setFilter(this.#filter);
		this.#callbacks.onLoaded({ requested, filter: this.#filter, watchlist: this.#watchlist });
		if (isOtherList) await this.reloadSnapshot({ opensList: true });
	}

	#follow(target) {
		const callbacks = {
			getCursor: () => getCursor(this.#state),
			onEvent: (event) => this.#applyEvent(event),
			onCursor: (cursor) => this.#setState(advanceCursor(this.#state, cursor)),
			onSnapshot: (snapshot) => this.#applySnapshot(snapshot),
			onStatus: this.#callbacks.onStatus,
		};
		const options = { config: this.#config, platform: this.#platform, target };
		const createConnection = (leaderCallbacks) => new Connection({ ...options, ...leaderCallbacks });
		this.#connection = new SharedConnection({ ...options, callbacks, createConnection });
		this.#connection.connect();
	}

	#applyEvent(event) {
		const areSamplesHidden =
			event.type === "metrics" && hasUncountedSample(this.#state, parseCursor(event.id)?.seq ?? 0, event.data);
		const isNew = isAhead(event.id, getCursor(this.#state));
		if (event.type === "new_item" && isNew) this.#timeseries.addItem(event.data);
		this.#setState(applyEvent(this.#state, event, this.#config.MAX_RECENT_ITEMS));
		this.#headlines.applyEvent(event, { isNew });
		if (event.type === "reset" || areSamplesHidden) this.reloadSnapshot({ opensList: event.type === "reset" });
		if (event.type === "metrics") this.#loadTimeseries();
	}

	#applySnapshot(snapshot) {
		const { seq } = this.#state;
		this.#setState(applySnapshot(this.#state, snapshot, this.#config.MAX_RECENT_ITEMS));
		this.#headlines.applySnapshot(snapshot, seq);
	}

	/** Begin the list with the page of a snapshot. `since`: the list's newest change when it was requested. */
	#openSnapshot(snapshot, since) {
		this.#setState(applySnapshot(this.#state, snapshot, this.#config.MAX_RECENT_ITEMS));
		const { recent_items: items, next: cursor = null, unknown } = snapshot;
		this.#headlines.open({ items, cursor, unknown, since });
	}

	#setState(state) {
		const former = this.#state;
		this.#state = state;
		if (former.generation !== null && former.generation !== state.generation) this.#headlines.reset();
		if (former.showsSamples && !state.showsSamples) this.#headlines.removeSamples();
		this.#updatedAt = new Date();
		this.#notify();
	}

	#notify({ isFirst = false } = {}) {
		this.#callbacks.onChange({
			state: this.#state,
			series: this.#timeseries.series,
			updatedAt: this.#updatedAt,
			isFirst,
		});
	}

	/** Load the lines of the chart and of the most mentioned tickers. */
	#loadTimeseries() {
		const { MAX_TICKER_ROWS, TOPICS } = this.#config;
		const topTickers = getTopTickers(this.#state.metrics.by_tag, MAX_TICKER_ROWS, TOPICS).map(([ticker]) => ticker);
		const keys = [...new Set([ALL_ITEMS, ...this.#filter.tickers, ...topTickers])];
		this.#timeseries.load(keys, this.#filter.resolution || "1m");
	}

	#onTimeseriesChange(status) {
		const isEmpty = !this.#timeseries.series.lines[ALL_ITEMS];
		this.#callbacks.onTimeseriesStatus(status, { isEmpty });
		if (status === "ready") this.#notify();
	}

	/** Return a watchlist, or null after reporting why it can't be loaded. */
	async #loadWatchlist(id) {
		try {
			return await this.#account.getWatchlist(id);
		} catch (error) {
			this.#callbacks.onWatchlistError(error instanceof ApiError ? "not_found" : "unavailable");
			return null;
		}
	}

	async #createStreamUrl(id) {
		const connection = this.#connection;
		try {
			await this.#account.getWatchlist(id); // an EventSource can't tell a 404 from a network error
		} catch (error) {
			if (![401, 404].includes(error.status)) throw error;
			connection.disconnect();
			// After a navigation the error no longer concerns the page.
			if (connection === this.#connection) this.#callbacks.onWatchlistError("not_found");
		}
		return this.#account.createStreamUrl(id);
	}
}

function getTargetKey({ watchlistId, tickers }) {
	return watchlistId || tickers.join();
}

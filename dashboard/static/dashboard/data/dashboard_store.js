/** The dashboard's data: the current filter, its state, time series and connection. Knows no document. */

import { ApiError } from "./account.js";
import { Connection } from "./connection.js";
import { formatFilter } from "./filter.js";
import { Headlines } from "./headlines.js";
import { listLeaders, listMembers } from "./leaders.js";
import { PeriodStore } from "./period_store.js";
import { SharedConnection } from "./shared_connection.js";
import {
	advanceCursor,
	applyEvent,
	applySnapshot,
	areSamplesGone,
	createState,
	getCursor,
	isAhead,
	parseCursor,
} from "./state.js";
import { createTickersTarget, createWatchlistTarget } from "./stream_targets.js";

export class DashboardStore {
	#config;
	#platform;
	#account;
	#callbacks;
	#period;
	#headlines;
	#filter = null; // includes the tickers of the watchlist, if one is shown
	#targetKey = null; // identifies the tickers or watchlist that the stream follows
	#state = null;
	#updatedAt;
	#serverTime; // ms: the newest time that the server has told
	#clockOffset; // ms, from the platform's clock to the server's
	#watchlist = null; // the one that is shown
	#extraTickers = []; // whose lines are loaded besides those of the most mentioned
	#names = {}; // of instruments, by symbol, as far as they are known
	#reloadTimer = null; // of exact numbers of the period, after estimates
	#connection = null;
	#navigationNumber = 0; // discards responses to earlier navigations

	/**
	 * Callbacks: `onChange({state, getPeriod, getLeaders, getMembers, watchlist, names, updatedAt, isFirst})` with new data,
	 * `onStatus(status)` of the connection, `onPeriodStatus(status, {isEmpty})` of loading the chart, `onHeadlines()` when
	 * the list has changed, `onNewItem(item)`, `onLoading()` and `onLoaded({requested, filter, watchlist})` around a change
	 * of the filter, `onWatchlistError(reason)` with "not_found" or "unavailable".
	 */
	constructor({ config, platform, account, updatedAt, ...callbacks }) {
		this.#config = config;
		this.#platform = platform;
		this.#account = account;
		this.#updatedAt = updatedAt;
		this.#callbacks = callbacks;
		this.#serverTime = Number(updatedAt);
		this.#clockOffset = this.#serverTime - platform.now();
		const getTime = () => this.#clockOffset + platform.now();
		this.#period = new PeriodStore({
			config,
			fetchJson: platform.fetchJson,
			now: getTime,
			onChange: (status) => this.#onPeriodChange(status),
		});
		this.#headlines = new Headlines({ config, platform, getTime, onChange: () => this.#callbacks.onHeadlines() });
	}

	/** The headlines of the list; see data/headlines.js. */
	get headlines() {
		return this.#headlines;
	}

	/** The current filter, or null before the first navigation has loaded. */
	get filter() {
		return this.#filter;
	}

	/** The newest time that the server has told, in ms of its clock. */
	get serverTime() {
		return this.#serverTime;
	}

	/** Show the data of the filter `requested`. `snapshot` is its snapshot, if the caller has it. */
	async navigate(requested, snapshot = null) {
		this.#navigationNumber += 1;
		const number = this.#navigationNumber;
		if (this.#targetKey === getTargetKey(requested)) {
			await this.#applyRowFilters(requested);
			return;
		}
		this.#targetKey = null; // until it is followed, so that a navigation that interrupts this one starts over
		this.#callbacks.onLoading();
		const watchlist = requested.watchlistId ? await this.#loadWatchlist(requested.watchlistId) : null;
		if (number !== this.#navigationNumber) return;
		this.#connection?.disconnect();
		if (requested.watchlistId && !watchlist) {
			// Nothing is shown in its place: all headlines would be taken for those of the watchlist.
			this.#watchlist = null;
			this.#filter = null;
			this.#state = null;
			return;
		}
		const tickers = watchlist ? watchlist.tickers.map(({ symbol }) => symbol) : requested.tickers;
		this.#watchlist = watchlist;
		for (const { symbol, name } of watchlist?.tickers ?? []) this.#names[symbol] = name;
		this.#filter = { ...requested, tickers };
		this.#state = createState(this.#filter);
		this.#period.show(this.#filter);
		this.#headlines.setFilter(this.#filter);
		if (snapshot) this.#applySnapshot(snapshot, { isSilent: true, sinceChange: 0 });
		else await this.reloadSnapshot({ opensList: true });
		if (number !== this.#navigationNumber) return;
		this.#targetKey = getTargetKey(requested);
		const createStreamUrl = (id) => this.#createStreamUrl(id);
		const { API_BASE } = this.#config;
		this.#follow(
			watchlist ? createWatchlistTarget(watchlist, API_BASE, createStreamUrl) : createTickersTarget(tickers, API_BASE),
		);
		this.#notify({ isFirst: true });
		this.#callbacks.onLoaded({ requested, filter: this.#filter, watchlist });
	}

	/** Make the next `navigate` reload everything, for example because the watchlist's tickers have changed. */
	invalidate() {
		this.#targetKey = null;
	}

	/** Fetch the totals of the period and the newest headlines. `opensList`: the list starts again with these. */
	async reloadSnapshot({ opensList = false } = {}) {
		const number = this.#navigationNumber;
		const sinceChange = opensList ? this.#headlines.list.changeNumber : null;
		const query = formatFilter({ ...this.#filter, watchlistId: "", item: "" });
		const snapshot = await this.#platform.fetchJson(`${this.#config.SITE_PATH}snapshot${query}`).catch(() => null);
		if (number !== this.#navigationNumber) return;
		if (snapshot) this.#applySnapshot(snapshot, { sinceChange });
		else if (opensList) this.#headlines.open();
	}

	reloadPeriod() {
		this.#period.refresh();
	}

	/** Also load the lines of these tickers for the current period. */
	loadLines(tickers) {
		if (tickers.join() === this.#extraTickers.join()) return;
		this.#extraTickers = tickers;
		if (this.#state) this.#loadLeaderLines();
	}

	/** Reload the data that the stream does not deliver. */
	refresh() {
		if (!this.#state) return;
		this.reloadSnapshot();
		this.reloadPeriod();
	}

	connect() {
		this.#connection?.connect();
	}

	/** Take the browser's word that there is no network. */
	goOffline() {
		this.#connection?.goOffline();
	}

	disconnect() {
		this.#connection?.disconnect();
	}

	/** Apply the period, the filters of rows and the resolution; the tickers stay. */
	async #applyRowFilters(requested) {
		this.#filter = { ...requested, tickers: this.#filter.tickers };
		this.#period.show(this.#filter);
		this.#setState({ ...this.#state, filter: this.#filter });
		const isOtherList = this.#headlines.setFilter(this.#filter);
		this.#callbacks.onLoaded({ requested, filter: this.#filter, watchlist: this.#watchlist });
		if (isOtherList) await this.reloadSnapshot({ opensList: true });
	}

	#follow(target) {
		const callbacks = {
			getCursor: () => getCursor(this.#state),
			onEvent: (event) => this.#applyEvent(event),
			onCursor: (cursor) => this.#setState(advanceCursor(this.#state, cursor)),
			onSnapshot: (metrics) => this.#applyMetrics(metrics),
			onStatus: this.#callbacks.onStatus,
		};
		const options = { config: this.#config, platform: this.#platform, target };
		const createConnection = (leaderCallbacks) => new Connection({ ...options, ...leaderCallbacks });
		this.#connection = new SharedConnection({ ...options, callbacks, createConnection });
		this.#connection.connect();
	}

	#applyEvent(event) {
		const isOutdated = event.type === "reset" || areSamplesGone(this.#state, event);
		this.#noteServerTime(event.data.timestamp);
		const isNew = isAhead(event.id, getCursor(this.#state));
		if (["item_updated", "item_removed", "reset"].includes(event.type)) this.#reloadSoon();
		const hasLostSamples = this.#setState(applyEvent(this.#state, event));
		if (event.type === "new_item" && isNew) {
			this.#period.addItem(event.data, parseCursor(event.id).seq);
			this.#callbacks.onNewItem(event.data);
		}
		this.#headlines.applyEvent(event, { isNew });
		if (isOutdated || hasLostSamples) this.reloadSnapshot({ opensList: event.type === "reset" });
		if (hasLostSamples) this.reloadPeriod();
	}

	/** Load the period again a little after a change: what the item counted as before is not known. */
	#reloadSoon() {
		this.#period.markChanged();
		const delay = this.#config.CHANGE_RELOAD_DELAY * (1 + this.#platform.random()); // so that pages don't all ask at once
		this.#reloadTimer ??= this.#platform.setTimeout(() => {
			this.#reloadTimer = null;
			this.refresh();
		}, delay);
	}

	/** `sinceChange`: the list starts again with the snapshot's page; the number of its newest change at the request. */
	#applySnapshot(snapshot, { isSilent = false, sinceChange = null } = {}) {
		this.#noteServerTime(snapshot.timestamp);
		Object.assign(this.#names, snapshot.names);
		const { seq } = this.#state;
		const state = applySnapshot(this.#state, snapshot);
		if (snapshot.shows_samples && !state.showsSamples) {
			// The samples have left since it was requested.
			if (sinceChange !== null) this.#headlines.open();
			return;
		}
		let hasLostSamples = false;
		if (isSilent) this.#state = state;
		else hasLostSamples = this.#setState(state);
		this.#period.applyTotals(snapshot.period, parseCursor(snapshot.cursor)?.seq ?? 0);
		this.#loadLeaderLines();
		if (hasLostSamples) this.reloadPeriod();
		if (sinceChange === null) this.#headlines.applySnapshot(snapshot, seq);
		else this.#headlines.openSnapshot(snapshot, sinceChange);
	}

	/** Apply the API's metrics, which a poll brings. */
	#applyMetrics(metrics) {
		const isOutdated = areSamplesGone(this.#state, { type: "metrics", id: metrics.cursor, data: metrics });
		this.#applySnapshot(metrics);
		if (isOutdated) this.reloadSnapshot();
	}

	#noteServerTime(text) {
		const time = Date.parse(text) || 0;
		this.#serverTime = Math.max(this.#serverTime, time);
		// Never back: a late event tells a time that is over.
		this.#clockOffset = Math.max(this.#clockOffset, time - this.#platform.now());
	}

	/** Returns whether the samples have left, whose numbers are forgotten then. */
	#setState(state) {
		const former = this.#state;
		this.#state = state;
		if (former.generation !== null && former.generation !== state.generation) this.#headlines.reset();
		const hasLostSamples = former.showsSamples && !state.showsSamples;
		if (hasLostSamples) {
			this.#headlines.removeSamples();
			this.#period.clearNumbers();
		}
		this.#updatedAt = new Date();
		this.#notify();
		return hasLostSamples;
	}

	#notify({ isFirst = false } = {}) {
		this.#callbacks.onChange({
			state: this.#state,
			getPeriod: () => this.#period.view,
			getLeaders: () => this.#listLeaders(),
			getMembers: () => this.#listMembers(),
			watchlist: this.#watchlist,
			names: this.#names,
			updatedAt: this.#updatedAt,
			isFirst,
		});
	}

	/** Return the most mentioned tickers of the period as `[ticker, count]`; none while they load. */
	#listLeaders() {
		const { MAX_TICKER_ROWS: limit, TOPICS: topics } = this.#config;
		return listLeaders(this.#period.mentions ?? {}, { limit, topics });
	}

	/** Return all tickers of the watchlist as `[ticker, count]`; none without a watchlist. */
	#listMembers() {
		const symbols = this.#watchlist?.tickers.map(({ symbol }) => symbol) ?? [];
		return listMembers(this.#period.mentions ?? {}, symbols);
	}

	#onPeriodChange(status) {
		this.#callbacks.onPeriodStatus(status, { isEmpty: !this.#period.view?.isLoaded });
		if (status === "ready" && this.#state !== null) this.#notify();
	}

	#loadLeaderLines() {
		const listed = [...this.#listLeaders(), ...this.#listMembers()].map(([ticker]) => ticker);
		this.#period.loadLines([...new Set([...listed, ...this.#extraTickers])]);
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

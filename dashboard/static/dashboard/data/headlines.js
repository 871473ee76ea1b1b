/** The headlines that the page lists: the list, what loads it, and what changes it while the stream runs. No document. */

import { EMPTY_FILTER, formatFilter } from "./filter.js";
import { HeadlineList } from "./headline_list.js";
import { HeadlineLoader } from "./headline_loader.js";
import { getListParameters, getListRange, getPublishedAt, isInRange } from "./period.js";
import { filterRows, parseCursor, SAMPLE_SOURCE } from "./state.js";

const SCORE_FIELDS = ["sentiment", "score", "entities"]; // a change of others is a correction
const COMPLETE_DELAY = 3000; // ms until what the stream's items lack is loaded, such as the words that decided
const COMPLETE_INTERVAL = 10_000; // ms, at least, between two such requests
const EXTRA_FIELDS = ["deciding_words", "corrected_at", "received_at", "undated"]; // that only the server's rows carry

export class Headlines {
	#list;
	#loader;
	#platform;
	#topics;
	#onChange;
	#filter = null;
	#listedTickers = ""; // of the filter that the list was loaded for
	#unknown = [];
	#completeTimer = null;
	#completedAt = -Infinity; // ms, on the platform's clock
	#getTime;
	#isReleaseDue = false; // as soon as the list has been loaded again

	/**
	 * `getTime()` returns the present on the server's clock, in ms; `onChange()` runs when the list, or the status of loading
	 * it, has changed.
	 */
	constructor({ config, platform, getTime, onChange }) {
		this.#platform = platform;
		this.#getTime = getTime;
		this.#topics = config.TOPICS;
		this.#onChange = onChange;
		this.#list = new HeadlineList({ blockSize: config.MAX_RECENT_ITEMS });
		this.#loader = new HeadlineLoader({
			list: this.#list,
			fetchJson: platform.fetchJson,
			sitePath: config.SITE_PATH,
			getQuery: getRowsQuery,
			onChange,
		});
	}

	get list() {
		return this.#list;
	}

	get loader() {
		return this.#loader;
	}

	get filter() {
		return this.#filter;
	}

	/** Tickers of the filter that no headline had when the list was opened, `[{ticker, suggestions}]`, if none had. */
	get unknown() {
		return this.#unknown;
	}

	/** The query string of the list's period and tickers alone. */
	getPeriodQuery() {
		const tickers = this.#filter.tickers.join();
		return new URLSearchParams({ ...getListParameters(this.#filter), ...(tickers && { tickers }) }).toString();
	}

	/**
	 * Show a filter: what does not pass it leaves at once. Returns whether other headlines pass than before, so that the
	 * list must be opened. What matched the same text stays: it may match in the summary, which only the server knows.
	 */
	setFilter(filter) {
		const isOther = this.#filter === null || getRowsQuery(filter) !== getRowsQuery(this.#filter);
		const isTextMatched = filter.text === this.#filter?.text;
		this.#filter = filter;
		this.#list.removeWhere((item) => !this.#passes(item, { isTextMatched }));
		return isOther;
	}

	/** List the headlines of the filter. `page` is their first page, if the caller has it; else it is loaded. */
	async open(page = null) {
		const tickers = this.#filter.tickers.join();
		await this.#loader.open(this.#filter, page);
		// Better none than those of other tickers.
		if (this.#loader.status === "failed" && tickers !== this.#listedTickers) this.#list.replace([]);
		this.#listedTickers = tickers;
	}

	/** List the headlines of a snapshot. `sinceChange`: the list's newest change when it was requested. */
	openSnapshot({ recent_items: items, next: cursor = null, unknown = [] }, sinceChange) {
		this.#unknown = unknown;
		// A snapshot has the whole period.
		return this.open(this.#filter.bucket ? null : { items, cursor, sinceChange });
	}

	/** Forget all: the log is another one. */
	reset() {
		this.#list.clear();
		if (this.#filter !== null) this.open();
	}

	/** Apply an event of the stream. `isNew` is whether the log has not been read as far before. */
	applyEvent({ type, id, data }, { isNew = true } = {}) {
		const seq = parseCursor(id)?.seq;
		if (seq === undefined) return;
		if (type === "new_item") this.#upsert({ ...data, seq }, { isNew });
		else if (type === "item_updated") this.#update({ ...data, seq });
		else if (type === "item_removed") this.#list.remove(data.item_id, seq, data);
		else return;
		if (type === "new_item" || type === "item_updated") this.#completeSoon();
		this.#onChange();
	}

	/**
	 * Add what a snapshot's recent items have that the list has not, and drop what has left the period. `seq` is how far the
	 * log had been read.
	 */
	applySnapshot({ recent_items: items = [], shows_samples: showsSamples }, seq) {
		if (showsSamples === false) this.removeSamples();
		if (!this.#list.isHeld) this.#list.removeWhere((item) => !this.#isInPeriod(item));
		for (const item of items) this.#upsert(item, { isNew: item.seq > seq, isTextMatched: true });
		this.#complete(items);
		if (this.#isReleaseDue && this.#loader.status === "failed") this.#release();
	}

	removeSamples() {
		this.#list.removeWhere(({ source }) => source === SAMPLE_SOURCE);
		this.#onChange();
	}

	/** Let what waits into the list, once. A list that was held for too many, or begins with a day, is loaded again. */
	async showWaiting() {
		if (this.#list.isOutdated || !this.#loader.isFromNewest) await this.#loader.showNewest();
		else this.#list.unhold();
		this.#onChange();
	}

	/** Hold the list still, or release it: one that is outdated, once it has been loaded again. */
	setHeld(isHeld) {
		this.#isReleaseDue = !isHeld && this.#list.isHeld && this.#list.isOutdated;
		if (this.#isReleaseDue) {
			// The page asks in each frame. After a failure the next snapshot tries again.
			if (this.#loader.status === "ready") this.#release();
			return;
		}
		if (isHeld === this.#list.isHeld) return;
		if (isHeld) this.#list.hold();
		else this.#list.unhold();
		this.#onChange();
	}

	async #release() {
		await this.#loader.showNewest();
		if (!this.#isReleaseDue || this.#list.isOutdated) return;
		this.setHeld(false);
	}

	/** `isTextMatched`: the item came from the server, which has matched the text. */
	#upsert(item, { isNew, isTextMatched = false }) {
		// A listed item with the same title may match by its summary, which the stream does not carry.
		const isListed = this.#list.get(item.item_id)?.title === item.title;
		const [row] = this.#selectRows(item, { isTextMatched: isTextMatched || isListed });
		if (row && this.#isInPeriod(row)) this.#list.upsert(row, { isNew });
		else if (this.#list.has(item.item_id)) this.#list.remove(item.item_id, item.seq);
	}

	#selectRows(item, { isTextMatched }) {
		return filterRows([item], isTextMatched ? { ...this.#filter, text: "" } : this.#filter, this.#topics);
	}

	#update(item) {
		const existing = this.#list.get(item.item_id);
		const isCorrection = item.changed.some((name) => !SCORE_FIELDS.includes(name));
		this.#upsert(
			{
				...item,
				corrected_at: isCorrection ? item.timestamp : existing?.corrected_at,
				received_at: existing?.received_at ?? existing?.timestamp,
			},
			{ isNew: false },
		);
	}

	#passes(item, options) {
		return this.#selectRows(item, options).length > 0 && this.#isInPeriod(item);
	}

	#isInPeriod(item) {
		return isInRange(getListRange(this.#filter, this.#getTime()), getPublishedAt(item));
	}

	/** Load, a little later and not too often, what the stream's items lack. */
	#completeSoon() {
		if (this.#completeTimer !== null) return;
		const { now, random, setTimeout } = this.#platform;
		const earliest = this.#completedAt + COMPLETE_INTERVAL - now();
		// The jitter spreads the requests of many pages that got the same item.
		const delay = Math.max(COMPLETE_DELAY, earliest) * (1 + random());
		this.#completeTimer = setTimeout(() => this.#loadExtras(), delay);
	}

	async #loadExtras() {
		this.#completedAt = this.#platform.now();
		this.#completeTimer = null;
		this.#complete(await this.#loader.fetchNewest());
	}

	#complete(items) {
		for (const item of items) {
			const existing = this.#list.getListed(item.item_id);
			if (existing && existing.seq === item.seq && lacksFields(existing, item)) {
				const extras = EXTRA_FIELDS.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]);
				this.#list.complete({ ...existing, ...Object.fromEntries(extras) });
			}
		}
		this.#onChange();
	}
}

/** Return the query string of a filter's rows: a watchlist by its tickers, the time as the list shows it. */
function getRowsQuery(filter) {
	const { period, start, end, bucket } = EMPTY_FILTER;
	const params = new URLSearchParams(
		formatFilter({ ...filter, period, start, end, bucket, watchlistId: "", item: "" }),
	);
	for (const [name, value] of Object.entries(getListParameters(filter))) params.set(name, value);
	for (const name of ["resolution", "compare"]) params.delete(name);
	return params.toString();
}

function lacksFields(existing, item) {
	return EXTRA_FIELDS.some((name) => (item[name] ?? null) !== null && existing[name] === undefined);
}

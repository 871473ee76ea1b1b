/** Load what the page shows of a period: totals, chart and most mentioned instruments. Knows no document. */

import { findFinerWidth, getSpan, getWidths } from "./chart_axis.js";
import { countMentions } from "./leaders.js";
import { getPublishedAt, getRange, isInRange } from "./period.js";
import { countInTotals } from "./period_totals.js";
import { ALL_ITEMS, addItem, buildSeriesUrl, createSeries, dropBefore, mergeSeries } from "./series.js";
import { chooseLoadedWidth, getBucketStart } from "./widths.js";

const NEWEST_MS = 15 * 60_000; // items are published a little before they come, so that much is loaded again each time
const NO_TOTALS = {
	...{ total: 0, positive: 0, neutral: 0, negative: 0, average: null, instruments: 0 },
	...{ by_tag: {}, previous: null },
};
const MAX_KEYS = 20; // tickers per request
const MAX_PAGES = 20; // per request

export class PeriodStore {
	#config;
	#fetchJson;
	#now;
	#onChange;
	#filter = null;
	#range = null; // {start, end} in ms
	#totals = null; // as of the server's snapshot, with what has come since; with `by_tag`, the most mentioned
	#totalsSeq = 0; // place in the log up to which items are counted in the totals
	#series = createSeries("5m");
	#keys = []; // of the lines that are wanted
	#loadingKeys = new Set(); // of lines that are not loaded yet
	#loadNumber = 0; // discards answers for an earlier period, or with wider buckets
	#finerWidth = null; // of the buckets with which all lines are loaded again
	#hasOldChanges = false; // so that the whole series must be loaded again

	/** `onChange(status)` runs when there is something new to show, or loading failed: "loading", "ready" or "failed". */
	constructor({ config, fetchJson, now, onChange }) {
		this.#config = config;
		this.#fetchJson = fetchJson;
		this.#now = now;
		this.#onChange = onChange;
	}

	/**
	 * What there is to show, null before the first filter: `range`, `totals`, `series`, and of the chart `span`,
	 * `width`, `widths`, the `keys` of its lines and the `volumeKeys` of its bars.
	 */
	get view() {
		if (this.#filter === null) return null;
		const now = this.#now();
		const range = getRange(this.#filter, now);
		const span = getSpan(range, this.#series, { now });
		const volumeKeys = this.#filter.tickers.length ? this.#filter.tickers : [ALL_ITEMS];
		const { compare, resolution } = this.#filter;
		const keys = compare.length ? this.#lineTickers : volumeKeys; // so that compared lines are none of scattered dots
		const { width, widths } = getWidths(span, this.#series, { volumeKeys: keys, wanted: resolution });
		return {
			...{ now, range, span, width, widths, volumeKeys },
			keys: [ALL_ITEMS, ...this.#lineTickers],
			totals: this.#totals,
			series: this.#series,
			isLoaded: ALL_ITEMS in this.#series.lines,
		};
	}

	/** Counts by ticker in the period; null until they are known. */
	get mentions() {
		return this.#totals?.by_tag ?? null;
	}

	/** Tickers that have a line of their own: the chosen ones, then those that are compared. */
	get #lineTickers() {
		const { tickers, compare } = this.#filter;
		return [...new Set([...tickers, ...compare])].slice(0, this.#config.MAX_LINES);
	}

	/** Show the period and tickers of a filter. What is loaded already stays, if they are the same. */
	show(filter) {
		const isSame = this.#filter !== null && getKey(filter) === getKey(this.#filter);
		this.#filter = filter;
		if (isSame) {
			this.#loadMissing();
			return;
		}
		this.#loadNumber += 1;
		this.#range = getRange(filter, this.#now());
		this.#totals = null;
		this.#series = createSeries(this.#chooseFirstWidth());
		this.#loadingKeys = new Set();
		this.#finerWidth = null;
		this.#onChange("loading");
		this.#loadMissing();
	}

	/** Take the totals of a snapshot, which has them for the period and the tickers of the filter, as of `seq`. */
	applyTotals(totals, seq) {
		if (!totals) return;
		this.#totals = totals;
		this.#totalsSeq = seq;
	}

	/** Also load the lines of these tickers, for example of the most mentioned. */
	loadLines(tickers) {
		this.#keys = tickers;
		this.#loadMissing();
	}

	/** Count an item that has come at `seq`, until the server's numbers replace the estimate. */
	addItem(item, seq) {
		if (this.#filter === null) return;
		const range = getRange(this.#filter, this.#now());
		if (!isInRange(range, getPublishedAt(item))) return;
		if (this.#totals && seq > this.#totalsSeq) {
			const by_tag = countMentions(this.#totals.by_tag, item, this.#filter);
			this.#totals = { ...countInTotals(this.#totals, item, this.#filter), by_tag };
		}
		this.#series = addItem(this.#series, item);
	}

	/** Count nothing: what was counted were samples, which have left. All is loaded again with the next refresh. */
	clearNumbers() {
		this.#loadNumber += 1;
		this.#totals = NO_TOTALS;
		const lines = Object.keys(this.#series.lines).map((key) => [key, []]);
		this.#series = { ...this.#series, lines: Object.fromEntries(lines) };
		this.#loadingKeys = new Set();
		this.#finerWidth = null;
		this.#hasOldChanges = true;
	}

	/** Note that an item was changed or removed: what it counted as is not known, so all is loaded again. */
	markChanged() {
		this.#hasOldChanges = true;
	}

	/** Load the newest part again; all of it after a change, or if something is missing. Drop what has left the period. */
	refresh() {
		if (this.#filter === null) return;
		this.#range = getRange(this.#filter, this.#now());
		this.#series = dropBefore(this.#series, this.#range.start);
		const keys = this.#listKeys();
		const isLoaded = keys.every((key) => key in this.#series.lines) && !this.#hasOldChanges;
		this.#hasOldChanges = false;
		this.#load(keys, isLoaded ? Math.max(this.#range.start, this.#now() - NEWEST_MS) : this.#range.start);
	}

	#listKeys() {
		return [...new Set([ALL_ITEMS, ...this.#filter.tickers, ...this.#lineTickers, ...this.#keys])];
	}

	#loadMissing() {
		const missing = this.#listKeys().filter((key) => !(key in this.#series.lines || this.#loadingKeys.has(key)));
		const finer = this.#findFinerWidth();
		if (finer) this.#reload(finer);
		else if (missing.length) this.#load(missing, this.#range.start);
	}

	#chooseFirstWidth() {
		const { start, end } = this.#range;
		return chooseLoadedWidth(((end ?? this.#now()) - start) / 1000, this.#filter.resolution);
	}

	#findFinerWidth() {
		if (!(ALL_ITEMS in this.#series.lines)) return null;
		const span = getSpan(this.#range, this.#series, { now: this.#now() });
		return findFinerWidth(span, this.#series, this.#filter.resolution);
	}

	/** Load all lines again with narrower buckets; the present ones are shown until then. */
	#reload(resolution) {
		if (this.#finerWidth === resolution) return; // it is on its way
		this.#finerWidth = resolution;
		this.#loadNumber += 1;
		const { start } = getSpan(this.#range, this.#series, { now: this.#now() });
		this.#load(this.#listKeys(), start, createSeries(resolution));
	}

	/** Load `keys` from `start` (ms) into the present series, or into `next`, which then replaces it. */
	async #load(keys, start, next = null) {
		const number = this.#loadNumber;
		const { resolution } = next ?? this.#series;
		// Of a bucket in which it lies, the server counts only what comes after `start`, if that bucket is not over.
		const first = Math.max(0, 1000 * getBucketStart(start / 1000, resolution));
		const loading = this.#loadingKeys;
		for (const key of keys) loading.add(key);
		const chunks = [];
		for (let index = 0; index < keys.length; index += MAX_KEYS) chunks.push(keys.slice(index, index + MAX_KEYS));
		try {
			const pages = await Promise.all(chunks.map((chunk) => this.#fetchPages(chunk, { resolution, start: first })));
			if (number !== this.#loadNumber) return;
			this.#series = pages
				.flat()
				.reduce((series, [page, from]) => mergeSeries(series, page, from), next ?? this.#series);
			this.#onChange("ready");
		} catch {
			if (number === this.#loadNumber) this.#onChange("failed");
			return;
		} finally {
			for (const key of keys) loading.delete(key);
			if (next && number === this.#loadNumber) this.#finerWidth = null;
		}
		const finer = this.#findFinerWidth();
		if (finer && next === null) this.#reload(finer);
		else if (next !== null) this.#loadMissing(); // what has been wanted since it began
	}

	/** Return the pages of the lines of `keys`, each with the time (ms) from which on it holds all buckets. */
	async #fetchPages(keys, { resolution, start }) {
		const pages = [];
		let cursor = null;
		do {
			const url = buildSeriesUrl(this.#config.API_BASE, keys, { resolution, start, end: this.#range.end, cursor });
			const page = await this.#fetchJson(url);
			pages.push([page, cursor === null ? start : 1000 * Number(cursor)]);
			cursor = page.next_cursor;
		} while (cursor !== null && pages.length < MAX_PAGES);
		return pages;
	}
}

function getKey({ period, start, end, tickers }) {
	return [period, start, end, tickers.join()].join("|");
}

/** Time series of sentiment: buckets per line, updated by new items until the server's buckets arrive. Pure functions. */

import { getEntity } from "./entities.js";

export const ALL_ITEMS = "*"; // key of the line of all items
export const RESOLUTIONS = {
	"1m": { seconds: 60, buckets: 120 },
	"5m": { seconds: 300, buckets: 144 },
	"15m": { seconds: 900, buckets: 144 },
	"30m": { seconds: 1800, buckets: 144 },
	"1h": { seconds: 3600, buckets: 168 },
	"24h": { seconds: 86_400, buckets: 120 },
};

const MIN_BUCKETS = 12; // width of the time axis for a young log
const DAY_SECONDS = 86_400;
const SENTIMENT_VALUES = { positive: 1, neutral: 0, negative: -1 };

export function createSeries(resolution) {
	return { resolution, lines: {} };
}

/** Return the URL, below `apiBase`, of the buckets of `keys` from `start` (Unix seconds); days are the reader's. */
export function buildSeriesUrl(apiBase, keys, resolution, start) {
	const params = new URLSearchParams({ tickers: keys.join(","), resolution, start: String(start) });
	if (RESOLUTIONS[resolution].seconds === DAY_SECONDS) {
		params.set("tz", new Intl.DateTimeFormat().resolvedOptions().timeZone);
	}
	return `${apiBase}/timeseries?${params}`;
}

/** Return the start of the bucket in which `time` lies, or of the one that many `steps` later (Unix seconds). */
export function getBucketStart(time, resolution, steps = 0) {
	const { seconds } = RESOLUTIONS[resolution];
	if (seconds !== DAY_SECONDS) return floorTo(time, seconds) + steps * seconds;
	// Local midnights: days on which clocks change have 23 or 25 hours.
	const date = new Date(1000 * time);
	return new Date(date.getFullYear(), date.getMonth(), date.getDate() + steps).getTime() / 1000;
}

/** Return the start, in Unix seconds, of a window of `buckets` buckets that ends at `now` (ms). */
export function getWindowStart(resolution, now, buckets = RESOLUTIONS[resolution].buckets) {
	return getBucketStart(now / 1000, resolution, 1 - buckets);
}

/** Merge a response for the time from `start` (Unix seconds): it replaces the buckets from there on. */
export function mergeSeries(series, response, start) {
	if (response.resolution !== series.resolution) return series;
	const firstReplaced = getBucketStart(start, series.resolution);
	const lines = { ...series.lines };
	for (const [key, { buckets, partial_bucket }] of Object.entries(response.series)) {
		const received = [...buckets, ...(partial_bucket ? [partial_bucket] : [])].map(parseBucket);
		const kept = (lines[key] ?? []).filter((bucket) => bucket.start < firstReplaced);
		lines[key] = trimBuckets([...kept, ...received], series.resolution);
	}
	return { ...series, lines };
}

/** Count a new item. An estimate: by the time at which it was appended, and of all items by a rounded value. */
export function addItem(series, item) {
	const start = getBucketStart(Date.parse(item.timestamp) / 1000, series.resolution);
	const lines = { ...series.lines };
	for (const key of [ALL_ITEMS, ...(item.tickers ?? [item.ticker])]) {
		const buckets = lines[key];
		if (buckets === undefined) continue;
		const last = buckets.at(-1);
		if (last && last.start > start) continue;
		const isLast = last?.start === start;
		const { sentiment, score, value = SENTIMENT_VALUES[sentiment] * score } = getEntity(item, key);
		const bucket = isLast ? last : { start, count: 0, positive: 0, neutral: 0, negative: 0, sum: 0 };
		const updated = {
			...bucket,
			count: bucket.count + 1,
			[sentiment]: bucket[sentiment] + 1,
			sum: bucket.sum + value,
		};
		lines[key] = trimBuckets([...(isLast ? buckets.slice(0, -1) : buckets), updated], series.resolution);
	}
	return { ...series, lines };
}

/**
 * Return `{times, averages: {key: []}, counts: {sentiment: []}}` with one element per bucket up to `now` (ms). Averages
 * are null where a line has no items; counts are summed over `volumeKeys`.
 */
export function alignSeries(series, { keys, volumeKeys, now }) {
	const { resolution } = series;
	const end = getBucketStart(now / 1000, resolution);
	const lines = [...new Set([...keys, ...volumeKeys])].map((key) => series.lines[key] ?? []);
	const youngest = getWindowStart(resolution, now, MIN_BUCKETS);
	const first = Math.min(youngest, ...lines.map((buckets) => buckets[0]?.start ?? end));
	const start = Math.max(first, getWindowStart(resolution, now));
	const times = [];
	for (let time = start; time <= end; time = getBucketStart(time, resolution, 1)) times.push(time);
	const indexes = new Map(times.map((time, index) => [time, index]));
	const toColumn = (key, getValue, emptyValue) => {
		const values = new Array(times.length).fill(emptyValue);
		for (const bucket of series.lines[key] ?? []) {
			const index = indexes.get(bucket.start);
			if (index !== undefined) values[index] = getValue(bucket);
		}
		return values;
	};
	const averages = Object.fromEntries(keys.map((key) => [key, toColumn(key, getAverage, null)]));
	const counts = Object.fromEntries(
		Object.keys(SENTIMENT_VALUES).map((name) => {
			const columns = volumeKeys.map((key) => toColumn(key, (bucket) => bucket[name], 0));
			return [name, times.map((_, index) => columns.reduce((sum, column) => sum + column[index], 0))];
		}),
	);
	return { times, averages, counts };
}

/** Return the last `buckets` intervals of a line as `points` with x and y in 0..1, and their `average` (-1..1 or null). */
export function computeSparkline(series, key, { now, buckets }) {
	const windowStart = getWindowStart(series.resolution, now, buckets);
	const recent = (series.lines[key] ?? []).filter((bucket) => bucket.start >= windowStart);
	const start = Math.min(recent[0]?.start ?? windowStart, getWindowStart(series.resolution, now, MIN_BUCKETS));
	const width = getBucketStart(now / 1000, series.resolution) - start;
	const points = recent.map((bucket) => ({ x: (bucket.start - start) / width, y: (getAverage(bucket) + 1) / 2 }));
	const sumOf = (name) => recent.reduce((sum, bucket) => sum + bucket[name], 0);
	return { points, average: getAverage({ sum: sumOf("sum"), count: sumOf("count") }) };
}

function getAverage({ sum, count }) {
	return count ? Math.max(-1, Math.min(1, sum / count)) : null;
}

function parseBucket({ start, count, positive, neutral, negative, sum }) {
	return { start: Date.parse(start) / 1000, count, positive, neutral, negative, sum };
}

function trimBuckets(buckets, resolution) {
	return buckets.slice(-RESOLUTIONS[resolution].buckets - 1);
}

function floorTo(value, step) {
	return Math.floor(value / step) * step;
}

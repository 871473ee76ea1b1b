/** Time series of sentiment: loaded buckets per line, and their sums in the chart's buckets. Pure functions. */

import { getEntity, getValue } from "./entities.js";
import { SENTIMENTS } from "./filter.js";
import { formatInstant, getPublishedAt } from "./period.js";
import { getBucketStart } from "./widths.js";

export const ALL_ITEMS = "*"; // key of the line of all items

const MAX_BUCKETS_PER_PAGE = 1000;

/** A series is the loaded buckets of each key, oldest first, at a resolution of the server. */
export function createSeries(resolution) {
	return { resolution, lines: {} };
}

/** Return the URL of the buckets of `keys` of a range (ms); days are the reader's. `cursor`: of a further page. */
export function buildSeriesUrl(apiBase, keys, { resolution, start, end, cursor = null }) {
	const params = new URLSearchParams({ tickers: keys.join(","), resolution, start: formatInstant(start) });
	params.set("limit", MAX_BUCKETS_PER_PAGE);
	if (end !== null) params.set("end", formatInstant(end));
	if (cursor !== null) params.set("cursor", cursor);
	if (resolution === "24h") params.set("tz", new Intl.DateTimeFormat().resolvedOptions().timeZone);
	return `${apiBase}/timeseries?${params}`;
}

/** Merge a page of a response for the time from `start` (ms): it replaces the buckets from there on. */
export function mergeSeries(series, response, start) {
	if (response.resolution !== series.resolution) return series;
	const firstReplaced = getBucketStart(start / 1000, series.resolution);
	const lines = { ...series.lines };
	for (const [key, { buckets, partial_bucket }] of Object.entries(response.series)) {
		const received = [...buckets, ...(partial_bucket ? [partial_bucket] : [])].map(parseBucket);
		const kept = (lines[key] ?? []).filter((bucket) => bucket.start < firstReplaced);
		lines[key] = [...kept, ...received];
	}
	return { ...series, lines };
}

/** Return the series without the buckets that lie before `start` (ms). */
export function dropBefore(series, start) {
	const lines = Object.keys(series.lines).map((key) => [key, selectBuckets(series, key, { start, end: Infinity })]);
	return { ...series, lines: Object.fromEntries(lines) };
}

/** Count a new item where it was published. An estimate: the value of the headline as a whole is rounded. */
export function addItem(series, item) {
	const start = getBucketStart(getPublishedAt(item) / 1000, series.resolution);
	const lines = { ...series.lines };
	for (const key of [ALL_ITEMS, ...(item.tickers ?? [item.ticker])]) {
		if (key in lines) lines[key] = addToLine(lines[key], start, getEntity(item, key));
	}
	return { ...series, lines };
}

/** Return the buckets of a line of which a part lies in a range (ms). */
export function selectBuckets(series, key, { start, end }) {
	const first = getBucketStart(start / 1000, series.resolution);
	return (series.lines[key] ?? []).filter((bucket) => bucket.start >= first && 1000 * bucket.start < end);
}

/** Return the mean value (-1..1, null without items) and the number of items of buckets. */
export function summarize(buckets) {
	const count = buckets.reduce((total, bucket) => total + bucket.count, 0);
	return { count, average: getAverage({ count, sum: buckets.reduce((total, bucket) => total + bucket.sum, 0) }) };
}

/**
 * Return the columns of the chart, one element per bucket of `width` from `start` to `end` (ms): `times` (Unix seconds, with
 * the end of the last bucket as `endTime`), `averages` and `sizes` (numbers of items) of each of `keys`, and `counts` of each
 * sentiment in the lines `volumeKeys`. Averages are null where a line has no items.
 */
export function alignSeries(series, { keys, volumeKeys, width, start, end }) {
	const times = [];
	let time = getBucketStart(start / 1000, width);
	for (; 1000 * time < end; time = getBucketStart(time, width, 1)) times.push(time);
	const indexes = new Map(times.map((start, index) => [start, index]));
	const lines = Object.fromEntries(
		[...new Set([...keys, ...volumeKeys])].map((key) => [key, regroup(series.lines[key] ?? [], width, indexes)]),
	);
	const counts = Object.fromEntries(
		SENTIMENTS.map((name) => [
			name,
			times.map((_, index) => volumeKeys.reduce((sum, key) => sum + (lines[key][index]?.[name] ?? 0), 0)),
		]),
	);
	const toColumns = (getValue) =>
		Object.fromEntries(keys.map((key) => [key, times.map((_, index) => getValue(lines[key][index]))]));
	return {
		times,
		endTime: time,
		averages: toColumns((bucket) => (bucket ? getAverage(bucket) : null)),
		sizes: toColumns((bucket) => bucket?.count ?? 0),
		counts,
	};
}

/**
 * Return the line of a key in `steps` equal parts of a range (ms) as `points`, with x and y in 0..1, of the parts that have
 * items; with its `average` and `count`.
 */
export function computeSparkline(series, key, { start, end, steps }) {
	const buckets = selectBuckets(series, key, { start, end });
	const parts = Array.from({ length: steps }, () => ({ sum: 0, count: 0 }));
	for (const bucket of buckets) {
		const index = Math.floor((steps * (1000 * bucket.start - start)) / (end - start));
		const part = parts[Math.max(0, Math.min(steps - 1, index))];
		part.sum += bucket.sum;
		part.count += bucket.count;
	}
	const points = parts.flatMap((part, index) =>
		part.count ? [{ x: index / (steps - 1), y: (getAverage(part) + 1) / 2 }] : [],
	);
	return { points, ...summarize(buckets) };
}

/** Return the sums of a line's buckets by the index of the chart's bucket in which they lie. */
function regroup(buckets, width, indexes) {
	const groups = {};
	for (const bucket of buckets) {
		const index = indexes.get(getBucketStart(bucket.start, width));
		if (index === undefined) continue;
		const group = groups[index];
		groups[index] = group ? addBuckets(group, bucket) : bucket;
	}
	return groups;
}

function addBuckets(one, other) {
	const sum = (name) => one[name] + other[name];
	return {
		start: one.start,
		...{ count: sum("count"), positive: sum("positive"), neutral: sum("neutral"), negative: sum("negative") },
		sum: sum("sum"),
	};
}

function addToLine(buckets, start, entity) {
	const empty = { start, count: 0, positive: 0, neutral: 0, negative: 0, sum: 0 };
	const added = { ...empty, count: 1, [entity.sentiment]: 1, sum: getValue(entity) };
	const index = buckets.findLastIndex((bucket) => bucket.start <= start);
	const isKnown = buckets[index]?.start === start;
	const bucket = isKnown ? addBuckets(buckets[index], added) : added;
	return buckets.toSpliced(isKnown ? index : index + 1, isKnown ? 1 : 0, bucket);
}

function getAverage({ sum, count }) {
	return count ? Math.max(-1, Math.min(1, sum / count)) : null;
}

function parseBucket({ start, count, positive, neutral, negative, sum }) {
	return { start: Date.parse(start) / 1000, count, positive, neutral, negative, sum };
}

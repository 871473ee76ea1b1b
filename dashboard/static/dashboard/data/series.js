/** Sentiment over time: buckets by line, kept current by new items until the server's are read again. Pure. */

export const OVERALL = "*"; // the line of all items
export const SPANS = {
	"1m": { seconds: 60, buckets: 120 },
	"5m": { seconds: 300, buckets: 144 },
	"15m": { seconds: 900, buckets: 144 },
	"30m": { seconds: 1800, buckets: 144 },
	"1h": { seconds: 3600, buckets: 168 },
	"24h": { seconds: 86_400, buckets: 120 },
};

const LEAST_BUCKETS = 12; // shown, however new the log is
const VALUES = { positive: 1, neutral: 0, negative: -1 };

export function emptySeries(resolution) {
	return { resolution, lines: {} };
}

/** Return the address of the buckets of `keys` from `start` (Unix seconds) on. */
export function seriesUrl(keys, resolution, start) {
	const query = new URLSearchParams({ tickers: keys.join(","), resolution, start: String(start) });
	return `/api/v2/timeseries?${query}`;
}

/** Return where a window of so many buckets begins, in Unix seconds. */
export function windowStart(resolution, now, buckets = SPANS[resolution].buckets) {
	const { seconds } = SPANS[resolution];
	return floor(now / 1000, seconds) - (buckets - 1) * seconds;
}

/** Take in an answer for the time from `start` on: what was known of that time is replaced. */
export function absorbSeries(series, answer, start) {
	if (answer.resolution !== series.resolution) return series;
	const lines = { ...series.lines };
	for (const [key, { buckets, partial_bucket }] of Object.entries(answer.series)) {
		const fresh = [...buckets, ...(partial_bucket ? [partial_bucket] : [])].map(readBucket);
		const kept = (lines[key] ?? []).filter((bucket) => bucket.start < floor(start, SPANS[series.resolution].seconds));
		lines[key] = capped([...kept, ...fresh], series.resolution);
	}
	return { ...series, lines };
}

/** Count a new item. An estimate: its event tells neither when it was published nor how far exactly it leans. */
export function countItem(series, item) {
	const { seconds } = SPANS[series.resolution];
	const start = floor(Date.parse(item.timestamp) / 1000, seconds);
	const lines = { ...series.lines };
	for (const key of [OVERALL, ...(item.tickers ?? [item.ticker])]) {
		const buckets = lines[key];
		if (buckets === undefined) continue;
		const last = buckets.at(-1);
		if (last && last.start > start) continue;
		const isSame = last?.start === start;
		const before = isSame ? last : { start, count: 0, positive: 0, neutral: 0, negative: 0, sum: 0 };
		const after = {
			...before,
			count: before.count + 1,
			[item.sentiment]: before[item.sentiment] + 1,
			sum: before.sum + VALUES[item.sentiment] * item.score,
		};
		lines[key] = capped([...(isSame ? buckets.slice(0, -1) : buckets), after], series.resolution);
	}
	return { ...series, lines };
}

/**
 * Return `{times, averages: {key: []}, counts: {sentiment: []}}`, an entry for each bucket of time up to `now`, null where
 * a line has no items. Counts are those of `volumeKeys` together.
 */
export function alignSeries(series, { keys, volumeKeys, now }) {
	const { seconds } = SPANS[series.resolution];
	const end = floor(now / 1000, seconds);
	const shown = [...new Set([...keys, ...volumeKeys])].map((key) => series.lines[key] ?? []);
	const first = Math.min(end - (LEAST_BUCKETS - 1) * seconds, ...shown.map((buckets) => buckets[0]?.start ?? end));
	const start = Math.max(first, windowStart(series.resolution, now));
	const length = Math.round((end - start) / seconds) + 1;
	const times = Array.from({ length }, (_, index) => start + index * seconds);
	const spread = (key, read, blank) => {
		const values = new Array(length).fill(blank);
		for (const bucket of series.lines[key] ?? []) {
			const index = (bucket.start - start) / seconds;
			if (index >= 0 && index < length) values[index] = read(bucket);
		}
		return values;
	};
	const averages = Object.fromEntries(keys.map((key) => [key, spread(key, averageOf, null)]));
	const counts = Object.fromEntries(
		Object.keys(VALUES).map((name) => {
			const parts = volumeKeys.map((key) => spread(key, (bucket) => bucket[name], 0));
			return [name, times.map((_, index) => parts.reduce((sum, part) => sum + part[index], 0))];
		}),
	);
	return { times, averages, counts };
}

/** Return a line's last `buckets` stretches of time as points of 0..1, and their average. */
export function sparkline(series, key, { now, buckets }) {
	const { seconds } = SPANS[series.resolution];
	const start = windowStart(series.resolution, now, buckets);
	const recent = (series.lines[key] ?? []).filter((bucket) => bucket.start >= start);
	const begin = Math.min(recent[0]?.start ?? start, start + (buckets - LEAST_BUCKETS) * seconds);
	const width = start + (buckets - 1) * seconds - begin;
	const points = recent.map((bucket) => ({ x: (bucket.start - begin) / width, y: (averageOf(bucket) + 1) / 2 }));
	const total = (name) => recent.reduce((all, bucket) => all + bucket[name], 0);
	return { points, average: averageOf({ sum: total("sum"), count: total("count") }) };
}

export function writeValue(value) {
	const digits = Math.abs(value).toFixed(2);
	if (Number(digits) === 0) return digits;
	return `${value > 0 ? "+" : "\u2212"}${digits}`;
}

function averageOf({ sum, count }) {
	return count ? Math.max(-1, Math.min(1, sum / count)) : null;
}

function readBucket({ start, count, positive, neutral, negative, sum }) {
	return { start: Date.parse(start) / 1000, count, positive, neutral, negative, sum };
}

function capped(buckets, resolution) {
	return buckets.slice(-SPANS[resolution].buckets - 1);
}

function floor(value, step) {
	return Math.floor(value / step) * step;
}

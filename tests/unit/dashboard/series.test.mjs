import assert from "node:assert/strict";
import { test } from "node:test";

import {
	ALL_ITEMS,
	addItem,
	alignSeries,
	buildSeriesUrl,
	computeSparkline,
	createSeries,
	mergeSeries,
	summarize,
} from "../../../dashboard/static/dashboard/data/series.js";
import { withZone } from "./zone.mjs";

const MINUTE = 60_000; // ms
const NOW = Date.UTC(2026, 0, 31, 12, 0, 30); // 30 seconds into a bucket of every width up to an hour
const START = NOW - 60 * MINUTE;

function bucket(minutesAgo, { positive = 0, neutral = 0, negative = 0 } = {}) {
	const start = new Date(Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE).toISOString();
	const count = positive + neutral + negative;
	return { start, count, positive, neutral, negative, sum: positive - negative, avg: 0, open: 0, high: 0, low: 0 };
}

/** The answer of the server for lines of buckets, the newest first: it is not over yet. */
function createResponse(series, resolution = "1m") {
	const lines = Object.entries(series).map(([key, [partial = null, ...finished]]) => [
		key,
		{ buckets: finished.reverse(), partial_bucket: partial },
	]);
	return { resolution, series: Object.fromEntries(lines), next_cursor: null };
}

const load = (series) => mergeSeries(createSeries("1m"), createResponse(series), START);

function item({ sentiment = "positive", score = 0.5, tickers = ["AAPL"], at = NOW } = {}) {
	return { item_id: "a", sentiment, score, tickers, published_at: new Date(at).toISOString(), timestamp: "2026-01-31" };
}

const align = (series, { keys = [ALL_ITEMS], volumeKeys = [ALL_ITEMS], width = "1m", start = START } = {}) =>
	alignSeries(series, { keys, volumeKeys, width, start, end: NOW });

test("alignSeries: buckets without items are null in the averages and zero in the counts", () => {
	const { times, endTime, averages, sizes, counts } = align(
		load({ "*": [bucket(0, { positive: 2 }), bucket(2, { negative: 1, neutral: 1 })] }),
	);

	assert.equal(times.length, 61);
	assert.equal(endTime - times.at(-1), 60);
	assert.deepEqual(averages["*"].slice(-3), [-0.5, null, 1]);
	assert.deepEqual(sizes["*"].slice(-3), [2, 0, 2]);
	assert.deepEqual(counts.positive.slice(-3), [0, 0, 2]);
	assert.deepEqual(counts.negative.slice(-3), [1, 0, 0]);
});

test("alignSeries: wider buckets add up the loaded ones", () => {
	const series = load({ "*": [bucket(0, { positive: 2 }), bucket(1, { negative: 2 }), bucket(14, { neutral: 3 })] });

	const { averages, sizes, counts } = align(series, { width: "15m" });

	assert.deepEqual(averages["*"].slice(-2), [-2 / 5, 1]);
	assert.deepEqual(sizes["*"].slice(-2), [5, 2]);
	assert.deepEqual(counts.neutral.slice(-2), [3, 0]);
});

test("alignSeries: several volume keys sum their counts", () => {
	const series = load({ A: [bucket(0, { positive: 1 })], B: [bucket(0, { positive: 2, neutral: 1 })] });

	const { counts, averages } = align(series, { keys: ["A", "B"], volumeKeys: ["A", "B"] });

	assert.equal(counts.positive.at(-1), 3);
	assert.equal(counts.neutral.at(-1), 1);
	assert.deepEqual([averages.A.at(-1), averages.B.at(-1)], [1, 2 / 3]);
});

test("alignSeries: days of 23 and 25 hours each have one bucket", () => {
	withZone("Europe/Berlin", () => {
		const midnights = ["2026-03-27T23:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"];
		const buckets = midnights.map((start, index) => ({ ...bucket(0, { positive: index + 1 }), start }));
		const response = { resolution: "24h", series: { "*": { buckets, partial_bucket: null } } };
		const [start, end] = [Date.UTC(2026, 2, 27, 12), Date.UTC(2026, 2, 30, 12)];
		const series = mergeSeries(createSeries("24h"), response, start);

		const { times, counts } = alignSeries(series, { keys: ["*"], volumeKeys: ["*"], width: "24h", start, end });

		assert.deepEqual(counts.positive, [0, 1, 2, 3]);
		assert.deepEqual(
			times.map((time) => new Date(1000 * time).getDate()),
			[27, 28, 29, 30],
		);
	});
});

test("mergeSeries: newer answer replaces the end and keeps earlier buckets", () => {
	const before = load({ "*": [bucket(0, { positive: 1 }), bucket(1, { positive: 1 }), bucket(30, { neutral: 1 })] });

	const after = mergeSeries(before, createResponse({ "*": [bucket(0, { negative: 4 })] }), NOW - 4 * MINUTE);

	assert.deepEqual(
		after.lines["*"].map(({ count }) => count),
		[1, 4],
	);
	assert.equal(mergeSeries(before, createResponse({ "*": [] }, "1h"), 0), before); // of another resolution
});

test("addItem: item counts where it was published, in the lines of its tickers and of all items", () => {
	const series = load({
		"*": [bucket(0, { positive: 1 }), bucket(5, { positive: 1 })],
		AAPL: [bucket(3, { neutral: 1 })],
		MSFT: [],
	});

	const now = align(addItem(series, item({ sentiment: "negative" })), { keys: ["*", "AAPL", "MSFT"] });
	const late = align(addItem(series, item({ sentiment: "negative", at: NOW - 5 * MINUTE })));

	assert.deepEqual([now.averages["*"].at(-1), now.averages.AAPL.at(-1), now.averages.MSFT.at(-1)], [0.25, -0.5, null]);
	assert.equal(now.counts.negative.at(-1), 1);
	assert.deepEqual(late.sizes["*"].slice(-7), [0, 2, 0, 0, 0, 0, 1]);
	assert.deepEqual(Object.keys(addItem(series, item({ tickers: ["NEW"] })).lines), ["*", "AAPL", "MSFT"]);
});

test("addItem: item counts in the line of a ticker by what it says of that ticker", () => {
	const entities = [
		{ ticker: "AAPL", sentiment: "negative", score: 0.9, value: -0.75 },
		{ ticker: "MSFT", sentiment: "positive", score: 0.8, value: 0.25 },
	];
	const news = { ...item({ sentiment: "neutral" }), tickers: ["AAPL", "MSFT"], entities };

	const { averages, counts } = align(addItem(load({ "*": [], AAPL: [], MSFT: [] }), news), {
		keys: ["*", "AAPL", "MSFT"],
	});

	assert.deepEqual([averages["*"].at(-1), averages.AAPL.at(-1), averages.MSFT.at(-1)], [0, -0.75, 0.25]);
	assert.equal(counts.neutral.at(-1), 1);
});

test("computeSparkline: parts without items are left out, with the mean and the number of items", () => {
	const last = [bucket(0, { positive: 1 }), bucket(10, { negative: 3 })];
	const series = load({ A: [...last, bucket(50, { neutral: 4 }), bucket(100, { negative: 1 })], B: last });

	const { points, average, count } = computeSparkline(series, "A", { start: START, end: NOW, steps: 7 });

	assert.deepEqual([average, count], [-0.25, 8]);
	const [first, ...others] = points;
	assert.deepEqual(first, { x: 1 / 6, y: 0.5 });
	assert.deepEqual(others, [
		{ x: 5 / 6, y: 0 },
		{ x: 1, y: 1 },
	]); // joined over the parts between
	const few = computeSparkline(series, "B", { start: START, end: NOW, steps: 7 });
	assert.deepEqual([few.points.length, few.average, few.count], [2, -0.5, 4]);
	assert.deepEqual(summarize([]), { count: 0, average: null });
});

test("buildSeriesUrl: range, resolution and cursor become query parameters, and days the reader's", () => {
	const range = { resolution: "5m", start: 1_200_000, end: null };

	assert.equal(
		buildSeriesUrl("/news/api/v2", ["*", "BRK.B"], range),
		"/news/api/v2/timeseries?tickers=*%2CBRK.B&resolution=5m&start=1970-01-01T00%3A20%3A00Z&limit=1000",
	);
	withZone("America/Los_Angeles", () => {
		const url = buildSeriesUrl("/api/v2", ["*"], { ...range, resolution: "24h", end: 2_000_000, cursor: "900" });
		const { searchParams } = new URL(url, "http://x");
		assert.deepEqual(
			["tz", "end", "cursor"].map((name) => searchParams.get(name)),
			["America/Los_Angeles", "1970-01-01T00:33:20Z", "900"],
		);
	});
});

import assert from "node:assert/strict";
import { test } from "node:test";

import {
	ALL_ITEMS,
	addItem,
	alignSeries,
	buildSeriesUrl,
	computeSparkline,
	createSeries,
	getWindowStart,
	mergeSeries,
	RESOLUTIONS,
} from "../../../dashboard/static/dashboard/data/series.js";

const NOW = Date.UTC(2026, 0, 31, 12, 0, 30); // 30 seconds into a bucket of every resolution below an hour
const MINUTE = 60_000; // ms

function bucket(minutesAgo, { positive = 0, neutral = 0, negative = 0 } = {}) {
	const start = new Date(Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE).toISOString();
	const count = positive + neutral + negative;
	return { start, count, positive, neutral, negative, sum: positive - negative, avg: 0, open: 0, high: 0, low: 0 };
}

function createResponse(series, resolution = "1m") {
	const lines = Object.entries(series).map(([key, [partial, ...finished]]) => [
		key,
		{ buckets: finished.reverse(), partial_bucket: partial, next_cursor: null },
	]);
	return { resolution, series: Object.fromEntries(lines) };
}

function createLoadedSeries(series) {
	return mergeSeries(createSeries("1m"), createResponse(series), getWindowStart("1m", NOW));
}

function item({ sentiment = "positive", score = 0.5, tickers = ["AAPL"], at = NOW } = {}) {
	return { item_id: "a", sentiment, score, tickers, timestamp: new Date(at).toISOString() };
}

const align = (series, keys = [ALL_ITEMS], volumeKeys = [ALL_ITEMS]) =>
	alignSeries(series, { keys, volumeKeys, now: NOW });

test("alignSeries: intervals without items are null in the averages and zero in the counts", () => {
	const { times, averages, counts } = align(
		createLoadedSeries({ "*": [bucket(0, { positive: 2 }), bucket(2, { negative: 1, neutral: 1 })] }),
	);

	assert.equal(times.at(-1) * 1000, Math.floor(NOW / MINUTE) * MINUTE);
	assert.deepEqual(averages["*"].slice(-3), [-0.5, null, 1]);
	assert.deepEqual(counts.positive.slice(-3), [0, 0, 2]);
	assert.deepEqual(counts.negative.slice(-3), [1, 0, 0]);
	assert.ok(averages["*"].slice(0, -3).every((value) => value === null));
});

test("alignSeries: young log starts before its first item and an old log fills the window", () => {
	assert.equal(align(createLoadedSeries({ "*": [bucket(0, { positive: 1 })] })).times.length, 12);
	assert.equal(
		align(createLoadedSeries({ "*": [bucket(0, { positive: 1 }), bucket(90, { positive: 1 })] })).times.length,
		91,
	);
	const { times } = align(createLoadedSeries({ "*": [bucket(0, { positive: 1 }), bucket(500, { positive: 1 })] }));
	assert.equal(times.length, RESOLUTIONS["1m"].buckets);
});

test("alignSeries: empty series has a time axis of the minimum length", () => {
	assert.equal(align(createSeries("1m")).times.length, 12);
	assert.equal(align(createSeries("24h")).averages["*"].length, 12);
});

test("alignSeries: several volume keys sum their counts", () => {
	const series = createLoadedSeries({ A: [bucket(0, { positive: 1 })], B: [bucket(0, { positive: 2, neutral: 1 })] });

	const { counts, averages } = align(series, ["A", "B"], ["A", "B"]);

	assert.equal(counts.positive.at(-1), 3);
	assert.equal(counts.neutral.at(-1), 1);
	assert.deepEqual([averages.A.at(-1), averages.B.at(-1)], [1, 2 / 3]);
});

test("mergeSeries: newer response replaces the end and keeps earlier buckets", () => {
	const before = createLoadedSeries({
		"*": [bucket(0, { positive: 1 }), bucket(1, { positive: 1 }), bucket(30, { neutral: 1 })],
	});

	const after = mergeSeries(
		before,
		createResponse({ "*": [bucket(0, { negative: 4 })] }),
		getWindowStart("1m", NOW, 5),
	);

	assert.deepEqual(
		after.lines["*"].map(({ count }) => count),
		[1, 4],
	);
});

test("mergeSeries: response for another resolution is ignored", () => {
	const series = createSeries("1h");

	assert.equal(mergeSeries(series, createResponse({ "*": [bucket(0, { positive: 1 })] }), 0), series);
});

test("addItem: new item counts in the lines of its tickers and of all items", () => {
	const series = createLoadedSeries({
		"*": [bucket(0, { positive: 1 })],
		AAPL: [bucket(3, { neutral: 1 })],
		MSFT: [bucket(0, { neutral: 1 })],
	});

	const { averages, counts } = align(addItem(series, item({ sentiment: "negative" })), ["*", "AAPL", "MSFT"]);

	assert.deepEqual([averages["*"].at(-1), averages.AAPL.at(-1), averages.MSFT.at(-1)], [0.25, -0.5, 0]);
	assert.equal(counts.negative.at(-1), 1);
});

test("addItem: new item counts in the line of a ticker by what it says of that ticker", () => {
	const series = createLoadedSeries({ "*": [], AAPL: [], MSFT: [] });
	const entities = [
		{ ticker: "AAPL", sentiment: "negative", score: 0.9, value: -0.75 },
		{ ticker: "MSFT", sentiment: "positive", score: 0.8, value: 0.25 },
	];

	const added = addItem(series, { ...item({ sentiment: "neutral" }), tickers: ["AAPL", "MSFT"], entities });

	const { averages, counts } = align(added, ["*", "AAPL", "MSFT"]);
	assert.deepEqual([averages["*"].at(-1), averages.AAPL.at(-1), averages.MSFT.at(-1)], [0, -0.75, 0.25]);
	assert.equal(counts.neutral.at(-1), 1);
});

test("addItem: item older than the newest bucket or of a line not loaded is ignored", () => {
	const series = createLoadedSeries({ "*": [bucket(0, { positive: 1 })] });

	assert.deepEqual(addItem(series, item({ at: NOW - 5 * MINUTE })).lines, series.lines);
	assert.deepEqual(Object.keys(addItem(series, item()).lines), ["*"]);
});

test("addItem: many items never grow a line beyond its window", () => {
	let series = createLoadedSeries({ "*": [bucket(0, { positive: 1 })] });
	for (let minute = 1; minute <= 300; minute++) series = addItem(series, item({ at: NOW + minute * MINUTE }));

	assert.equal(series.lines["*"].length, RESOLUTIONS["1m"].buckets + 1);
});

test("computeSparkline: points lie between 0 and 1 and end with the newest bucket", () => {
	const series = createLoadedSeries({
		A: [bucket(0, { positive: 1 }), bucket(10, { negative: 3 }), bucket(100, { negative: 1 })],
	});

	const { points, average } = computeSparkline(series, "A", { now: NOW, buckets: 60 });

	assert.equal(average, -0.5);
	assert.deepEqual(points.at(-1), { x: 1, y: 1 });
	assert.equal(points.length, 2);
	for (const { x, y } of points) assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
	assert.deepEqual(computeSparkline(series, "NONE", { now: NOW, buckets: 60 }), { points: [], average: null });
});

test("buildSeriesUrl: keys, resolution and start become query parameters", () => {
	assert.equal(
		buildSeriesUrl("/news/api/v2", ["*", "BRK.B"], "5m", 1200),
		"/news/api/v2/timeseries?tickers=*%2CBRK.B&resolution=5m&start=1200",
	);
});

function withZone(zone, run) {
	const previous = process.env.TZ;
	process.env.TZ = zone;
	try {
		run();
	} finally {
		if (previous === undefined) delete process.env.TZ;
		else process.env.TZ = previous;
	}
}

const toHours = (times) => times.map((time) => new Date(1000 * time).toISOString().slice(0, 13));

test("buildSeriesUrl: days are requested in the reader's time zone", () => {
	withZone("America/Los_Angeles", () => {
		const url = new URL(buildSeriesUrl("/api/v2", ["*"], "24h", 1200), "http://x");

		assert.equal(url.searchParams.get("tz"), "America/Los_Angeles");
	});
});

test("getWindowStart: days begin at the reader's midnight, also where clocks change", () => {
	withZone("America/Los_Angeles", () => {
		const now = Date.UTC(2026, 2, 9, 18); // the day after clocks went forward

		const starts = [1, 2, 3].map((buckets) => getWindowStart("24h", now, buckets));

		assert.deepEqual(toHours(starts), ["2026-03-09T07", "2026-03-08T08", "2026-03-07T08"]);
	});
	withZone("Asia/Kolkata", () => {
		assert.equal(getWindowStart("24h", Date.UTC(2026, 0, 31, 12), 1), Date.UTC(2026, 0, 30, 18, 30) / 1000);
	});
});

test("alignSeries: days of 23 and 25 hours each have one bucket, named by the reader's day", () => {
	withZone("Europe/Berlin", () => {
		const midnights = ["2026-03-27T23:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"];
		const buckets = midnights.map((start, index) => ({ ...bucket(0, { positive: index + 1 }), start }));
		const response = { resolution: "24h", series: { "*": { buckets, partial_bucket: null } } };
		const now = Date.UTC(2026, 2, 30, 12);
		const series = mergeSeries(createSeries("24h"), response, getWindowStart("24h", now));

		const { times, counts } = alignSeries(series, { keys: ["*"], volumeKeys: ["*"], now });

		assert.deepEqual(counts.positive.slice(-4), [0, 1, 2, 3]);
		assert.deepEqual(
			times.slice(-3).map((time) => new Date(1000 * time).getDate()),
			[28, 29, 30],
		);
	});
});

test("addItem: item counts in the reader's day", () => {
	withZone("America/Los_Angeles", () => {
		const at = Date.UTC(2026, 0, 31, 5); // still 30 January there
		const series = { resolution: "24h", lines: { "*": [] } };

		const [day] = addItem(series, item({ at })).lines["*"];

		assert.deepEqual(toHours([day.start]), ["2026-01-30T08"]);
	});
});

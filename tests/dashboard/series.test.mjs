import assert from "node:assert/strict";
import { test } from "node:test";

import {
	absorbSeries,
	alignSeries,
	countItem,
	emptySeries,
	OVERALL,
	SPANS,
	seriesUrl,
	sparkline,
	windowStart,
	writeValue,
} from "../../dashboard/static/dashboard/data/series.js";

const NOW = Date.UTC(2026, 0, 31, 12, 0, 30); // half a minute into a bucket of any width below an hour
const MINUTE = 60_000; // ms

function bucket(minutesAgo, { positive = 0, neutral = 0, negative = 0 } = {}) {
	const start = new Date(Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE).toISOString();
	const count = positive + neutral + negative;
	return { start, count, positive, neutral, negative, sum: positive - negative, avg: 0, open: 0, high: 0, low: 0 };
}

function answer(series, resolution = "1m") {
	const lines = Object.entries(series).map(([key, [partial, ...finished]]) => [
		key,
		{ buckets: finished.reverse(), partial_bucket: partial, next_cursor: null },
	]);
	return { resolution, series: Object.fromEntries(lines) };
}

function known(series) {
	return absorbSeries(emptySeries("1m"), answer(series), windowStart("1m", NOW));
}

function item({ sentiment = "positive", score = 0.5, tickers = ["AAPL"], at = NOW } = {}) {
	return { item_id: "a", sentiment, score, tickers, timestamp: new Date(at).toISOString() };
}

const align = (series, keys = [OVERALL], volumeKeys = [OVERALL]) => alignSeries(series, { keys, volumeKeys, now: NOW });

test("a line stands at its buckets and is blank where there are none", () => {
	const { times, averages, counts } = align(
		known({ "*": [bucket(0, { positive: 2 }), bucket(2, { negative: 1, neutral: 1 })] }),
	);

	assert.equal(times.at(-1) * 1000, Math.floor(NOW / MINUTE) * MINUTE);
	assert.deepEqual(averages["*"].slice(-3), [-0.5, null, 1]);
	assert.deepEqual(counts.positive.slice(-3), [0, 0, 2]);
	assert.deepEqual(counts.negative.slice(-3), [1, 0, 0]);
	assert.ok(averages["*"].slice(0, -3).every((value) => value === null));
});

test("a young log is shown from a little before its first item, an old one for the whole window", () => {
	assert.equal(align(known({ "*": [bucket(0, { positive: 1 })] })).times.length, 12);
	assert.equal(align(known({ "*": [bucket(0, { positive: 1 }), bucket(90, { positive: 1 })] })).times.length, 91);
	const { times } = align(known({ "*": [bucket(0, { positive: 1 }), bucket(500, { positive: 1 })] }));
	assert.equal(times.length, SPANS["1m"].buckets);
});

test("without any bucket there is still a time axis", () => {
	assert.equal(align(emptySeries("1m")).times.length, 12);
	assert.equal(align(emptySeries("24h")).averages["*"].length, 12);
});

test("volumes of several tickers are added up", () => {
	const series = known({ A: [bucket(0, { positive: 1 })], B: [bucket(0, { positive: 2, neutral: 1 })] });

	const { counts, averages } = align(series, ["A", "B"], ["A", "B"]);

	assert.equal(counts.positive.at(-1), 3);
	assert.equal(counts.neutral.at(-1), 1);
	assert.deepEqual([averages.A.at(-1), averages.B.at(-1)], [1, 2 / 3]);
});

test("the end is replaced by what is read again, and what was before it stays", () => {
	const before = known({ "*": [bucket(0, { positive: 1 }), bucket(1, { positive: 1 }), bucket(30, { neutral: 1 })] });

	const after = absorbSeries(before, answer({ "*": [bucket(0, { negative: 4 })] }), windowStart("1m", NOW, 5));

	assert.deepEqual(
		after.lines["*"].map(({ count }) => count),
		[1, 4],
	);
});

test("an answer for another resolution is ignored", () => {
	const series = emptySeries("1h");

	assert.equal(absorbSeries(series, answer({ "*": [bucket(0, { positive: 1 })] }), 0), series);
});

test("a new item counts in the lines it belongs to", () => {
	const series = known({
		"*": [bucket(0, { positive: 1 })],
		AAPL: [bucket(3, { neutral: 1 })],
		MSFT: [bucket(0, { neutral: 1 })],
	});

	const { averages, counts } = align(countItem(series, item({ sentiment: "negative" })), ["*", "AAPL", "MSFT"]);

	assert.deepEqual([averages["*"].at(-1), averages.AAPL.at(-1), averages.MSFT.at(-1)], [0.25, -0.5, 0]);
	assert.equal(counts.negative.at(-1), 1);
});

test("an item older than the newest bucket, or of a line that is not known, waits for the next reading", () => {
	const series = known({ "*": [bucket(0, { positive: 1 })] });

	assert.deepEqual(countItem(series, item({ at: NOW - 5 * MINUTE })).lines, series.lines);
	assert.deepEqual(Object.keys(countItem(series, item()).lines), ["*"]);
});

test("counting never lets a line grow beyond its window", () => {
	let series = known({ "*": [bucket(0, { positive: 1 })] });
	for (let minute = 1; minute <= 300; minute++) series = countItem(series, item({ at: NOW + minute * MINUTE }));

	assert.equal(series.lines["*"].length, SPANS["1m"].buckets + 1);
});

test("a sparkline lies between 0 and 1 and ends with the newest bucket", () => {
	const series = known({ A: [bucket(0, { positive: 1 }), bucket(10, { negative: 3 }), bucket(100, { negative: 1 })] });

	const { points, average } = sparkline(series, "A", { now: NOW, buckets: 60 });

	assert.equal(average, -0.5);
	assert.deepEqual(points.at(-1), { x: 1, y: 1 });
	assert.equal(points.length, 2);
	for (const { x, y } of points) assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
	assert.deepEqual(sparkline(series, "NONE", { now: NOW, buckets: 60 }), { points: [], average: null });
});

test("a line is asked for by key, width and start", () => {
	assert.equal(seriesUrl(["*", "BRK.B"], "5m", 1200), "/api/v2/timeseries?tickers=*%2CBRK.B&resolution=5m&start=1200");
});

test("values carry their sign, and zero has none", () => {
	assert.deepEqual([0.123, -0.5, 0.001, -0.004, 1].map(writeValue), ["+0.12", "\u22120.50", "0.00", "0.00", "+1.00"]);
});

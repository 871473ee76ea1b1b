import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { EMPTY_FILTER } from "../../../dashboard/static/dashboard/data/filter.js";
import { PeriodStore } from "../../../dashboard/static/dashboard/data/period_store.js";

const NOW = Date.UTC(2026, 11, 2, 12, 0, 30);
const HOUR = 3_600_000;
const TOTALS = {
	total: 1,
	positive: 1,
	neutral: 0,
	negative: 0,
	average: 1,
	instruments: 1,
	previous: null,
	by_tag: { AAPL: 3, BA: 1 },
};

let now;
let requests;
let statuses;
let respond; // returns the lines of a request for series: {key: buckets}
let store;

beforeEach(() => {
	now = NOW;
	requests = [];
	statuses = [];
	respond = () => ({});
	store = new PeriodStore({
		config: { API_BASE: "/api", MAX_LINES: 6 },
		now: () => now,
		onChange: (status) => statuses.push(status),
		fetchJson: async (url) => {
			const { pathname, searchParams } = new URL(url, "http://x");
			const query = Object.fromEntries(searchParams);
			requests.push({ path: pathname, ...query });
			const lines = respond(query);
			const series = query.tickers.split(",").map((key) => [key, { buckets: lines[key] ?? [], partial_bucket: null }]);
			return { resolution: query.resolution, series: Object.fromEntries(series), next_cursor: lines.next ?? null };
		},
	});
});

const settle = () => new Promise((resolve) => setImmediate(resolve));
const seriesRequests = () => requests.filter(({ path }) => path === "/api/timeseries");
const bucket = (hoursAgo, count = 1) => ({
	start: new Date(Math.floor(NOW / HOUR) * HOUR - hoursAgo * HOUR).toISOString(),
	...{ count, positive: count, neutral: 0, negative: 0, sum: count },
});
const oldNews = () => ({ "*": [bucket(150), bucket(20), bucket(1)] });

async function show(changes = {}) {
	store.show({ ...EMPTY_FILTER, ...changes });
	await settle();
}

test("period store: period loads the lines of its tickers", async () => {
	respond = oldNews;
	await show({ tickers: ["AAPL"], compare: ["BA", "AAPL"] });

	assert.deepEqual(requests, [
		{ path: "/api/timeseries", tickers: "*,AAPL,BA", resolution: "5m", start: "2026-12-01T12:00:00Z", limit: "1000" },
	]);
	const { keys, volumeKeys, widths, range } = store.view;
	assert.deepEqual([keys, volumeKeys], [["*", "AAPL", "BA"], ["AAPL"]]);
	assert.deepEqual(range, { start: NOW - 24 * HOUR, end: null });
	assert.ok(widths.includes("1h"));
});

test("period store: while lines are compared, buckets are as wide as these need", async () => {
	const few = [bucket(9), bucket(6), bucket(3), bucket(1)];
	respond = () => ({ "*": Array.from({ length: 24 }, (_, hour) => bucket(23 - hour, 5)), AAPL: few });
	await show();
	const { width } = store.view;
	await show({ compare: ["AAPL"] });

	assert.deepEqual([width, store.view.width], ["15m", "3h"]);
});

test("period store: lines are loaded once, and again only for another period", async () => {
	respond = oldNews;
	await show();
	store.loadLines(["AAPL", "BA"]);
	store.loadLines(["AAPL", "BA"]);
	await settle();
	await show({ compare: ["AAPL"] });
	await show({ period: "7d" });

	assert.deepEqual(
		seriesRequests().map(({ tickers, resolution }) => [tickers, resolution]),
		[
			["*", "5m"],
			["AAPL,BA", "5m"],
			["*,AAPL,BA", "1h"],
		],
	);
});

test("period store: young log and a narrower width load narrower buckets", async () => {
	respond = () => ({ "*": [bucket(1), bucket(0)] });
	await show();
	await settle();
	assert.deepEqual(
		seriesRequests().map(({ resolution, start }) => [resolution, start]),
		[
			["5m", "2026-12-01T12:00:00Z"],
			["1m", "2026-12-02T11:00:00Z"],
		],
	);
	assert.equal(store.view.series.resolution, "1m");

	requests.length = 0;
	respond = () => ({ "*": [bucket(700), bucket(1)] });
	await show({ period: "30d" });
	await show({ period: "30d", resolution: "3h" });
	await settle();
	assert.deepEqual(
		seriesRequests().map(({ resolution }) => resolution),
		["24h", "1h"],
	);
	assert.equal(store.view.width, "3h");
});

test("period store: line that is wanted while narrower buckets load is loaded after them", async () => {
	respond = ({ resolution, tickers }) => {
		if (resolution === "1m" && tickers === "*") store.loadLines(["AAPL"]);
		return { "*": [bucket(1), bucket(0)], AAPL: [bucket(0)] };
	};
	await show();
	await settle();
	await settle();

	assert.deepEqual(
		seriesRequests().map(({ tickers, resolution }) => [tickers, resolution]),
		[
			["*", "5m"],
			["*", "1m"],
			["AAPL", "1m"],
		],
	);
	assert.equal(store.view.series.lines.AAPL.length, 1);
});

test("period store: after samples have left, nothing is counted, and all is loaded again", async () => {
	respond = oldNews;
	await show();
	store.applyTotals(TOTALS, 7);
	requests.length = 0;

	store.clearNumbers();
	store.addItem(
		{ item_id: "a", ticker: "F", tickers: ["F"], sentiment: "negative", score: 1, timestamp: "2026-12-02T12:00Z" },
		8,
	);
	assert.deepEqual([store.view.totals.total, store.mentions], [1, { F: 1 }]);
	assert.deepEqual(
		store.view.series.lines["*"].map(({ count }) => count),
		[1],
	);
	store.refresh();
	await settle();

	assert.equal(seriesRequests()[0].start, "2026-12-01T12:00:00Z");
	assert.equal(store.view.series.lines["*"].length, 3);
});

test("period store: long series is loaded page by page", async () => {
	respond = ({ cursor }) =>
		cursor ? { "*": [bucket(2)] } : { "*": [bucket(20_000)], next: String(NOW / 1000 - (9 * HOUR) / 1000) };
	await show({ period: "all" });

	assert.deepEqual(
		seriesRequests().map(({ start, cursor }) => [start, cursor]),
		[
			["1970-01-01T00:00:00Z", undefined],
			["1970-01-01T00:00:00Z", String(NOW / 1000 - 9 * 3600)],
		],
	);
	assert.equal(store.view.series.lines["*"].length, 2);
});

test("period store: item counts at once if it was published in the period and is not counted yet", async () => {
	respond = oldNews;
	await show();
	store.applyTotals(TOTALS, 10);
	const item = {
		ticker: "AAPL",
		tickers: ["AAPL"],
		sentiment: "negative",
		score: 1,
		published_at: new Date(NOW).toISOString(),
	};

	store.addItem({ ...item, published_at: new Date(NOW - 25 * HOUR).toISOString() }, 11);
	store.addItem(item, 10);
	assert.deepEqual([store.view.totals.total, store.mentions.AAPL], [1, 3]);
	store.addItem(item, 11);

	assert.deepEqual([store.view.totals.total, store.view.totals.average, store.mentions.AAPL], [2, 0, 4]);
});

test("period store: refresh loads the newest buckets, and all of them after a change", async () => {
	respond = oldNews;
	await show();
	now += 60_000;

	store.refresh();
	await settle();
	store.markChanged();
	store.refresh();
	await settle();

	assert.deepEqual(
		seriesRequests().map(({ start }) => start),
		["2026-12-01T12:00:00Z", "2026-12-02T11:45:00Z", "2026-12-01T12:00:00Z"],
	);
});

test("period store: refresh drops the buckets that have left the period", async () => {
	respond = () => ({ "*": [bucket(1), bucket(0)], AAPL: [bucket(1)] });
	await show({ period: "1h", tickers: ["AAPL"] });
	const sizes = () => Object.values(store.view.series.lines).map((line) => line.length);
	assert.deepEqual(sizes(), [2, 1]);
	respond = () => ({});

	now += HOUR - 60_000; // the first bucket has left, the second begins with the period
	store.refresh();
	assert.deepEqual(sizes(), [1, 0]);
	await settle();

	assert.deepEqual(sizes(), [1, 0]);
});

test("period store: answers for an earlier period are ignored, and a failure is reported", async () => {
	store.show(EMPTY_FILTER);
	respond = () => {
		throw new Error("unavailable");
	};
	await show({ period: "1h" });
	assert.deepEqual(statuses, ["loading", "loading", "failed"]);
	assert.equal(store.view.isLoaded, false);

	respond = () => ({ "*": [bucket(1)] });
	store.refresh();
	await settle();

	assert.equal(store.view.isLoaded, true);
	assert.equal(store.view.series.resolution, "1m");
});

test("period store: custom period ends where it was drawn", async () => {
	await show({ period: "custom", start: NOW - 3 * HOUR, end: NOW - HOUR });

	assert.ok(requests.every(({ end }) => end === "2026-12-02T11:00:30Z"));
	assert.deepEqual(store.view.span, { start: NOW - 3 * HOUR, end: NOW - HOUR });
});

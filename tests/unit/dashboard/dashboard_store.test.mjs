import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ApiError } from "../../../dashboard/static/dashboard/data/account.js";
import { DashboardStore } from "../../../dashboard/static/dashboard/data/dashboard_store.js";
import { EMPTY_FILTER } from "../../../dashboard/static/dashboard/data/filter.js";

const CONFIG = {
	API_BASE: "/api/v2",
	SITE_PATH: "/",
	SSE_MAX_RETRIES: 3,
	SSE_RECONNECT_DELAY: 1000,
	SSE_RECONNECT_DELAY_CAP: 8000,
	SSE_ANSWER_TIMEOUT: 8000,
	HEARTBEAT_INTERVAL: 30000,
	EVENT_TYPES: ["metrics", "new_item", "heartbeat", "reset", "item_removed"],
	MAX_RECENT_ITEMS: 20,
	MAX_TICKER_ROWS: 10,
	MAX_LINES: 6,
	TOPICS: ["MARKET"],
	CHANGE_RELOAD_DELAY: 3000,
};
const PERIOD = {
	...{ total: 1, positive: 1, neutral: 0, negative: 0, average: 1, instruments: 1, previous: null },
	by_tag: { AAPL: 1, MARKET: 4 },
};
const SNAPSHOT = {
	period: PERIOD,
	...{ total: 1, positive: 1, neutral: 0, negative: 0, by_tag: { AAPL: 1 }, rate_last_hour: 1, rate_last_24h: 1 },
	cursor: "evt_g1-1",
	recent_items: [
		{ item_id: "a", seq: 1, sentiment: "positive", source: "wire", title: "Apple profit", tickers: ["AAPL"] },
	],
};
const WATCHLIST_ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

let calls;
let pendingSnapshots; // while not null, snapshot requests wait in it
let store;
let streams;
let requestedUrls;
let elapsed; // ms, on the platform's clock
let delayed; // callbacks of timers of CHANGE_RELOAD_DELAY

beforeEach(() => {
	calls = [];
	pendingSnapshots = null;
	streams = [];
	requestedUrls = [];
	delayed = [];
	elapsed = 0;
	store = createStore();
});

function createStore({ getWatchlist } = {}) {
	const log = (name) => (value) => calls.push([name, value]);
	return new DashboardStore({
		config: CONFIG,
		platform: createPlatform(),
		account: { getWatchlist, createStreamUrl: async (id) => `/stream-of-${id}?ticket=1` },
		updatedAt: new Date(0),
		onChange: log("change"),
		onStatus: log("status"),
		onPeriodStatus: log("period"),
		onHeadlines() {},
		onNewItem: log("item"),
		onLoading: log("loading"),
		onLoaded: log("loaded"),
		onWatchlistError: log("error"),
	});
}

/** A platform without locks, so that the store opens its own streams, and with timers that never fire. */
function createPlatform() {
	return {
		EventSource: class extends EventTarget {
			constructor(url) {
				super();
				this.url = url;
				streams.push(this);
			}

			close() {
				this.isClosed = true;
			}
		},
		fetchJson: async (url) => {
			requestedUrls.push(url);
			if (url.startsWith("/api/v2/timeseries")) throw new Error("unavailable");
			if (pendingSnapshots === null) return SNAPSHOT;
			return new Promise((resolve) => pendingSnapshots.push(() => resolve(SNAPSHOT)));
		},
		setTimeout: (callback, ms) =>
			ms >= CONFIG.CHANGE_RELOAD_DELAY && ms < CONFIG.SSE_ANSWER_TIMEOUT && delayed.push(callback),
		clearTimeout() {},
		now: () => elapsed,
		nextTask: () => new Promise((resolve) => setImmediate(resolve)),
		random: () => 0.5,
	};
}

function openStreamUrls() {
	return streams.filter((stream) => !stream.isClosed).map((stream) => stream.url);
}

function send(type, id, data) {
	streams[0].dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId: id }));
}

const callsOf = (name) => calls.filter(([callName]) => callName === name).map(([, value]) => value);
const lastView = () => callsOf("change").at(-1);

test("dashboard store: navigation with a snapshot follows the stream from its cursor", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	assert.deepEqual(openStreamUrls(), ["/api/v2/stream?include=headline,entities,changes&last_event_id=evt_g1-1"]);
	assert.equal(lastView().state.metrics.total, 1);
	assert.equal(callsOf("loaded").length, 1);
});

test("dashboard store: navigation to other tickers replaces the stream", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	await store.navigate({ ...EMPTY_FILTER, tickers: ["AAPL"] });

	assert.deepEqual(openStreamUrls(), [
		"/api/v2/stream?include=headline,entities,changes&tickers=AAPL&last_event_id=evt_g1-1",
	]);
	assert.deepEqual(lastView().getPeriod().keys, ["*", "AAPL"]);
	assert.deepEqual(lastView().getPeriod().volumeKeys, ["AAPL"]);
});

test("dashboard store: change of a row filter keeps the stream and the totals", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	await store.navigate({ ...EMPTY_FILTER, sentiment: "negative" });

	assert.equal(streams.length, 1);
	assert.equal(lastView().state.metrics.total, 1);
	assert.equal(callsOf("loading").length, 1);
});

test("dashboard store: when the samples leave, their numbers do at once, and the others are loaded", async () => {
	const samples = { ...SNAPSHOT, shows_samples: true, has_hidden_samples: false };
	await store.navigate(EMPTY_FILTER, samples);
	requestedUrls.length = 0;

	const item = { item_id: "b", sentiment: "negative", score: 1, ticker: "F", tickers: ["F"], source: "wire" };
	send("new_item", "evt_g1-2", { ...item, timestamp: new Date(0).toISOString() });

	const { totals } = lastView().getPeriod();
	assert.deepEqual([totals.total, totals.negative, totals.by_tag], [1, 1, { F: 1 }]);
	assert.deepEqual(lastView().getLeaders(), [["F", 1]]);
	assert.ok(requestedUrls.includes("/snapshot"));
	assert.ok(requestedUrls.some((url) => url.startsWith("/api/v2/timeseries")));
});

test("dashboard store: metrics without the samples load the page's numbers", async () => {
	await store.navigate(EMPTY_FILTER, { ...SNAPSHOT, shows_samples: true });
	await store.navigate({ ...EMPTY_FILTER, kind: "market" });
	requestedUrls.length = 0;

	send("metrics", "evt_g1-2", { ...SNAPSHOT, total: 0, positive: 0, by_tag: {} });

	assert.ok(requestedUrls.includes("/snapshot?kind=market"));
});

test("dashboard store: the present is the newest time of the server and what has passed since", async () => {
	const start = Date.UTC(2020, 0, 1); // whatever the reader's clock says
	await store.navigate(EMPTY_FILTER, { ...SNAPSHOT, timestamp: new Date(start).toISOString() });
	elapsed = 90_000;
	assert.equal(lastView().getPeriod().now, start + 90_000);

	const late = { ...SNAPSHOT, timestamp: new Date(start + 60_000).toISOString() };
	send("metrics", "evt_g1-2", late);

	assert.equal(lastView().getPeriod().now, start + 90_000);
	assert.equal(store.serverTime, start + 60_000);
});

test("dashboard store: row filter changed while tickers load still follows the tickers", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);
	pendingSnapshots = [];
	const interrupted = store.navigate({ ...EMPTY_FILTER, tickers: ["AAPL"] });
	const completed = store.navigate({ ...EMPTY_FILTER, tickers: ["AAPL"], text: "profit" });

	for (const resolveSnapshot of pendingSnapshots) resolveSnapshot();
	await Promise.all([interrupted, completed]);

	assert.deepEqual(openStreamUrls(), [
		"/api/v2/stream?include=headline,entities,changes&tickers=AAPL&last_event_id=evt_g1-1",
	]);
	assert.equal(store.filter.text, "profit");
	assert.equal(callsOf("loaded").length, 2);
});

test("dashboard store: invalidate makes the next navigation reload the same filter", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	store.invalidate();
	await store.navigate(EMPTY_FILTER);

	assert.equal(streams.length, 2);
	assert.equal(openStreamUrls().length, 1);
});

test("dashboard store: watchlist follows its tickers by a stream URL with a ticket", async () => {
	const getWatchlist = async (id) => ({ config_id: id, name: "Phones", tickers: [{ symbol: "AAPL", name: "Apple" }] });
	store = createStore({ getWatchlist });

	await store.navigate({ ...EMPTY_FILTER, watchlistId: WATCHLIST_ID });
	await new Promise((resolve) => setImmediate(resolve));

	assert.deepEqual(openStreamUrls(), [`/stream-of-${WATCHLIST_ID}?ticket=1&last_event_id=evt_g1-1`]);
	assert.deepEqual(store.filter.tickers, ["AAPL"]);
});

test("dashboard store: missing watchlist reports an error and follows nothing", async () => {
	const getWatchlist = async () => {
		throw new ApiError(404, "Configuration not found");
	};
	store = createStore({ getWatchlist });
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	await store.navigate({ ...EMPTY_FILTER, watchlistId: WATCHLIST_ID });
	store.refresh();

	assert.deepEqual(callsOf("error"), ["not_found"]);
	assert.deepEqual(openStreamUrls(), []);
	assert.equal(callsOf("loaded").length, 1);

	await store.navigate(EMPTY_FILTER);
	assert.equal(openStreamUrls().length, 1);
});

test("dashboard store: change of the period keeps the stream and loads its totals", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);

	await store.navigate({ ...EMPTY_FILTER, period: "7d" });

	assert.equal(streams.length, 1);
	assert.deepEqual(lastView().getPeriod().totals, PERIOD);
	assert.deepEqual(lastView().getLeaders(), [["AAPL", 1]]);
	assert.ok(requestedUrls.includes("/snapshot?period=7d"));
});

test("dashboard store: event counts in the period once, and a change loads it again", async () => {
	await store.navigate(EMPTY_FILTER, SNAPSHOT);
	const item = { item_id: "b", sentiment: "negative", score: 1, ticker: "MARKET", tickers: ["MARKET"] };
	const timestamp = new Date().toISOString();

	for (const _ of [1, 2]) send("new_item", "evt_g1-2", { ...item, timestamp });
	assert.deepEqual(lastView().getPeriod().totals.total, 2);
	assert.deepEqual(lastView().getLeaders(), [["AAPL", 1]]); // a topic is no leader
	assert.deepEqual(
		callsOf("item").map(({ item_id }) => item_id),
		["b"],
	);
	assert.equal(store.serverTime, Date.parse(timestamp));
	requestedUrls.length = 0;
	send("item_removed", "evt_g1-3", { item_id: "b", reason: "withdrawn", timestamp });
	for (const callback of delayed) callback();

	assert.ok(requestedUrls.includes("/snapshot"));
});

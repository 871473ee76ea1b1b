import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EMPTY_FILTER } from "../../../dashboard/static/dashboard/data/filter.js";
import { Headlines } from "../../../dashboard/static/dashboard/data/headlines.js";

const NOW = Date.now();
const CONFIG = { SITE_PATH: "/", MAX_RECENT_ITEMS: 4, TOPICS: ["MARKET"] };

let rows; // what the server answers to requests of rows; null: it does not
let requests;
let timers;
let now; // on the server's clock, in ms
let headlines;

function item(seq, { minutesAgo = 0, ...others } = {}) {
	const published_at = new Date(NOW - 60_000 * minutesAgo).toISOString();
	const data = { item_id: `item-${seq}`, ticker: "AAPL", tickers: ["AAPL"], sentiment: "positive", score: 0.9 };
	return { ...data, title: `Title ${seq}`, source: "wire", published_at, timestamp: `time ${seq}`, seq, ...others };
}

function event(type, { seq, ...data }) {
	return { type, id: `evt_e1-${seq}`, data };
}

const ids = () => [...headlines.list.items()].map(({ item_id }) => item_id);

beforeEach(() => {
	rows = [];
	requests = [];
	timers = [];
	now = NOW;
	headlines = new Headlines({
		config: CONFIG,
		platform: {
			fetchJson: async (url) => {
				requests.push(url);
				if (rows === null) throw new Error("offline");
				return { items: rows, cursor: null };
			},
			now: () => 0,
			random: () => 0,
			setTimeout: (callback) => timers.push(callback),
		},
		getTime: () => now,
		onChange() {},
	});
});

async function open(filter, items = []) {
	headlines.setFilter({ ...EMPTY_FILTER, ...filter });
	await headlines.open({ items, cursor: null, sinceChange: headlines.list.changeNumber });
}

test("applyEvent: items of the period enter at their place, others don't", async () => {
	await open({}, [item(1, { minutesAgo: 10 })]);

	headlines.applyEvent(event("new_item", item(2, { minutesAgo: 20 })));
	headlines.applyEvent(event("new_item", item(3)));
	headlines.applyEvent(event("new_item", item(4, { minutesAgo: 60 * 25 })));

	assert.deepEqual(ids(), ["item-3", "item-1", "item-2"]);
});

test("applyEvent: rows pass every filter, by what an item says of the chosen tickers", async () => {
	const entities = [{ ticker: "AAPL", sentiment: "negative", score: 0.4, value: -0.2, relevance: 1 }];
	const other = { entities, ticker: "F", tickers: ["F", "AAPL"] };
	for (const [filter, expected] of [
		[{ sentiment: "negative", tickers: ["AAPL"] }, ["item-2"]],
		[{ confidence: 50, tickers: ["AAPL"] }, ["item-3", "item-1"]],
		[{ kind: "market" }, ["item-3"]],
		[{ kind: "company" }, ["item-2", "item-1"]],
		[{ source: "desk" }, []],
		[{ text: '"title 1"' }, ["item-1"]],
	]) {
		await open(filter);
		headlines.applyEvent(event("new_item", item(1, { minutesAgo: 3 })));
		headlines.applyEvent(event("new_item", item(2, { minutesAgo: 2, ...other })));
		headlines.applyEvent(event("new_item", item(3, { minutesAgo: 1, ticker: "MARKET", tickers: ["MARKET"] })));

		assert.deepEqual(ids(), expected, JSON.stringify(filter));
		headlines.list.clear();
	}
});

test("applyEvent: a correction is marked and keeps when the item came; another score is no correction", async () => {
	await open({}, [item(1), item(2, { minutesAgo: 1 })]);

	headlines.applyEvent(event("item_updated", { ...item(3, { item_id: "item-1", title: "New" }), changed: ["title"] }));
	headlines.applyEvent(
		event("item_updated", { ...item(4, { item_id: "item-2", minutesAgo: 1 }), changed: ["score", "entities"] }),
	);

	const [first, second] = [...headlines.list.items()];
	assert.deepEqual([first.title, first.corrected_at, first.received_at], ["New", "time 3", "time 1"]);
	assert.deepEqual([second.corrected_at, second.received_at], [undefined, "time 2"]);
});

test("applyEvent: an update that no longer passes the filter takes the item out", async () => {
	await open({ sentiment: "positive" }, [item(1)]);

	const changed = { item_id: "item-1", sentiment: "negative", changed: ["sentiment"] };
	headlines.applyEvent(event("item_updated", item(2, changed)));

	assert.deepEqual(ids(), []);
});

test("applyEvent: what the stream's items lack is loaded a little later, once for many", async () => {
	await open({});
	for (const seq of [1, 2, 3]) headlines.applyEvent(event("new_item", item(seq)));
	assert.equal(timers.length, 1);
	const decidingWords = [{ words: "rises", tone: "positive", value: 0.8 }];
	rows = [item(2, { received_at: "time 0", deciding_words: decidingWords, title: "not replaced" })];

	await timers[0]();

	assert.deepEqual(requests, ["/rows"]);
	const completed = headlines.list.get("item-2");
	assert.deepEqual(
		[completed.deciding_words, completed.received_at, completed.title],
		[decidingWords, "time 0", "Title 2"],
	);
});

test("search: what the server matched by a summary stays, what the stream brings is tested by its title", async () => {
	const match = item(1, { minutesAgo: 5 });
	await open({ text: "profit" }, [match]);

	headlines.setFilter({ ...EMPTY_FILTER, text: "profit", item: "item-1" });
	headlines.applySnapshot({ recent_items: [item(2, { minutesAgo: 4 }), match] }, 2);
	headlines.applyEvent(event("new_item", match)); // replayed
	headlines.applyEvent(event("item_updated", { ...match, seq: 3, score: 0.5, changed: ["score"] }));
	headlines.applyEvent(event("new_item", item(4)));
	headlines.applyEvent(event("new_item", item(5, { title: "A profit" })));

	assert.deepEqual(ids(), ["item-5", "item-2", "item-1"]);
	assert.equal(headlines.list.get("item-1").score, 0.5);
	headlines.setFilter({ ...EMPTY_FILTER, text: "a profit" });
	assert.deepEqual(ids(), ["item-5"]);
});

test("applySnapshot: what has left the period leaves the list, unless it is held", async () => {
	await open({ period: "1h" }, [item(1, { minutesAgo: 10 }), item(2, { minutesAgo: 50 })]);
	now += 15 * 60_000;

	headlines.setHeld(true);
	headlines.applySnapshot({ recent_items: [] }, 2);
	assert.deepEqual(ids(), ["item-1", "item-2"]);
	headlines.setHeld(false);
	headlines.applySnapshot({ recent_items: [] }, 2);

	assert.deepEqual(ids(), ["item-1"]);
});

test("applyEvent: the server's clock decides what is in the period", async () => {
	now = NOW - 48 * 3_600_000; // the reader's is two days ahead
	await open({ period: "1h" });

	headlines.applyEvent(event("new_item", item(1, { minutesAgo: 48 * 60 + 10 })));
	headlines.applyEvent(event("new_item", item(2, { minutesAgo: 48 * 60 + 70 })));

	assert.deepEqual(ids(), ["item-1"]);
});

test("setFilter: what no longer passes leaves at once, and only other rows open the list again", async () => {
	await open({}, [item(1), item(2, { minutesAgo: 90, source: "desk" })]);

	assert.equal(headlines.setFilter({ ...EMPTY_FILTER, item: "x", resolution: "1h", compare: ["F"] }), false);
	assert.equal(headlines.setFilter({ ...EMPTY_FILTER, period: "1h" }), true);
	assert.deepEqual(ids(), ["item-1"]);
});

test("open: a bucket of the chart limits the list, a watchlist is asked for by its tickers", async () => {
	const bucket = { start: Date.UTC(2026, 0, 31, 9), end: Date.UTC(2026, 0, 31, 10) };
	headlines.setFilter({
		...EMPTY_FILTER,
		tickers: ["AAPL", "F"],
		watchlistId: "w",
		kind: "company",
		bucket,
		item: "x",
	});

	await headlines.open();

	assert.equal(
		decodeURIComponent(requests[0]),
		"/rows?tickers=AAPL,F&kind=company&start=2026-01-31T09:00:00Z&end=2026-01-31T10:00:00Z",
	);
});

test("setHeld: released, the list shows what came; too much is loaded again", async () => {
	await open({}, [item(1, { minutesAgo: 5 })]);
	headlines.setHeld(true);
	headlines.applyEvent(event("new_item", item(2)));
	headlines.setHeld(false);
	assert.deepEqual(ids(), ["item-2", "item-1"]);

	headlines.setHeld(true);
	for (let seq = 3; seq < 1000; seq += 1) headlines.applyEvent(event("new_item", item(seq)));
	rows = [item(999), item(998)];
	await headlines.showWaiting();

	assert.deepEqual(ids().slice(0, 2), ["item-999", "item-998"]);
	assert.equal(headlines.list.waitingCount, 0);
});

async function outdate() {
	await open({}, [item(1, { minutesAgo: 5 })]);
	headlines.setHeld(true);
	for (let seq = 3; seq < 1000; seq += 1) headlines.applyEvent(event("new_item", item(seq)));
	rows = [item(999), item(998)];
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("setHeld: an outdated list is loaded again once, however often its release is asked for", async () => {
	await outdate();

	for (let frame = 0; frame < 10; frame += 1) headlines.setHeld(false);
	assert.equal(headlines.list.isHeld, true);
	await settle();

	assert.deepEqual(requests, ["/rows"]);
	assert.deepEqual(ids(), ["item-999", "item-998"]);
	assert.equal(headlines.list.isHeld, false);
});

test("setHeld: an outdated list that is held again while it loads stays held", async () => {
	await outdate();

	headlines.setHeld(false);
	headlines.setHeld(true);
	await settle();

	assert.equal(headlines.list.isHeld, true);
});

test("setHeld: if an outdated list can't be loaded, the next snapshot tries again", async () => {
	await outdate();
	const loaded = rows;
	rows = null;
	headlines.setHeld(false);
	await settle();

	for (let frame = 0; frame < 10; frame += 1) headlines.setHeld(false);
	await settle();
	assert.deepEqual([requests.length, headlines.list.isHeld, headlines.list.isOutdated], [1, true, true]);
	rows = loaded;
	headlines.applySnapshot({ recent_items: [] }, 999);
	await settle();

	assert.deepEqual(ids(), ["item-999", "item-998"]);
	assert.equal(headlines.list.isHeld, false);
});

test("open: if it fails, headlines of other tickers are not left", async () => {
	await open({ tickers: ["AAPL"] }, [item(1)]);
	rows = null;

	headlines.setFilter({ ...EMPTY_FILTER, tickers: ["AAPL"], period: "7d" });
	await headlines.open();
	assert.deepEqual(ids(), ["item-1"]);
	headlines.setFilter({ ...EMPTY_FILTER, tickers: ["F"] });
	await headlines.open();

	assert.deepEqual(ids(), []);
	assert.equal(headlines.loader.status, "failed");
});

test("removeSamples: samples leave", async () => {
	await open({}, [item(1, { source: "sample" }), item(2, { minutesAgo: 1 })]);

	headlines.removeSamples();

	assert.deepEqual(ids(), ["item-2"]);
});

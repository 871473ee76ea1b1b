import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_FILTER } from "../../../dashboard/static/dashboard/data/filter.js";
import {
	advanceCursor,
	applyEvent,
	applySnapshot,
	areSamplesGone,
	computePercentages,
	createState,
	filterRows,
	getCursor,
	isAhead,
	parseCursor,
} from "../../../dashboard/static/dashboard/data/state.js";

function item(
	seq,
	{ id = `item-${seq}`, sentiment = "positive", tickers = ["AAPL"], generation = "e1", ...others } = {},
) {
	const data = { item_id: id, ticker: tickers[0], tickers, sentiment, score: 0.9, title: `Title ${seq}`, ...others };
	return { type: "new_item", id: `evt_${generation}-${seq}`, data };
}

function update(seq, { changed = ["title"], ...others } = {}) {
	return { ...item(seq, { changed, revision: 1, timestamp: `time ${seq}`, ...others }), type: "item_updated" };
}

function removal(seq, id) {
	return { type: "item_removed", id: `evt_e1-${seq}`, data: { item_id: id, reason: "withdrawn", timestamp: "now" } };
}

function metrics(seq, counts = {}, { generation = "e1" } = {}) {
	const { positive = 0, neutral = 0, negative = 0, by_tag = {}, hour = 0, day = 0 } = counts;
	const total = positive + neutral + negative;
	const data = { total, positive, neutral, negative, by_tag, rate_last_hour: hour, rate_last_24h: day };
	return { type: "metrics", id: `evt_${generation}-${seq}-m7`, data };
}

function heartbeat(seq) {
	return { type: "heartbeat", id: `evt_e1-${seq}-h1`, data: { timestamp: "2026-01-01T00:00:00.000Z", connections: 1 } };
}

function applyAll(...events) {
	return applyAllTo(createState(), ...events);
}

function applyAllTo(state, ...events) {
	return events.reduce((current, event) => applyEvent(current, event), state);
}

test("parseCursor: id of any event type returns generation and seq", () => {
	assert.deepEqual(parseCursor("evt_a1b2c3-42"), { generation: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-m123"), { generation: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-h1"), { generation: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-r9"), { generation: "a1b2c3", seq: 42 });
	for (const text of ["", "42", "evt_-1", "evt_a1b2c3-", "evt_a1b2c3-4x", undefined]) {
		assert.equal(parseCursor(text), null);
	}
});

test("getCursor: initial state returns null", () => {
	assert.equal(getCursor(createState()), null);
});

test("applyEvent: new item after a snapshot increments every count it belongs to", () => {
	const state = applyAll(
		metrics(10, { positive: 4, neutral: 3, negative: 3, by_tag: { AAPL: 6, MSFT: 4 }, hour: 2, day: 9 }),
		item(11, { sentiment: "negative", tickers: ["MSFT", "NVDA"] }),
	);

	assert.deepEqual(state.metrics, {
		total: 11,
		positive: 4,
		neutral: 3,
		negative: 4,
		by_tag: { AAPL: 6, MSFT: 5, NVDA: 1 },
		rate_last_hour: 3,
		rate_last_24h: 10,
	});
	assert.equal(getCursor(state), "evt_e1-11");
});

test("applyEvent: metrics event replaces the counts", () => {
	const state = applyAll(metrics(1, { positive: 1, hour: 1, day: 1 }), item(2), metrics(2, { positive: 2, day: 2 }));

	assert.equal(state.metrics.total, 2);
	assert.equal(state.metrics.rate_last_hour, 0);
});

test("applyEvent: item that the metrics include is not counted again", () => {
	const state = applyAll(metrics(5, { positive: 5 }), item(5), item(4));

	assert.equal(state.metrics.total, 5);
});

test("applyEvent: replay before metrics counts each item once", () => {
	const before = applyAll(metrics(1, { positive: 1 }));

	const after = applyAllTo(before, heartbeat(1), item(2), item(3), metrics(3, { positive: 3 }), item(4));

	assert.equal(after.metrics.total, 4);
});

test("applyEvent: repeated item counts once", () => {
	const state = applyAll(metrics(0), item(1), item(2), item(1), item(2));

	assert.equal(state.metrics.total, 2);
});

test("applyEvent: metrics older than the counted items change nothing", () => {
	const state = applyAll(metrics(0), item(1), item(2), metrics(1, { positive: 1 }));

	assert.equal(state.metrics.total, 2);
});

test("applyEvent: updated and removed items change the totals with the next metrics", () => {
	const rows = [item(1, { id: "a" }), item(2, { id: "b" })];
	const changed = applyAll(metrics(0), ...rows, update(3, { id: "a", sentiment: "neutral" }), removal(4, "b"));

	assert.deepEqual([changed.metrics.positive, changed.metrics.neutral], [2, 0]);
	assert.equal(getCursor(changed), "evt_e1-4");
	const counted = applyAllTo(changed, metrics(4, { neutral: 1 }), item(5));
	assert.deepEqual([counted.metrics.positive, counted.metrics.neutral], [1, 1]);
});

test("applyEvent: new ticker beyond 100 tags is not counted until the next metrics", () => {
	const byTag = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`T${index}`, 5]));

	const state = applyAll(metrics(1, { positive: 500, by_tag: byTag }), item(2, { tickers: ["T7", "NEW"] }));

	assert.equal(state.metrics.by_tag.T7, 6);
	assert.ok(!("NEW" in state.metrics.by_tag));
});

test("applyEvent: reset clears the state and the next metrics are applied", () => {
	const populated = applyAll(metrics(50, { positive: 50 }), item(51));
	const reset = { type: "reset", id: "evt_e1-9-r4", data: { reason: "future", timestamp: "2026-01-01T00:00:00Z" } };

	const state = applyAllTo(populated, reset);

	assert.equal(state.metrics.total, 0);
	assert.equal(getCursor(state), "evt_e1-9");
	assert.equal(applyAllTo(state, metrics(9, { neutral: 9 }), item(10)).metrics.total, 10);
});

test("applyEvent: event of another log generation resets the state", () => {
	const populated = applyAll(metrics(50, { positive: 50 }), item(51));

	const state = applyAllTo(populated, metrics(2, { neutral: 2 }, { generation: "e2" }), item(3, { generation: "e2" }));

	assert.equal(state.metrics.total, 3);
	assert.equal(getCursor(state), "evt_e2-3");
});

test("applyEvent: event with a malformed id changes nothing", () => {
	const state = applyAll(metrics(1, { positive: 1 }));

	assert.equal(applyAllTo(state, { ...item(2), id: "" }), state);
});

test("advanceCursor: older cursor does not move the state back", () => {
	const state = applyAll(metrics(5), heartbeat(3));

	assert.equal(getCursor(state), "evt_e1-5");
	assert.equal(getCursor(advanceCursor(state, "evt_e1-4")), "evt_e1-5");
	assert.equal(getCursor(advanceCursor(state, "evt_e1-8")), "evt_e1-8");
});

test("applySnapshot: initial snapshot gives a state that later events extend", () => {
	const snapshot = { ...metrics(2, { positive: 2 }).data, cursor: "evt_e1-2" };

	const state = applyAllTo(applySnapshot(createState(), snapshot), item(3));

	assert.equal(state.metrics.total, 3);
});

test("computePercentages: any counts give one decimal and add up to 100", () => {
	assert.deepEqual(computePercentages({ positive: 1, neutral: 1, negative: 1 }), {
		positive: 33.4,
		neutral: 33.3,
		negative: 33.3,
	});
	for (const [positive, neutral, negative] of [
		[1, 2, 4],
		[997, 1, 1],
		[0, 0, 5],
		[123456, 7, 999],
	]) {
		const tenths = Object.values(computePercentages({ positive, neutral, negative })).map((share) =>
			Math.round(share * 10),
		);
		assert.equal(
			tenths.reduce((a, b) => a + b),
			1000,
		);
	}
});

test("computePercentages: empty log returns zeros", () => {
	assert.deepEqual(computePercentages({ positive: 0, neutral: 0, negative: 0 }), {
		positive: 0,
		neutral: 0,
		negative: 0,
	});
});

const SAMPLES = {
	...metrics(3, { positive: 3, by_tag: { ZORVA: 3 } }).data,
	...{ cursor: "evt_e1-3", shows_samples: true, has_hidden_samples: false },
};

test("applyEvent: first real item hides the samples and counts alone", () => {
	const before = applySnapshot(createState(), SAMPLES);
	const after = applyAllTo(before, item(4, { source: "wire" }));

	assert.equal(before.metrics.total, 3);
	assert.deepEqual([after.metrics.total, after.metrics.by_tag], [1, { AAPL: 1 }]);
	assert.deepEqual([after.showsSamples, after.hasHiddenSamples], [false, true]);
	assert.equal(applyAllTo(after, item(5, { source: "wire" })).metrics.total, 2);
});

test("applyEvent: further sample is counted with the others", () => {
	const before = applySnapshot(createState(), SAMPLES);
	const after = applyAllTo(before, item(4, { source: "sample", tickers: ["ZORVA"] }));

	assert.deepEqual([after.metrics.total, after.hasHiddenSamples], [4, false]);
});

test("areSamplesGone: metrics of another number than the samples that have come return true", () => {
	const state = applyAllTo(applySnapshot(createState(), SAMPLES), item(4, { source: "sample" }));

	assert.equal(areSamplesGone(state, metrics(5, {})), true); // of tickers without real news
	assert.equal(areSamplesGone(state, metrics(5, { positive: 900 })), true); // historical ones, not in the stream
	assert.equal(areSamplesGone(state, metrics(5, { positive: 4 })), false);
	assert.equal(areSamplesGone(state, metrics(3, { positive: 3 })), false); // older
	assert.equal(areSamplesGone(state, heartbeat(5)), false);
	assert.equal(areSamplesGone({ ...state, showsSamples: false }, metrics(5, {})), false);
});

test("applySnapshot: samples leave with it, and an older one does not bring them back", () => {
	const real = { ...metrics(4, { positive: 1 }).data, cursor: "evt_e1-4" };
	const state = applySnapshot(applySnapshot(createState(), SAMPLES), {
		...real,
		...{ shows_samples: false, has_hidden_samples: true },
	});

	assert.deepEqual([state.metrics.total, state.showsSamples, state.hasHiddenSamples], [1, false, true]);
	assert.equal(applySnapshot(state, SAMPLES), state);
	assert.equal(applySnapshot(applySnapshot(createState(), SAMPLES), real).showsSamples, true); // from the API
});

test("isAhead: later cursor or other generation returns true", () => {
	assert.ok(isAhead("evt_e1-6", "evt_e1-5"));
	assert.ok(isAhead("evt_e2-1", "evt_e1-5"));
	assert.ok(isAhead("evt_e1-1", null));
	for (const cursor of ["evt_e1-5", "evt_e1-4", "evt_e1-5-h9", null]) assert.equal(isAhead(cursor, "evt_e1-5"), false);
});

test("applyEvent: row filters do not change the metrics", () => {
	const initial = applyEvent(createState({ ...EMPTY_FILTER, kind: "market" }), metrics(0));

	const state = applyAllTo(initial, item(1), item(2, { sentiment: "negative" }));

	assert.equal(state.metrics.total, 2);
});

test("applyEvent: reset keeps the filter", () => {
	const filter = { ...EMPTY_FILTER, text: "title 7" };
	const reset = { type: "reset", id: "evt_e1-9-r4", data: { reason: "expired" } };

	const state = applyAllTo(createState(filter), metrics(0), item(7), reset);

	assert.equal(state.metrics.total, 0);
	assert.equal(state.filter, filter);
});

test("applyEvent: with tickers, a new item counts once for each of them that it has", () => {
	const state = applyAllTo(
		createState({ ...EMPTY_FILTER, tickers: ["AAPL", "F"] }),
		metrics(1, { positive: 1, by_tag: { AAPL: 1 }, hour: 1, day: 1 }),
		item(2, { sentiment: "negative", tickers: ["F", "GM", "AAPL"] }),
	);

	assert.deepEqual(state.metrics, {
		total: 3,
		positive: 1,
		neutral: 0,
		negative: 2,
		by_tag: { AAPL: 2, F: 1 },
		rate_last_hour: 3,
		rate_last_24h: 3,
	});
});

const ENTITIES = [
	{ ticker: "MSFT", sentiment: "positive", score: 0.7, value: 0.6, relevance: 1 },
	{ ticker: "AAPL", sentiment: "negative", score: 0.6, value: -0.5, relevance: 0.5 },
];

function scored(seq, sentiment = "neutral") {
	return item(seq, { sentiment, tickers: ["MSFT", "AAPL"], entities: ENTITIES });
}

test("applyEvent: with tickers, each mention counts by its own sentiment", () => {
	const start = createState({ ...EMPTY_FILTER, tickers: ["AAPL", "MSFT", "F"] });
	const state = applyAllTo(start, metrics(0), scored(1));

	const { total, positive, neutral, negative, by_tag } = state.metrics;
	assert.deepEqual([total, positive, neutral, negative], [2, 1, 0, 1]);
	assert.deepEqual(by_tag, { MSFT: 1, AAPL: 1 });
});

test("applyEvent: without tickers, an item counts by the sentiment of its headline", () => {
	const { metrics: counted } = applyAll(metrics(0), scored(1, "neutral"));

	assert.deepEqual([counted.total, counted.positive, counted.neutral, counted.negative], [1, 0, 1, 0]);
});

test("filterRows: an item shows the most relevant of the filter's tickers with the filter's sentiment", () => {
	const show = (filter) =>
		filterRows([scored(1).data], { ...EMPTY_FILTER, ...filter }).map((row) => [row.ticker, row.sentiment, row.score]);

	assert.deepEqual(show({}), [["MSFT", "neutral", 0.9]]);
	assert.deepEqual(show({ tickers: ["AAPL"] }), [["AAPL", "negative", 0.6]]);
	assert.deepEqual(show({ tickers: ["AAPL", "MSFT"] }), [["MSFT", "positive", 0.7]]);
	assert.deepEqual(show({ tickers: ["AAPL", "MSFT"], sentiment: "negative" }), [["AAPL", "negative", 0.6]]);
	assert.deepEqual(show({ tickers: ["AAPL", "MSFT"], sentiment: "neutral" }), []);
	assert.deepEqual(show({ sentiment: "negative" }), []);
});

test("filterRows: with a confidence, an item shows the first of the filter's tickers that reaches it", () => {
	const entities = [
		{ ticker: "AAPL", sentiment: "positive", score: 0.6 },
		{ ticker: "MSFT", sentiment: "negative", score: 0.29 },
		{ ticker: "F", sentiment: "negative", score: 0.9 },
	];
	const item = { item_id: "a", ticker: "AAPL", tickers: ["AAPL", "MSFT", "F"], entities };
	const show = (filter) =>
		filterRows([item], { ...EMPTY_FILTER, tickers: item.tickers, ...filter }).map((row) => [row.ticker, row.score]);

	assert.deepEqual(show({ confidence: 80 }), [["F", 0.9]]);
	assert.deepEqual(show({ confidence: 30, sentiment: "negative" }), [["F", 0.9]]);
	assert.deepEqual(show({ confidence: 29, sentiment: "negative" }), [["MSFT", 0.29]]);
	assert.deepEqual(show({ confidence: 70, sentiment: "positive" }), []);
});

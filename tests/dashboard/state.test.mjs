import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_FILTER } from "../../dashboard/static/dashboard/data/filter.js";
import {
	absorbSnapshot,
	applyEvent,
	changes,
	cursorOf,
	emptyState,
	hasSampleItems,
	isAhead,
	moveTo,
	parseCursor,
	percentages,
	topTickers,
} from "../../dashboard/static/dashboard/data/state.js";

const MAX_ITEMS = 3;

function item(seq, { id = `item-${seq}`, sentiment = "positive", tickers = ["AAPL"], epoch = "e1", ...others } = {}) {
	const data = { item_id: id, ticker: tickers[0], tickers, sentiment, score: 0.9, title: `Title ${seq}`, ...others };
	return { type: "new_item", id: `evt_${epoch}-${seq}`, data };
}

function metrics(seq, counts = {}, { epoch = "e1" } = {}) {
	const { positive = 0, neutral = 0, negative = 0, by_tag = {}, hour = 0, day = 0 } = counts;
	const total = positive + neutral + negative;
	const data = { total, positive, neutral, negative, by_tag, rate_last_hour: hour, rate_last_24h: day };
	return { type: "metrics", id: `evt_${epoch}-${seq}-m7`, data };
}

function heartbeat(seq) {
	return { type: "heartbeat", id: `evt_e1-${seq}-h1`, data: { timestamp: "2026-01-01T00:00:00.000Z", connections: 1 } };
}

function play(...events) {
	return playFrom(emptyState(), ...events);
}

function playFrom(state, ...events) {
	return events.reduce((now, event) => applyEvent(now, event, MAX_ITEMS), state);
}

function ids(state) {
	return state.items.map((entry) => entry.item_id);
}

test("cursors are read from the id of any event", () => {
	assert.deepEqual(parseCursor("evt_a1b2c3-42"), { epoch: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-m123"), { epoch: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-h1"), { epoch: "a1b2c3", seq: 42 });
	assert.deepEqual(parseCursor("evt_a1b2c3-42-r9"), { epoch: "a1b2c3", seq: 42 });
	for (const text of ["", "42", "evt_-1", "evt_a1b2c3-", "evt_a1b2c3-4x", undefined]) {
		assert.equal(parseCursor(text), null);
	}
});

test("a page without a place in the log has no cursor", () => {
	assert.equal(cursorOf(emptyState()), null);
});

test("an item after the snapshot adds one to every count it belongs to", () => {
	const state = play(
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
	assert.equal(cursorOf(state), "evt_e1-11");
});

test("a snapshot replaces the counts", () => {
	const state = play(metrics(1, { positive: 1, hour: 1, day: 1 }), item(2), metrics(2, { positive: 2, day: 2 }));

	assert.equal(state.metrics.total, 2);
	assert.equal(state.metrics.rate_last_hour, 0);
});

test("an item the snapshot includes is shown and not counted again", () => {
	const state = play(metrics(5, { positive: 5 }), item(5), item(4));

	assert.equal(state.metrics.total, 5);
	assert.deepEqual(ids(state), ["item-5", "item-4"]);
});

test("a replay before the snapshot counts each item once", () => {
	const before = play(metrics(1, { positive: 1 }));

	const after = playFrom(before, heartbeat(1), item(2), item(3), metrics(3, { positive: 3 }), item(4));

	assert.equal(after.metrics.total, 4);
});

test("an item that comes twice counts once", () => {
	const state = play(metrics(0), item(1), item(2), item(1), item(2));

	assert.equal(state.metrics.total, 2);
	assert.deepEqual(ids(state), ["item-2", "item-1"]);
});

test("a snapshot older than what is counted changes nothing", () => {
	const state = play(metrics(0), item(1), item(2), metrics(1, { positive: 1 }));

	assert.equal(state.metrics.total, 2);
});

test("an item scored again moves between sentiments and stays one item", () => {
	const state = play(
		metrics(0),
		item(1, { id: "a" }),
		item(2, { id: "b" }),
		item(3, { id: "a", sentiment: "neutral" }),
	);

	assert.deepEqual(ids(state), ["a", "b"]);
	assert.equal(state.items[0].sentiment, "neutral");
	assert.equal(state.metrics.total, 2);
	assert.equal(state.metrics.positive, 1);
	assert.equal(state.metrics.neutral, 1);
	assert.deepEqual(state.metrics.by_tag, { AAPL: 2 });
});

test("rows are capped and stand newest first whatever the order of arrival", () => {
	const state = play(metrics(9), item(7), item(9), item(6), item(8));

	assert.deepEqual(ids(state), ["item-9", "item-8", "item-7"]);
});

test("tickers beyond the hundred largest are left to the next snapshot", () => {
	const byTag = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`T${index}`, 5]));

	const state = play(metrics(1, { positive: 500, by_tag: byTag }), item(2, { tickers: ["T7", "NEW"] }));

	assert.equal(state.metrics.by_tag.T7, 6);
	assert.ok(!("NEW" in state.metrics.by_tag));
});

test("a reset drops everything, and the snapshot that follows is taken as it is", () => {
	const full = play(metrics(50, { positive: 50 }), item(51));
	const reset = { type: "reset", id: "evt_e1-9-r4", data: { reason: "future", timestamp: "2026-01-01T00:00:00Z" } };

	const state = playFrom(full, reset);

	assert.deepEqual(ids(state), []);
	assert.equal(cursorOf(state), "evt_e1-9");
	assert.equal(playFrom(state, metrics(9, { neutral: 9 }), item(10)).metrics.total, 10);
});

test("an event of another log starts over", () => {
	const full = play(metrics(50, { positive: 50 }), item(51));

	const state = playFrom(full, metrics(2, { neutral: 2 }, { epoch: "e2" }), item(3, { epoch: "e2" }));

	assert.equal(state.metrics.total, 3);
	assert.deepEqual(ids(state), ["item-3"]);
	assert.equal(cursorOf(state), "evt_e2-3");
});

test("an event without a readable id changes nothing", () => {
	const state = play(metrics(1, { positive: 1 }));

	assert.equal(playFrom(state, { ...item(2), id: "" }), state);
});

test("the cursor never moves back", () => {
	const state = play(metrics(5), heartbeat(3));

	assert.equal(cursorOf(state), "evt_e1-5");
	assert.equal(cursorOf(moveTo(state, "evt_e1-4")), "evt_e1-5");
	assert.equal(cursorOf(moveTo(state, "evt_e1-8")), "evt_e1-8");
});

test("the page's snapshot is a state to go on from", () => {
	const snapshot = { ...metrics(2, { positive: 2 }).data, cursor: "evt_e1-2", recent_items: [] };
	for (const seq of [2, 1]) snapshot.recent_items.push({ ...item(seq).data, seq });

	const state = playFrom(absorbSnapshot(emptyState(), snapshot, MAX_ITEMS), item(3));

	assert.equal(state.metrics.total, 3);
	assert.deepEqual(ids(state), ["item-3", "item-2", "item-1"]);
});

test("a snapshot taken later fills in rows below those already known", () => {
	const live = play(metrics(7, { positive: 7 }), item(8));
	const recent = [8, 7, 6].map((seq) => item(seq).data);

	const state = absorbSnapshot(
		live,
		{ ...metrics(8, { positive: 8 }).data, cursor: "evt_e1-8", recent_items: recent },
		MAX_ITEMS,
	);

	assert.deepEqual(ids(state), ["item-8", "item-7", "item-6"]);
	assert.equal(state.metrics.total, 8);
});

test("percentages have one decimal and add up to 100", () => {
	assert.deepEqual(percentages({ positive: 1, neutral: 1, negative: 1 }), {
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
		const tenths = Object.values(percentages({ positive, neutral, negative })).map((share) => Math.round(share * 10));
		assert.equal(
			tenths.reduce((a, b) => a + b),
			1000,
		);
	}
});

test("percentages of an empty log are zero", () => {
	assert.deepEqual(percentages({ positive: 0, neutral: 0, negative: 0 }), { positive: 0, neutral: 0, negative: 0 });
});

test("the most frequent tickers come first, ties by name", () => {
	assert.deepEqual(topTickers({ B: 2, A: 2, C: 9, D: 1 }, 3), [
		["C", 9],
		["A", 2],
		["B", 2],
	]);
});

test("sample items are noticed", () => {
	assert.equal(hasSampleItems(play(metrics(0), item(1, { source: "wire" }))), false);
	assert.equal(hasSampleItems(play(metrics(0), item(1, { source: "sample" }))), true);
});

test("a cursor is ahead when it is further on or of another log", () => {
	assert.ok(isAhead("evt_e1-6", "evt_e1-5"));
	assert.ok(isAhead("evt_e2-1", "evt_e1-5"));
	assert.ok(isAhead("evt_e1-1", null));
	for (const cursor of ["evt_e1-5", "evt_e1-4", "evt_e1-5-h9", null]) assert.equal(isAhead(cursor, "evt_e1-5"), false);
});

test("a filter chooses the rows and not the numbers", () => {
	const begin = applyEvent(emptyState({ ...NO_FILTER, sentiment: "negative" }), metrics(0), MAX_ITEMS);

	const state = playFrom(begin, item(1), item(2, { sentiment: "negative" }));

	assert.deepEqual(ids(state), ["item-2"]);
	assert.equal(state.metrics.total, 2);
});

test("an item that is scored again leaves the rows it no longer belongs to", () => {
	const begin = applyEvent(emptyState({ ...NO_FILTER, sentiment: "positive" }), metrics(0), MAX_ITEMS);

	const state = playFrom(begin, item(1, { id: "a" }), item(2, { id: "a", sentiment: "negative" }));

	assert.deepEqual(ids(state), []);
	assert.deepEqual([state.metrics.total, state.metrics.positive, state.metrics.negative], [1, 0, 1]);
});

test("a filter outlasts a reset", () => {
	const filter = { ...NO_FILTER, text: "title 7" };
	const reset = { type: "reset", id: "evt_e1-9-r4", data: { reason: "expired" } };

	const state = playFrom(emptyState(filter), metrics(0), item(7), reset);

	assert.deepEqual(ids(state), []);
	assert.deepEqual(ids(playFrom(state, item(10, { title: "Title 7 again" }), item(11))), ["item-10"]);
});

test("the last hour is compared with the one before by share and by number", () => {
	const hour = { total: 30, positive: 15, neutral: 9, negative: 6 };
	const previous_hour = { total: 20, positive: 8, neutral: 8, negative: 4 };
	const snapshot = { ...metrics(2).data, cursor: "evt_e1-2", recent_items: [], hour, previous_hour };

	const change = changes(absorbSnapshot(emptyState(), snapshot, MAX_ITEMS));

	assert.deepEqual(change, { rate: 50, positive: 10, neutral: -10, negative: 0 });
});

test("without an hour before there is nothing to compare", () => {
	const none = { total: 0, positive: 0, neutral: 0, negative: 0 };
	const hour = { total: 1, positive: 1, neutral: 0, negative: 0 };

	assert.equal(changes({ hour, previousHour: none }).positive, null);
	assert.equal(changes(emptyState()).rate, null);
});

test("numbers that come without hours leave those known as they are", () => {
	const hour = { total: 1, positive: 1, neutral: 0, negative: 0 };
	const snapshot = { ...metrics(2).data, cursor: "evt_e1-2", recent_items: [] };
	const full = absorbSnapshot(emptyState(), { ...snapshot, hour, previous_hour: hour }, MAX_ITEMS);

	assert.deepEqual(absorbSnapshot(full, snapshot, MAX_ITEMS).hour, hour);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { countMentions, listLeaders, listMembers } from "../../../dashboard/static/dashboard/data/leaders.js";
import {
	computeShares,
	countInTotals,
	describeTotals,
} from "../../../dashboard/static/dashboard/data/period_totals.js";

const TOTALS = { total: 4, positive: 2, neutral: 1, negative: 1, average: 0.25, instruments: 3 };
const NONE = { total: 0, positive: 0, neutral: 0, negative: 0, average: null, instruments: 0 };
const ITEM = {
	...{ ticker: "AAPL", tickers: ["AAPL", "MSFT"], sentiment: "positive", score: 0.5 },
	entities: [
		{ ticker: "AAPL", sentiment: "negative", score: 0.9, value: -0.75 },
		{ ticker: "MSFT", sentiment: "positive", score: 0.8, value: 0.75 },
	],
};

test("countInTotals: item counts once, and with chosen tickers once for each of them", () => {
	assert.deepEqual(countInTotals(TOTALS, ITEM, { tickers: [] }), { ...TOTALS, total: 5, positive: 3, average: 0.3 });
	assert.deepEqual(countInTotals(TOTALS, ITEM, { tickers: ["AAPL"] }), {
		...TOTALS,
		...{ total: 5, negative: 2, average: 0.05 },
	});
	assert.equal(countInTotals(NONE, ITEM, { tickers: ["AAPL", "MSFT"] }).average, 0);
	assert.equal(countInTotals(NONE, ITEM, { tickers: ["BA"] }).total, 0);
});

test("describeTotals: changes are against the period before, unknown without headlines in it", () => {
	const previous = { ...NONE, total: 2, positive: 1, negative: 1, average: 0 };

	const { shares, changes } = describeTotals({ ...TOTALS, previous });

	assert.deepEqual(shares, { positive: 50, neutral: 25, negative: 25 });
	assert.deepEqual(changes, { average: 0.25, total: 100, positive: 0, neutral: 25, negative: -25 });
	assert.deepEqual(new Set(Object.values(describeTotals({ ...TOTALS, previous: NONE }).changes)), new Set([null]));
	assert.deepEqual(describeTotals({ ...NONE, previous }).changes.total, -100);
	assert.deepEqual([describeTotals({ ...NONE, previous }).shares, describeTotals(NONE).changes.average], [null, null]);
});

test("computeShares: whole percents always add up to 100", () => {
	assert.deepEqual(computeShares({ positive: 1, neutral: 1, negative: 1 }), {
		positive: 34,
		neutral: 33,
		negative: 33,
	});
	assert.deepEqual(computeShares({ positive: 0, neutral: 0, negative: 7 }), { positive: 0, neutral: 0, negative: 100 });
	assert.equal(computeShares({ positive: 0, neutral: 0, negative: 0 }), null);
});

test("listLeaders: most mentioned first, ties by name, without topics", () => {
	const byTag = { MARKET: 9, B: 2, A: 2, C: 5, NONE: 0 };

	assert.deepEqual(listLeaders(byTag, { limit: 2, topics: ["MARKET"] }), [
		["C", 5],
		["A", 2],
	]);
	assert.deepEqual(listMembers(byTag, ["B", "X"]), [
		["B", 2],
		["X", 0],
	]);
});

test("countMentions: every ticker of an item counts, with chosen tickers only these", () => {
	assert.deepEqual(countMentions({ AAPL: 1 }, ITEM, { tickers: [] }), { AAPL: 2, MSFT: 1 });
	assert.deepEqual(countMentions({}, ITEM, { tickers: ["MSFT"] }), { MSFT: 1 });
	const full = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`T${n}`, 2]));
	assert.deepEqual(countMentions(full, ITEM, { tickers: [] }), full);
});

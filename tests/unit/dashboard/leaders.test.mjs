import assert from "node:assert/strict";
import { test } from "node:test";

import { listLeaders, listTopics } from "../../../dashboard/static/dashboard/data/leaders.js";

const COUNTS = { MARKET: 9, AAPL: 2, RATES: 9, F: 3, BA: 2, OLD: 0 };
const TOPICS = ["MARKET", "MACRO", "RATES"];

test("listLeaders: the most mentioned first, ties by name, without topics and what has no headlines", () => {
	assert.deepEqual(listLeaders(COUNTS, { limit: 9, topics: TOPICS }), [
		["F", 3],
		["AAPL", 2],
		["BA", 2],
	]);
	assert.deepEqual(listLeaders(COUNTS, { limit: 1, topics: TOPICS }), [["F", 3]]);
});

test("listTopics: topics that have headlines", () => {
	assert.deepEqual(listTopics(COUNTS, TOPICS), [
		["MARKET", 9],
		["RATES", 9],
	]);
});

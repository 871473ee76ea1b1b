import assert from "node:assert/strict";
import { test } from "node:test";

import {
	EMPTY_FILTER,
	formatFilter,
	hasRowFilters,
	matchesRowFilters,
	parseFilter,
	parseTickers,
	toggleTicker,
	validateTickers,
} from "../../../dashboard/static/dashboard/data/filter.js";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const ITEM = { title: "Apple profit soars", sentiment: "positive", source: "wire", tickers: ["AAPL"] };

test("formatFilter: parsed query string returns the same query string", () => {
	for (const search of [
		"",
		"?tickers=AAPL,BRK.B",
		"?tickers=AAPL&sentiment=negative&source=The+wire&q=profit+%26+loss&resolution=1h",
		`?configuration=${ID}&sentiment=neutral`,
		"?tickers=AAPL&period=7d&bucket=2026-12-02T06:00:00Z/2026-12-02T06:30:00Z&resolution=1h&compare=BA,MSFT",
		"?start=2026-12-02T06:00:00Z&end=2026-12-02T08:00:00Z",
	]) {
		assert.equal(formatFilter(parseFilter(search)), search);
	}
});

test("parseFilter: invalid parameters return the default filter", () => {
	const tooMany = Array.from({ length: 51 }, (_, n) => `T${n}`).join();
	for (const search of [
		"?tickers=A$$",
		`?tickers=${tooMany}`,
		"?sentiment=happy",
		"?resolution=2h",
		"?configuration=../x",
		"?period=2d",
		"?compare=A$$",
		"?no=thing",
	]) {
		assert.deepEqual(parseFilter(search), EMPTY_FILTER, search);
	}
});

test("parseTickers: any case and separator returns tickers and invalid parts", () => {
	assert.deepEqual(parseTickers(" aapl, $msft;BRK.B aapl "), { tickers: ["AAPL", "MSFT", "BRK.B"], invalid: [] });
	assert.deepEqual(parseTickers("brk/b brk-b ^gspc m&m.ns es=f"), {
		tickers: ["BRK.B", "^GSPC", "M&M.NS", "ES=F"],
		invalid: [],
	});
	const tooLong = "A".repeat(21);
	assert.deepEqual(parseTickers(`AAPL, <b>, ${tooLong}`), { tickers: ["AAPL"], invalid: ["<B>", tooLong] });
	assert.deepEqual(parseTickers(""), { tickers: [], invalid: [] });
});

test("matchesRowFilters: item passes only the filters that it matches", () => {
	for (const [filter, isMatch] of [
		[{}, true],
		[{ sentiment: "positive", source: "wire", text: "PROFIT" }, true],
		[{ sentiment: "negative" }, false],
		[{ source: "Wire" }, false],
		[{ text: "loss" }, false],
		[{ text: "PRÔFÏT" }, true],
	]) {
		assert.equal(matchesRowFilters({ ...EMPTY_FILTER, ...filter }, ITEM), isMatch);
		assert.equal(hasRowFilters({ ...EMPTY_FILTER, ...filter }), Object.keys(filter).length > 0);
	}
});

test("toggleTicker: ticker is added or removed, and the oldest is dropped beyond the limit", () => {
	const maxTickers = Array.from({ length: 50 }, (_, n) => `T${n}`);

	assert.deepEqual(toggleTicker(["A"], "B"), ["A", "B"]);
	assert.deepEqual(toggleTicker(["A", "B"], "A"), ["B"]);
	assert.deepEqual(toggleTicker(maxTickers, "NEW"), [...maxTickers.slice(1), "NEW"]);
});

test("validateTickers: invalid or too many tickers return an error message", () => {
	const tooMany = Array.from({ length: 51 }, (_, n) => `T${n}`);

	assert.equal(validateTickers({ tickers: ["AAPL"], invalid: [] }), "");
	assert.match(validateTickers({ tickers: [], invalid: ["<B>"] }), /^<B>: a ticker has/);
	assert.equal(validateTickers({ tickers: tooMany, invalid: [] }), "51 tickers: choose 50 or fewer.");
});

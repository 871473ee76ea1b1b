import assert from "node:assert/strict";
import { test } from "node:test";

import {
	choosesRows,
	isShown,
	NO_FILTER,
	readFilter,
	readTickers,
	toggleTicker,
	writeFilter,
} from "../../dashboard/static/dashboard/data/filter.js";
import { topicOfConfiguration, topicOfTickers } from "../../dashboard/static/dashboard/data/stream_targets.js";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const ITEM = { title: "Apple profit soars", sentiment: "positive", source: "wire", tickers: ["AAPL"] };

test("what an address says comes back out of the filter", () => {
	for (const search of [
		"",
		"?tickers=AAPL,BRK.B",
		"?tickers=AAPL&sentiment=negative&source=The+wire&q=profit+%26+loss&resolution=1h",
		`?configuration=${ID}&sentiment=neutral`,
	]) {
		assert.equal(writeFilter(readFilter(search)), search);
	}
});

test("what can't be read is left out", () => {
	const long = Array.from({ length: 21 }, (_, n) => `T${n}`).join();
	for (const search of [
		"?tickers=A$$",
		`?tickers=${long}`,
		"?sentiment=happy",
		"?resolution=2h",
		"?configuration=../x",
		"?no=thing",
	]) {
		assert.deepEqual(readFilter(search), NO_FILTER, search);
	}
});

test("tickers are read as people write them", () => {
	assert.deepEqual(readTickers(" aapl, $msft;BRK.B aapl "), { tickers: ["AAPL", "MSFT", "BRK.B"], refused: [] });
	assert.deepEqual(readTickers("AAPL, <b>, ELEVENCHARSX"), { tickers: ["AAPL"], refused: ["<B>", "ELEVENCHARSX"] });
	assert.deepEqual(readTickers(""), { tickers: [], refused: [] });
});

test("every filter chooses items of its own kind", () => {
	for (const [filter, shown] of [
		[{}, true],
		[{ sentiment: "positive", source: "wire", text: "PROFIT" }, true],
		[{ sentiment: "negative" }, false],
		[{ source: "Wire" }, false],
		[{ text: "loss" }, false],
	]) {
		assert.equal(isShown({ ...NO_FILTER, ...filter }, ITEM), shown);
		assert.equal(choosesRows({ ...NO_FILTER, ...filter }), Object.keys(filter).length > 0);
	}
});

test("a ticker is put in and taken out, and the oldest gives way when there are too many", () => {
	const full = Array.from({ length: 20 }, (_, n) => `T${n}`);

	assert.deepEqual(toggleTicker(["A"], "B"), ["A", "B"]);
	assert.deepEqual(toggleTicker(["A", "B"], "A"), ["B"]);
	assert.deepEqual(toggleTicker(full, "NEW"), [...full.slice(1), "NEW"]);
});

test("a topic is the same for the same tickers in any order", () => {
	const topic = topicOfTickers(["MSFT", "AAPL"]);

	assert.deepEqual(topic, topicOfTickers(["AAPL", "MSFT"]));
	assert.equal(topic.streamUrl, "/api/v2/stream?include=headline&tickers=AAPL%2CMSFT");
	assert.equal(topic.eventsUrl, "/api/v2/events?include=headline&tickers=AAPL%2CMSFT");
	assert.equal(topic.metricsUrl, "/api/v2/metrics?ticker=AAPL%2CMSFT");
	assert.notEqual(topic.name, topicOfTickers([]).name);
});

test("a configuration is a topic of its own, which changes with its tickers", async () => {
	const tickers = [{ symbol: "AAPL", name: "Apple" }];
	const topic = topicOfConfiguration({ config_id: ID, tickers }, async (id) => `/stream of ${id}`);

	assert.equal(await topic.admit(), `/stream of ${ID}`);
	assert.equal(topic.eventsUrl, topicOfTickers(["AAPL"]).eventsUrl);
	assert.notEqual(topic.name, topicOfTickers(["AAPL"]).name);
	assert.notEqual(topic.name, topicOfConfiguration({ config_id: ID, tickers: [] }).name);
});

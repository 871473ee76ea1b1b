import assert from "node:assert/strict";
import { test } from "node:test";

import { createTickersTarget, createWatchlistTarget } from "../../../dashboard/static/dashboard/data/stream_targets.js";

const API = "/news/api/v2";
const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

test("createTickersTarget: same tickers in any order return the same target", () => {
	const target = createTickersTarget(["MSFT", "AAPL"], API);

	assert.deepEqual(target, createTickersTarget(["AAPL", "MSFT"], API));
	assert.equal(target.streamUrl, "/news/api/v2/stream?include=headline,entities,changes&tickers=AAPL%2CMSFT");
	assert.equal(target.eventsUrl, "/news/api/v2/events?include=headline,entities,changes&tickers=AAPL%2CMSFT");
	assert.equal(target.metricsUrl, "/news/api/v2/metrics?ticker=AAPL%2CMSFT");
	assert.notEqual(target.key, createTickersTarget([], API).key);
});

test("createWatchlistTarget: key differs from its tickers' target and changes with the tickers", async () => {
	const tickers = [{ symbol: "AAPL", name: "Apple" }];
	const target = createWatchlistTarget({ config_id: ID, tickers }, API, async (id) => `/stream of ${id}`);

	assert.equal(await target.createStreamUrl(), `/stream of ${ID}`);
	assert.equal(target.eventsUrl, createTickersTarget(["AAPL"], API).eventsUrl);
	assert.notEqual(target.key, createTickersTarget(["AAPL"], API).key);
	assert.notEqual(target.key, createWatchlistTarget({ config_id: ID, tickers: [] }, API).key);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { TimeseriesStore } from "../../../dashboard/static/dashboard/data/timeseries_store.js";

function createStore(respond) {
	const requestedKeys = [];
	const statuses = [];
	const fetchJson = async (url) => {
		const query = new URL(url, "http://x").searchParams;
		requestedKeys.push(query.get("tickers"));
		return respond(query);
	};
	const store = new TimeseriesStore({ fetchJson, onChange: (status) => statuses.push(status) });
	return { store, requestedKeys, statuses };
}

function respondEmpty(query) {
	const lines = query.get("tickers").split(",");
	const empty = { buckets: [], partial_bucket: null, next_cursor: null };
	return { resolution: query.get("resolution"), series: Object.fromEntries(lines.map((key) => [key, empty])) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("timeseries store: loaded line is fetched again only for another resolution", async () => {
	const { store, requestedKeys, statuses } = createStore(respondEmpty);
	store.load(["*", "A"], "1m");
	await settle();

	store.load(["*", "A", "B"], "1m");
	await settle();
	store.load(["*", "A"], "1h");
	await settle();

	assert.deepEqual(requestedKeys, ["*,A", "B", "*,A"]);
	assert.deepEqual(statuses, ["ready", "ready", "loading", "ready"]);
});

test("timeseries store: response for an earlier resolution is ignored", async () => {
	const { store, statuses } = createStore(respondEmpty);
	store.load(["*"], "1m");
	store.load(["*"], "1h");
	await settle();

	assert.equal(store.series.resolution, "1h");
	assert.deepEqual(statuses, ["loading", "ready"]);
});

test("timeseries store: failed load reports failed and refresh loads the full history", async () => {
	let isUnavailable = true;
	const { store, requestedKeys, statuses } = createStore((query) => {
		if (isUnavailable) throw new Error("unavailable");
		return respondEmpty(query);
	});
	store.load(["*"], "1m");
	await settle();
	isUnavailable = false;

	store.refresh();
	await settle();

	assert.deepEqual(statuses, ["failed", "ready"]);
	assert.deepEqual(requestedKeys, ["*", "*"]);
});

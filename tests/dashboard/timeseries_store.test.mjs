import assert from "node:assert/strict";
import { test } from "node:test";

import { Trend } from "../../dashboard/static/dashboard/data/timeseries_store.js";

function trendOf(answer) {
	const asked = [];
	const statuses = [];
	const fetchJson = async (url) => {
		const query = new URL(url, "http://x").searchParams;
		asked.push(query.get("tickers"));
		return answer(query);
	};
	return { trend: new Trend({ fetchJson, onChange: (status) => statuses.push(status) }), asked, statuses };
}

function blank(query) {
	const lines = query.get("tickers").split(",");
	const empty = { buckets: [], partial_bucket: null, next_cursor: null };
	return { resolution: query.get("resolution"), series: Object.fromEntries(lines.map((key) => [key, empty])) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("each line is read once, and again only for another width", async () => {
	const { trend, asked, statuses } = trendOf(blank);
	trend.show(["*", "A"], "1m");
	await settle();

	trend.show(["*", "A", "B"], "1m");
	await settle();
	trend.show(["*", "A"], "1h");
	await settle();

	assert.deepEqual(asked, ["*,A", "B", "*,A"]);
	assert.deepEqual(statuses, ["ready", "ready", "loading", "ready"]);
});

test("an answer for what is no longer shown is ignored", async () => {
	const { trend, statuses } = trendOf(blank);
	trend.show(["*"], "1m");
	trend.show(["*"], "1h");
	await settle();

	assert.equal(trend.series.resolution, "1h");
	assert.deepEqual(statuses, ["loading", "ready"]);
});

test("what can't be read is said, and read whole when it is refreshed", async () => {
	let isAway = true;
	const { trend, asked, statuses } = trendOf((query) => {
		if (isAway) throw new Error("away");
		return blank(query);
	});
	trend.show(["*"], "1m");
	await settle();
	isAway = false;

	trend.refresh();
	await settle();

	assert.deepEqual(statuses, ["failed", "ready"]);
	assert.deepEqual(asked, ["*", "*"]);
});

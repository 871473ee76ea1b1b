import assert from "node:assert/strict";
import { test } from "node:test";

import { findFinerWidth, getSpan, getWidths } from "../../../dashboard/static/dashboard/data/chart_axis.js";
import {
	chooseLoadedWidth,
	chooseWidth,
	getBucketStart,
	listWidths,
} from "../../../dashboard/static/dashboard/data/widths.js";
import { withZone } from "./zone.mjs";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 11, 2, 12) / 1000; // a Wednesday

/** Buckets with one headline each, `step` seconds apart, from noon back. */
const spread = (count, step, size = 1) =>
	Array.from({ length: count }, (_, n) => ({ start: NOON - step * (count - n), count: size }));

test("chooseWidth: narrowest width with three headlines a bucket on average", () => {
	const day = { spanSeconds: DAY, loaded: "5m" };

	assert.equal(chooseWidth(spread(128, 9 * MINUTE), day), "30m");
	assert.equal(chooseWidth(spread(288, 5 * MINUTE, 20), day), "15m"); // no more than 100 buckets
	assert.equal(chooseWidth(spread(24, HOUR), day), "3h");
	assert.equal(chooseWidth(spread(20, 5 * MINUTE, 3), day), "15m"); // stretches without news don't count
});

test("chooseWidth: few or no headlines leave at least six buckets", () => {
	assert.equal(chooseWidth(spread(2, 8 * HOUR), { spanSeconds: DAY, loaded: "5m" }), "3h");
	assert.equal(chooseWidth([], { spanSeconds: DAY, loaded: "5m" }), "3h");
	assert.equal(chooseWidth([], { spanSeconds: HOUR, loaded: "1m" }), "5m");
	assert.equal(chooseWidth([], { spanSeconds: 7 * DAY, loaded: "1h" }), "24h");
	assert.equal(chooseWidth([], { spanSeconds: 12 * MINUTE, loaded: "1m" }), "1m");
});

test("chooseLoadedWidth: fine enough for the span and for the width chosen by hand", () => {
	assert.deepEqual(
		[HOUR, DAY, 7 * DAY, 30 * DAY, 900 * DAY].map((span) => chooseLoadedWidth(span)),
		["1m", "5m", "1h", "24h", "24h"],
	);
	assert.equal(chooseLoadedWidth(30 * DAY, "6h"), "1h");
	assert.equal(chooseLoadedWidth(30 * DAY, "1m"), "24h"); // does not fit
	withZone("Asia/Kolkata", () => assert.equal(chooseLoadedWidth(30 * DAY, "6h"), "30m"));
	withZone("Asia/Kathmandu", () => assert.equal(chooseLoadedWidth(7 * DAY), "15m"));
});

test("listWidths: those that divide the span into 2 to 750 buckets", () => {
	assert.deepEqual(listWidths(HOUR), ["1m", "5m", "15m", "30m"]);
	assert.deepEqual(listWidths(DAY), ["5m", "15m", "30m", "1h", "3h", "6h"]);
	assert.deepEqual(listWidths(30 * DAY), ["1h", "3h", "6h", "24h", "7d"]);
});

test("getBucketStart: days, weeks and parts of days are the reader's, also where clocks change", () => {
	const iso = (seconds) => new Date(1000 * seconds).toISOString().slice(0, 16);
	withZone("America/Los_Angeles", () => {
		const now = Date.UTC(2026, 2, 9, 18) / 1000; // Monday, the day after clocks went forward
		assert.deepEqual(
			[0, -1, -2].map((steps) => iso(getBucketStart(now, "24h", steps))),
			["2026-03-09T07:00", "2026-03-08T08:00", "2026-03-07T08:00"],
		);
		assert.equal(iso(getBucketStart(now, "7d")), "2026-03-09T07:00");
		assert.equal(iso(getBucketStart(now - DAY, "7d")), "2026-03-02T08:00");
		assert.equal(iso(getBucketStart(now, "6h")), "2026-03-09T13:00"); // 6:00 there
	});
	withZone("Asia/Kolkata", () => {
		assert.equal(iso(getBucketStart(NOON, "24h")), "2026-12-01T18:30");
		assert.equal(iso(getBucketStart(NOON, "3h", 1)), "2026-12-02T12:30");
		assert.equal(iso(getBucketStart(NOON, "1h")), "2026-12-02T12:00");
	});
});

test("getSpan: a young log begins with its first headline, and an older one with the period", () => {
	const now = 1000 * NOON;
	const range = { start: now - 1000 * DAY, end: null };
	const series = (start) => ({ resolution: "5m", lines: { "*": start === undefined ? [] : [{ start, count: 1 }] } });

	assert.deepEqual(getSpan(range, series(NOON - HOUR), { now }), { start: now - 1000 * HOUR, end: now });
	assert.equal(getSpan(range, series(NOON - MINUTE), { now }).start, now - 12 * 60_000);
	assert.equal(getSpan(range, series(NOON - 20 * HOUR), { now }).start, range.start);
	assert.equal(getSpan(range, series(), { now }).start, range.start);
	assert.equal(getSpan({ start: 0, end: null }, series(NOON - 90 * DAY), { now }).start, now - 90_000 * DAY);
	assert.equal(getSpan({ start: 0, end: null }, series(), { now }).start, now - 1000 * DAY);
});

test("findFinerWidth: short span of a long period is loaded with narrower buckets", () => {
	const series = { resolution: "24h", lines: {} };
	const span = { start: 1000 * (NOON - HOUR), end: 1000 * NOON };

	assert.equal(findFinerWidth(span, series, ""), "1m");
	assert.equal(findFinerWidth(span, { ...series, resolution: "1m" }, ""), null);
	assert.equal(findFinerWidth({ ...span, start: 1000 * (NOON - 30 * DAY) }, series, "1h"), "1h");
});

test("getWidths: width chosen by hand is kept where it fits, and else chosen here", () => {
	const series = { resolution: "5m", lines: { "*": spread(128, 9 * MINUTE), A: spread(10, 10 * MINUTE) } };
	const span = { start: 1000 * (NOON - DAY), end: 1000 * NOON };

	assert.equal(getWidths(span, series, { volumeKeys: ["*"], wanted: "" }).width, "30m");
	assert.equal(getWidths(span, series, { volumeKeys: ["*"], wanted: "6h" }).width, "6h");
	assert.equal(getWidths(span, series, { volumeKeys: ["*"], wanted: "1m" }).width, "30m");
	assert.equal(getWidths(span, series, { volumeKeys: ["B"], wanted: "" }).width, "3h");
});

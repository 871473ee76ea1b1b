import assert from "node:assert/strict";
import { test } from "node:test";

import {
	EMPTY_PERIOD,
	formatPeriodParameters,
	getListParameters,
	getListRange,
	getPublishedAt,
	getRange,
	isInRange,
	parsePeriod,
} from "../../../dashboard/static/dashboard/data/period.js";

const NOW = Date.UTC(2026, 11, 2, 9);
const HOUR = 3_600_000;
const parse = (query) => parsePeriod(new URLSearchParams(query));

test("parsePeriod: parameters that formatPeriodParameters returns give the same period", () => {
	for (const query of [
		"",
		"period=7d",
		"period=all",
		"start=2026-12-02T06:00:00Z&end=2026-12-02T08:00:00Z",
		"period=30d&bucket=2026-12-02T06:00:00Z/2026-12-02T06:30:00Z",
	]) {
		assert.equal(decodeURIComponent(new URLSearchParams(formatPeriodParameters(parse(query))).toString()), query);
	}
});

test("parsePeriod: invalid parameters are ignored", () => {
	for (const query of [
		"period=2d",
		"period=custom",
		"period=toString",
		"start=2026-12-02",
		"start=2026-12-02&end=2026-12-01",
		"start=now&end=2026-12-02",
		"bucket=2026",
		"bucket=2026-12-02T06:00:00Z",
	]) {
		assert.deepEqual(parse(query), EMPTY_PERIOD, query);
	}
});

test("getRange: named periods end with the present, and a custom one where it was drawn", () => {
	assert.deepEqual(getRange(parse("period=1h"), NOW), { start: NOW - HOUR, end: null });
	assert.deepEqual(getRange(parse("period=all"), NOW), { start: 0, end: null });
	assert.deepEqual(getRange(parse("start=2026-12-02T06:00:00Z&end=2026-12-02T08:00:00Z"), NOW), {
		start: NOW - 3 * HOUR,
		end: NOW - HOUR,
	});
	assert.ok(isInRange({ start: 5, end: null }, 5) && isInRange({ start: 5, end: 7 }, 6));
	assert.ok(!isInRange({ start: 5, end: 7 }, 7) && !isInRange({ start: 5, end: 7 }, 4));
});

test("getListRange: chosen bucket limits the list, and the period stays", () => {
	const filter = parse("period=7d&bucket=2026-12-02T06:00:00Z/2026-12-02T06:30:00Z");

	assert.deepEqual(getListRange(filter, NOW), { start: NOW - 3 * HOUR, end: NOW - 2.5 * HOUR });
	assert.deepEqual(getListParameters(filter), { start: "2026-12-02T06:00:00Z", end: "2026-12-02T06:30:00Z" });
	assert.deepEqual(getListParameters(parse("period=7d")), { period: "7d" });
	assert.deepEqual(getListRange(parse("period=1h"), NOW), { start: NOW - HOUR, end: null });
});

test("getPublishedAt: time of publication, or of arrival where it is not told", () => {
	const item = { timestamp: "2026-12-02T09:00:00Z" };

	assert.equal(getPublishedAt(item), NOW);
	assert.equal(getPublishedAt({ ...item, published_at: "2026-12-02T08:00:00Z" }), NOW - HOUR);
});

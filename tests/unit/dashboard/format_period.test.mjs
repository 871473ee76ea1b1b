import assert from "node:assert/strict";
import { test } from "node:test";

import {
	describeComparison,
	describePeriod,
	formatBucket,
	formatRange,
	formatTick,
} from "../../../dashboard/static/dashboard/ui/format_period.js";

const NOW = new Date(2026, 11, 2, 9).getTime();
const at = (day, hour, minute = 0) => new Date(2026, 11, day, hour, minute).getTime();
/** Compare in any locale: without its words for months, days and halves of the day, and without leading zeros. */
const digits = (text) =>
	text
		.match(/\d+|\u2013| to now/g)
		.map((part) => part.replace(/^0(\d)/, "$1"))
		.join(" ");

test("formatRange: day and times, both days where it ends on another, days alone for whole ones", () => {
	assert.equal(digits(formatRange({ start: at(2, 6), end: at(2, 8) }, NOW)), digits("2, 06:00 \u2013 08:00"));
	assert.equal(digits(formatRange({ start: at(1, 6), end: at(2, 8) }, NOW)), digits("1, 06:00 \u2013 2, 08:00"));
	assert.equal(digits(formatRange({ start: at(1, 0), end: at(2, 0) }, NOW)), "1");
	assert.equal(digits(formatRange({ start: at(1, 0), end: at(3, 0) }, NOW)), digits("1 \u2013 2"));
});

test("formatBucket: the day is left out in the last 24 hours, and an unfinished bucket goes to now", () => {
	assert.equal(digits(formatBucket({ start: at(2, 8, 30), end: at(2, 9, 30) }, NOW)), digits("08:30 to now"));
	assert.equal(digits(formatBucket({ start: at(2, 6), end: at(2, 7) }, NOW)), digits("06:00 \u2013 07:00"));
	assert.equal(digits(formatBucket({ start: at(1, 6), end: at(1, 7) }, NOW)), digits("1, 06:00 \u2013 07:00"));
	assert.equal(digits(formatBucket({ start: at(2, 0), end: at(3, 0) }, NOW)), digits("2 to now"));
});

test("formatTick: days of a long span have their month, and January its year", () => {
	assert.match(formatTick({ time: at(2, 0), unit: "day" }, 3 * 86_400_000), /2/);
	assert.equal(formatTick({ time: new Date(2026, 0, 1).getTime(), unit: "month" }, 0), "2026");
});

test("describePeriod: named periods, and a custom one by its range", () => {
	assert.equal(describePeriod({ period: "7d" }, NOW), "last 7 days");
	const custom = { period: "custom", start: at(2, 6), end: at(2, 8) };
	assert.equal(describePeriod(custom, NOW), formatRange(custom, NOW));
	assert.deepEqual([{ period: "1h" }, { period: "all" }, custom].map(describeComparison), [
		"against the 1 h before",
		"",
		"against the same time before",
	]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { createExactFormat, createTimeFormat } from "../../../dashboard/static/dashboard/admin_time_format.js";

const date = new Date("2026-01-31T23:30:00Z");

function format(locale, timeZone, options = {}) {
	const plain = createTimeFormat({ locale, timeZone })(date, { now: date.getTime(), ...options });
	return plain.replaceAll(/\s/g, " ");
}

test("a time is shown in the reader's zone and locale", () => {
	assert.match(format("en-GB", "Asia/Tokyo"), /^1 Feb, 0?8:30$/);
	assert.equal(format("en-US", "America/New_York"), "Jan 31, 6:30 PM");
});

test("a time of another year has it", () => {
	assert.equal(format("en-GB", "UTC", { now: Date.parse("2027-01-01T00:00:00Z") }), "31 Jan 2026, 23:30");
});

test("a relative time is an age for one day, then the time itself", () => {
	const after = (seconds) => format("en-GB", "UTC", { now: date.getTime() + seconds * 1000, isRelative: true });

	assert.equal(after(-1), "0 sec ago");
	assert.equal(after(59), "59 sec ago");
	assert.equal(after(60), "1 min ago");
	assert.equal(after(3600 * 24 - 1), "23 hr ago");
	assert.equal(after(3600 * 24), "31 Jan, 23:30");
	assert.equal(after(-3600), "31 Jan, 23:30"); // to come
});

test("an exact time names its zone", () => {
	assert.match(createExactFormat({ locale: "en-GB", timeZone: "UTC" })(date), /Saturday.* 23:30:00 UTC/);
});

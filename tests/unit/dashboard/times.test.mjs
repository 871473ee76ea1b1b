process.env.TZ = "America/New_York";

import assert from "node:assert/strict";
import { test } from "node:test";

const times = await import("../../../dashboard/static/dashboard/ui/times.js");

const NOW = new Date("2026-12-02T13:42:09Z"); // 08:42 in New York
const before = (ms) => new Date(NOW - ms);
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const plain = (text) => text.replace(/\s/g, " ");

test("formatAge: the first 24 hours are an age, then the day follows", () => {
	assert.equal(times.formatAge(before(59 * SECOND), NOW), "now");
	assert.equal(times.formatAge(before(-30 * SECOND), NOW), "now");
	assert.equal(times.formatAge(before(MINUTE), NOW), "1 min");
	assert.equal(times.formatAge(before(59.9 * MINUTE), NOW), "59 min");
	assert.equal(times.formatAge(before(HOUR), NOW), "1 h");
	assert.equal(times.formatAge(before(23.9 * HOUR), NOW), "23 h");
	assert.equal(plain(times.formatAge(before(24 * HOUR), NOW)), "Dec 1");
	assert.equal(plain(times.formatAge(before(-2 * HOUR), NOW)), "Dec 2, 10:42 AM");
	assert.equal(times.formatAge(new Date("2025-12-31T12:00:00Z"), NOW), "Dec 31, 2025");
});

test("formatDelay: one or two units", () => {
	const delays = [400, 24 * SECOND, 5.9 * MINUTE, HOUR, HOUR + 53 * MINUTE, 2 * HOUR + 4 * MINUTE, 80 * HOUR];

	assert.deepEqual(delays.map(times.formatDelay), ["0 s", "24 s", "5 min", "1 h", "1 h 53", "2 h 04", "3 d"]);
});

test("getLateness: an hour and more counts, if a later headline had come before", () => {
	const late = (ms, earliest, others) =>
		times.getLateness({ published_at: before(ms).toISOString(), timestamp: NOW.toISOString(), ...others }, earliest);
	const earlier = NOW - 2 * MINUTE;

	assert.equal(late(59 * MINUTE, earlier), 0);
	assert.equal(late(2 * HOUR, earlier), 2 * HOUR);
	assert.equal(late(2 * HOUR, Number(NOW)), 0); // all of a source that is read for the first time
	assert.equal(late(2 * HOUR, Number.POSITIVE_INFINITY), 0);
	assert.equal(late(2 * HOUR, earlier, { revision: 1 }), 0); // the time of the change is not that of its arrival
	assert.equal(late(3 * HOUR, NOW - 3 * HOUR, { revision: 1, received_at: before(HOUR).toISOString() }), 2 * HOUR);
});

test("describeTimes: all three times and the zone are said, days where they differ", () => {
	const item = { published_at: before(HOUR).toISOString(), timestamp: NOW.toISOString() };

	assert.equal(
		plain(times.describeTimes(item)),
		"Published Dec 2, 2026, 7:42:09 AM, received 8:42:09 AM, scored 8:42:09 AM (EST)",
	);
	const older = { ...item, published_at: before(30 * HOUR).toISOString() };
	assert.match(plain(times.describeTimes(older)), /received Dec 2, 2026, 8:42:09 AM/);
	assert.match(plain(times.describeTimes({ ...item, undated: true })), /^Not dated, received Dec 2/);
});

test("describeDay: days begin at midnight in the reader's zone", () => {
	assert.equal(times.getDay(new Date("2026-12-02T04:59:59Z")), "2026-12-01");
	assert.equal(times.getDay(new Date("2026-12-02T05:00:00Z")), "2026-12-02");
	assert.deepEqual(times.describeDay("2026-12-02", NOW), { name: "Today", text: "Wednesday, December 2" });
	assert.deepEqual(times.describeDay("2026-12-01", NOW), { name: "Yesterday", text: "Tuesday, December 1" });
	assert.deepEqual(times.describeDay("2026-11-28", NOW), { name: "Saturday", text: "November 28" });
	assert.deepEqual(times.describeDay("2025-11-28", NOW), { name: "Friday", text: "November 28, 2025" });
	assert.equal(times.getDayEnd("2026-12-01").toISOString(), "2026-12-02T05:00:00.000Z");
	assert.equal(times.getDayEnd("2026-10-31").toISOString(), "2026-11-01T04:00:00.000Z"); // before the clocks go back
});

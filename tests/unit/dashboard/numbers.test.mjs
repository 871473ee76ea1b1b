import assert from "node:assert/strict";
import { test } from "node:test";
import { countFitting } from "../../../dashboard/static/dashboard/data/fitting.js";
import { formatDifference, formatSigned } from "../../../dashboard/static/dashboard/ui/numbers.js";

// The limits are the server's: they stand in the page.
const dataset = { apiBase: "/api/v2/", sitePath: "/", heartbeat: "30", eventTypes: "", topics: "" };
const limits = { neutralBelow: "0.15", strongFrom: "0.5", unsureBelow: "0.5" };
globalThis.document = { getElementById: () => ({ dataset: { ...dataset, ...limits } }) };
globalThis.window = globalThis;
const { getTone, isStrong, isUnsure } = await import("../../../dashboard/static/dashboard/ui/tone.js");

test("formatSigned: numbers have a real minus, zero has no sign, and nothing is a dash", () => {
	assert.deepEqual(
		[0.174, -0.5, 0.001, -0.004, null].map((value) => formatSigned(value).replace(",", ".")),
		["+0.17", "\u22120.50", "0.00", "0.00", "\u2013"],
	);
});

test("formatDifference: one and several have their unit, and what is not known is empty", () => {
	const units = [" pt", " pts"];

	assert.deepEqual(
		[3, -1, 0, null].map((value) => formatDifference(value, { units })),
		["+3 pts", "\u22121 pt", "0 pts", ""],
	);
});

test("getTone: values are compared as they read, with two digits", () => {
	assert.deepEqual([0.149, 0.144, -0.15, -0.1, null].map(getTone), ["positive", "neutral", "negative", "neutral", ""]);
	assert.deepEqual([0.496, 0.494, -0.5].map(isStrong), [true, false, true]);
	assert.deepEqual([0.496, 0.494].map(isUnsure), [false, true]);
});

test("countFitting: as many as fit, one at least, with room for the number of the others", () => {
	const count = (widths, available) => countFitting(widths, { available, gap: 10, more: 30, max: 2 });

	assert.equal(count([100, 100], 210), 2);
	assert.equal(count([100, 101], 210), 1);
	assert.equal(count([100, 100, 100], 249), 1);
	assert.equal(count([100, 100, 100], 250), 2);
	assert.equal(count([100, 100, 100], Number.POSITIVE_INFINITY), 2);
	assert.equal(count([300], 210), 1);
	assert.equal(count([300, 20], 210), 1);
});

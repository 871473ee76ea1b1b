import assert from "node:assert/strict";
import { test } from "node:test";

import { formatChange, formatSentimentValue } from "../../../dashboard/static/dashboard/ui/format.js";

test("formatSentimentValue: non-zero values have a sign, and zero has none", () => {
	const formatted = [0.123, -0.5, 0.001, -0.004, 1].map(formatSentimentValue);

	assert.deepEqual(formatted, ["+0.12", "\u22120.50", "0.00", "0.00", "+1.00"]);
});

test("formatChange: values have a sign and a unit, and null returns an empty string", () => {
	const formatted = [1.25, -3, 0.04, null].map((value) => formatChange(value, { unit: " pts", digits: 1 }));

	assert.deepEqual(formatted, ["+1.3 pts", "\u22123.0 pts", "\u00b10.0 pts", ""]);
});

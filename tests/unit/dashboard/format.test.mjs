import assert from "node:assert/strict";
import { test } from "node:test";

import { formatSentimentValue } from "../../../dashboard/static/dashboard/ui/format.js";

test("formatSentimentValue: non-zero values have a sign, and zero has none", () => {
	const formatted = [0.123, -0.5, 0.001, -0.004, 1].map(formatSentimentValue);

	assert.deepEqual(formatted, ["+0.12", "\u22120.50", "0.00", "0.00", "+1.00"]);
});

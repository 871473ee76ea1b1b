import assert from "node:assert/strict";
import { test } from "node:test";
import { buildExportUrl } from "../../../dashboard/static/dashboard/data/export_query.js";
import { EMPTY_FILTER } from "../../../dashboard/static/dashboard/data/filter.js";

const NOW = Date.parse("2026-12-02T08:42:09.500Z");

function build(filter) {
	return buildExportUrl({ ...EMPTY_FILTER, ...filter }, { apiBase: "/api/v2", now: NOW });
}

test("buildExportUrl: the period and every filter of the list are in the address", () => {
	const rows = { sentiment: "negative", source: "Wire Desk", text: "profit -loss", confidence: 50 };

	assert.equal(build({}), "/api/v2/export?format=csv&published_from=2026-12-01T08:42:09Z");
	assert.equal(
		build({ ...rows, period: "all", tickers: ["AAPL", "F"] }),
		"/api/v2/export?format=csv&tickers=AAPL,F&sentiment=negative&source=Wire+Desk&q=profit+-loss&min_score=0.5",
	);
});

test("buildExportUrl: a chosen time has both ends, a bucket comes first", () => {
	const [start, end] = [NOW - 7_200_000, NOW - 3_600_000];

	assert.match(
		build({ period: "custom", start, end }),
		/published_from=2026-12-02T06:42:09Z&published_to=2026-12-02T07:42:09Z$/,
	);
	assert.match(
		build({ bucket: { start, end } }),
		/published_from=2026-12-02T06:42:09Z&published_to=2026-12-02T07:42:09Z$/,
	);
});

test("buildExportUrl: the kind is not in the address, and chooses no tickers", () => {
	for (const kind of ["market", "company"]) {
		assert.equal(build({ kind, period: "all" }), "/api/v2/export?format=csv");
		assert.match(build({ kind, period: "all", tickers: ["AAPL"] }), /tickers=AAPL$/);
	}
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { findBucket, layOutChart } from "../../../dashboard/static/dashboard/data/chart_layout.js";
import { withZone } from "./zone.mjs";

const MINUTE = 60; // seconds
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 11, 1, 12) / 1000;
const SIZE = { width: 379, height: 150 };

/** Columns of half hours; `values` of the one line, whose headlines are all positive. */
function createColumns(values, { sizes = values.map((value) => (value === null ? 0 : 1)), width = 30 * MINUTE } = {}) {
	const times = values.map((_, index) => START + index * width);
	const zeros = values.map(() => 0);
	return {
		times,
		endTime: START + values.length * width,
		averages: { "*": values },
		sizes: { "*": sizes },
		counts: { positive: sizes, neutral: zeros, negative: zeros },
	};
}

const layOut = (columns, { now = 1000 * columns.endTime, size = SIZE } = {}) => layOutChart(columns, { size, now });
const indexes = (points) => points.map(({ index }) => index);

test("layOutChart: line is broken where there is no news, and two or more empty buckets are a gap", () => {
	const layout = layOut(createColumns([0.5, null, 0, 1, null, null, -1]));

	const { segments, dash, current, points } = layout.lines["*"];
	assert.deepEqual(segments.map(indexes), [[0], [2, 3], [6]]);
	for (const { index, radius } of points) assert.ok(radius >= ([0, 6].includes(index) ? 2.6 : 1.2), "alone: visible");
	assert.deepEqual([dash, current], [[], null]);
	assert.deepEqual(layout.gaps, [{ x: layout.edges[4], width: layout.edges[6] - layout.edges[4] }]);
	assert.equal(layout.unfinished, -1);
});

test("layOutChart: unfinished bucket has a dash and a point of its own", () => {
	const columns = createColumns([0.5, 0.25, 1]);

	const layout = layOut(columns, { now: 1000 * (columns.endTime - MINUTE) });

	const { segments, dash, current, points } = layout.lines["*"];
	assert.deepEqual([segments.map(indexes), indexes(dash), current.index], [[[0, 1]], [1, 2], 2]);
	assert.deepEqual(indexes(points), [0, 1]);
	assert.equal(layout.unfinished, 2);
});

test("layOutChart: unfinished bucket without news is no gap by itself", () => {
	const at = (values) => {
		const columns = createColumns(values);
		return layOut(columns, { now: 1000 * (columns.endTime - MINUTE) }).gaps.length;
	};

	assert.equal(at([1, null]), 0);
	assert.equal(at([1, null, null]), 0);
	assert.equal(at([1, null, null, null]), 1);
});

test("layOutChart: axis is fixed, and the area of a point is as the number of headlines", () => {
	const { lines, grid, plot, centers } = layOut(createColumns([1, -1], { sizes: [4, 1] }));

	const [{ x, y, radius }, other] = lines["*"].points;
	assert.deepEqual([x, y, other.y], [centers[0], plot.top, plot.linesBottom]);
	assert.equal(radius / other.radius, 2);
	assert.deepEqual(
		grid.map(({ value }) => value),
		[1, 0.5, 0, -0.5, -1],
	);
	assert.equal(layOut(createColumns([1]), { size: { width: 358, height: 112 } }).grid.length, 3);
});

test("layOutChart: bars stand on each other and never above their part of the plot", () => {
	const columns = createColumns([0.5, 0.5]);
	columns.counts = { positive: [2, 9], neutral: [1, 0], negative: [1, 3] };

	const { bars, largest, plot } = layOut(columns);

	assert.deepEqual(
		bars.map(({ sentiment, index }) => [sentiment, index]),
		[
			["negative", 0],
			["neutral", 0],
			["positive", 0],
			["negative", 1],
			["positive", 1],
		],
	);
	assert.equal(bars[0].y + bars[0].height, plot.barsBottom);
	assert.equal(
		Math.round(((plot.barsBottom - plot.barsTop) / bars[0].height) * columns.counts[bars[0].sentiment][bars[0].index]),
		largest,
	);
	assert.ok(Math.abs(bars[1].y + bars[1].height - bars[0].y) < 1e-9);
	assert.ok(Math.abs(bars.at(-1).y - plot.barsTop) < 1e-9);
});

test("layOutChart: ticks stand at round times of the reader's zone, days at its midnight", () => {
	const ticksOf = (columns) => layOut(columns).ticks.map(({ time, unit }) => `${new Date(time).toISOString()} ${unit}`);
	withZone("Europe/Berlin", () => {
		assert.deepEqual(ticksOf(createColumns(Array(48).fill(0))), [
			"2026-12-01T17:00:00.000Z minute",
			"2026-12-01T23:00:00.000Z day",
			"2026-12-02T05:00:00.000Z minute",
			"2026-12-02T11:00:00.000Z minute",
		]);
		assert.deepEqual(ticksOf(createColumns(Array(400).fill(0), { width: 24 * HOUR })), [
			"2026-12-31T23:00:00.000Z month",
			"2027-03-31T22:00:00.000Z month",
			"2027-06-30T22:00:00.000Z month",
			"2027-09-30T22:00:00.000Z month",
			"2027-12-31T23:00:00.000Z month",
		]);
	});
});

test("layOutChart: ticks of any span are apart and end, also where clocks change", () => {
	withZone("America/New_York", () => {
		for (const start of [Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)]) {
			for (const seconds of [12 * MINUTE, HOUR, 24 * HOUR, 240 * HOUR, 10_000 * HOUR, 200_000 * HOUR]) {
				const columns = { ...createColumns([0, 0]), times: [start / 1000], endTime: start / 1000 + seconds };
				const { ticks } = layOut(columns);
				assert.ok(ticks.length <= 8, `${seconds}: ${ticks.length}`);
				for (const [index, { x }] of ticks.entries()) assert.ok(index === 0 || x - ticks[index - 1].x > 30);
			}
		}
	});
});

test("findBucket: bucket at a position, the first and the last beyond the plot", () => {
	const layout = layOut(createColumns([0, 0, 0]));

	assert.deepEqual(
		[-50, layout.edges[0] + 1, layout.edges[1] + 1, 9999].map((x) => findBucket(layout, x)),
		[0, 0, 1, 2],
	);
});

/** Where the parts of the chart lie, in pixels of a given size. Pure functions. */

import { SENTIMENTS } from "./filter.js";

const MARGIN = { left: 44, right: 16, top: 8, bottom: 20 }; // of the plot; room for the labels of the axes
const BARS_SHARE = 0.28; // of the plot's height
const MAX_BARS_HEIGHT = 96;
const BARS_GAP = 8;
const FULL_AXIS_HEIGHT = 140; // from which on the axis has ticks at ±0.5
const BAR_SHARE = 0.76; // of a bucket's width
const MAX_BAR_WIDTH = 24;
const MIN_FULL_BAR = 4; // headlines in a bucket that fill the height of the bars, at least
const POINT_RADIUS = { min: 1.2, max: 3.4, lone: 2.6 };
const GAP_BUCKETS = 2; // in a row without news: fewer are only a break in the line
const LABEL_WIDTH = 64;
const MINUTE = 60_000; // ms
const DAY = 1440 * MINUTE;
/** Distances of ticks on the time axis, in minutes, days or months. */
const TICK_STEPS = [
	...[5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => ({ minutes, length: minutes * MINUTE })),
	...[1, 2, 7].map((days) => ({ days, length: days * DAY })),
	...[1, 3, 12, 60].map((months) => ({ months, length: 30.4 * months * DAY })),
];

/**
 * Return the layout of the columns of `alignSeries` in a chart of `size`, `{width, height}`: `plot`, the `centers` of the
 * buckets, its `span` in ms, `grid` lines, `lines` by key, `gaps`, `bars` and `ticks`. `now` (ms) tells which bucket is not over yet.
 */
export function layOutChart(columns, { size, now }) {
	const plot = getPlot(size);
	const { times, endTime } = columns;
	const [start, end] = [1000 * times[0], 1000 * endTime];
	const toX = (time) => plot.left + ((time - start) / (end - start)) * (plot.right - plot.left);
	const edges = [...times, endTime].map((time) => toX(1000 * time));
	const centers = times.map((_, index) => (edges[index] + edges[index + 1]) / 2);
	const toY = (value) => plot.top + ((1 - value) / 2) * (plot.linesBottom - plot.top);
	const unfinished = end > now ? times.length - 1 : -1;
	const shared = { columns, plot, edges, centers, toY, unfinished };
	return {
		plot,
		edges,
		centers,
		toY,
		unfinished,
		span: end - start,
		grid: listGridValues(size).map((value) => ({ value, y: toY(value) })),
		lines: Object.fromEntries(Object.keys(columns.averages).map((key) => [key, layOutLine(key, shared)])),
		gaps: findGaps(shared),
		...layOutBars(shared),
		ticks: listTicks({ start, end, width: plot.right - plot.left }).map((tick) => ({ ...tick, x: toX(tick.time) })),
	};
}

/** Return the index of the bucket that lies at `x`, the nearest if none does. */
export function findBucket({ edges }, x) {
	const index = edges.findLastIndex((edge) => edge <= x);
	return Math.max(0, Math.min(edges.length - 2, index));
}

function getPlot({ width, height }) {
	const barsBottom = height - MARGIN.bottom;
	const barsTop = barsBottom - Math.min(MAX_BARS_HEIGHT, Math.round((barsBottom - MARGIN.top) * BARS_SHARE));
	return {
		left: MARGIN.left,
		right: Math.max(MARGIN.left + 1, width - MARGIN.right),
		top: MARGIN.top,
		linesBottom: barsTop - BARS_GAP,
		barsTop,
		barsBottom,
	};
}

function listGridValues({ height }) {
	return height < FULL_AXIS_HEIGHT ? [1, 0, -1] : [1, 0.5, 0, -0.5, -1];
}

/** Return `segments` of a line between buckets without news, `dash` to the unfinished bucket, and `points` with radius. */
function layOutLine(key, { columns, edges, centers, toY, unfinished }) {
	const values = columns.averages[key];
	const points = values.map((value, index) => value !== null && { x: centers[index], y: toY(value), index });
	const segments = [];
	for (const point of points) {
		if (!point || point.index === unfinished) continue;
		if (points[point.index - 1]) segments.at(-1).push(point);
		else segments.push([point]);
	}
	const lone = segments.filter(({ length }) => length === 1).flat(); // no line makes them visible
	const [last, beforeLast] = [points[unfinished], points[unfinished - 1]];
	const maxRadius = Math.min(POINT_RADIUS.max, Math.max(POINT_RADIUS.min, 0.6 * (edges[1] - edges[0])));
	const largest = Math.max(1, ...columns.sizes[key]);
	return {
		segments,
		dash: last && beforeLast ? [beforeLast, last] : [],
		current: last || null,
		points: points
			.filter((point) => point && point !== last)
			.map((point) => {
				const least = lone.includes(point) ? POINT_RADIUS.lone : POINT_RADIUS.min;
				const radius = maxRadius * Math.sqrt(columns.sizes[key][point.index] / largest);
				return { ...point, radius: Math.max(least, radius) };
			}),
	};
}

/** Return the stretches in which no bar stands, `{x, width}`. The unfinished bucket alone is none: news may come yet. */
function findGaps({ columns, edges, unfinished }) {
	const isEmpty = columns.times.map((_, index) => SENTIMENTS.every((name) => columns.counts[name][index] === 0));
	const gaps = [];
	let first = 0;
	for (let index = 0; index <= isEmpty.length; index++) {
		if (isEmpty[index]) continue;
		const length = index - first - (unfinished >= first && unfinished < index ? 1 : 0);
		if (length >= GAP_BUCKETS) gaps.push({ x: edges[first], width: edges[index] - edges[first] });
		first = index + 1;
	}
	return gaps;
}

/** Return the segments of the `bars`, from the bottom, `{sentiment, x, y, width, height, index}`, and the `largest` count. */
function layOutBars({ columns, plot, edges, centers }) {
	const totals = columns.times.map((_, index) =>
		SENTIMENTS.reduce((sum, name) => sum + columns.counts[name][index], 0),
	);
	const largest = Math.max(MIN_FULL_BAR, ...totals);
	const unit = (plot.barsBottom - plot.barsTop) / largest;
	const bars = [];
	for (const index of columns.times.keys()) {
		const width = Math.max(1, Math.min(MAX_BAR_WIDTH, BAR_SHARE * (edges[index + 1] - edges[index])));
		let y = plot.barsBottom;
		for (const sentiment of SENTIMENTS.toReversed()) {
			const height = unit * columns.counts[sentiment][index];
			y -= height;
			if (height) bars.push({ sentiment, index, x: centers[index] - width / 2, y, width, height });
		}
	}
	return { bars, largest };
}

/** Return the ticks of the time axis, at round times of the reader's zone: `{time, unit}` with "minute", "day" or "month". */
function listTicks({ start, end, width }) {
	const minLength = ((end - start) * LABEL_WIDTH) / width;
	const step = TICK_STEPS.find(({ length }) => length >= minLength) ?? TICK_STEPS.at(-1);
	const ticks = [];
	for (let time = floorToStep(start, step); time < end; time = addStep(time, step)) {
		if (time >= start) ticks.push({ time, unit: getTickUnit(time, step) });
	}
	return ticks;
}

function floorToStep(time, { minutes, days, months }) {
	const date = new Date(time);
	const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
	if (months) return new Date(year, Math.floor(month / months) * months, 1).getTime();
	if (days) return new Date(year, month, days === 7 ? day - ((date.getDay() + 6) % 7) : day).getTime();
	const minute = 60 * date.getHours() + date.getMinutes();
	return new Date(year, month, day, 0, Math.floor(minute / minutes) * minutes).getTime();
}

function addStep(time, { minutes = 0, days = 0, months = 0 }) {
	const date = new Date(time);
	const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
	const next = new Date(year, month + months, day + days, date.getHours(), date.getMinutes() + minutes).getTime();
	return next > time ? next : time + minutes * MINUTE; // an hour that clocks repeat
}

function getTickUnit(time, { months }) {
	if (months) return "month";
	const date = new Date(time);
	return date.getHours() === 0 && date.getMinutes() === 0 ? "day" : "minute";
}

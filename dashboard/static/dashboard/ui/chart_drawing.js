/** Draw the chart as SVG: grid, stretches without news, bars, lines, and the bucket that is pointed at. */

import { SENTIMENTS } from "../data/filter.js";
import { ALL_ITEMS } from "../data/series.js";
import { formatTick } from "./format_period.js";
import { formatCount, formatSigned } from "./numbers.js";
import { createSvg, toCircles, toPath, toRectangles } from "./svg.js";

const GAP_LABEL_WIDTH = 60; // px: narrower gaps have no label
const TICK_LABEL_WIDTH = 56; // px, at most
const TIP = { lineHeight: 16, padding: 8, width: 116 };

/** Return the class of a line: the one of all news is thin and grey beside others. */
export function getLineClass(key, keys) {
	if (key === ALL_ITEMS) return keys.length > 1 ? "ref" : "all";
	return `l${keys.filter((other) => other !== ALL_ITEMS).indexOf(key) + 1}`;
}

/** Return the chart's SVG element. `keys` are all lines, `visibleKeys` those that are not switched off. */
export function drawChart({ layout, size, keys, visibleKeys, marked }) {
	const svg = createSvg("svg", { class: "chart", viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true" });
	svg.append(...drawGrid(layout), ...drawTicks(layout), ...drawGaps(layout));
	if (marked) svg.append(drawStretch(layout, marked, "marked"));
	svg.append(...drawBars(layout));
	// The grey line lies below the others.
	for (const key of visibleKeys.toSorted((a, b) => (b === ALL_ITEMS) - (a === ALL_ITEMS))) {
		svg.append(...drawLine(layout.lines[key], getLineClass(key, keys), { hasPoints: isAlone(key, keys) }));
	}
	svg.append(createSvg("g", { class: "pointed" }));
	return svg;
}

/** Draw what is at the bucket `index` (null: none), with the values of several lines, and the stretch being chosen. */
export function drawPointed(svg, { layout, columns, index, stretch, keys, visibleKeys, formatName }) {
	const parts = [];
	if (stretch) parts.push(drawStretch(layout, stretch, "brush"));
	if (index !== null) {
		const { plot, centers, toY } = layout;
		const x = centers[index];
		parts.push(createSvg("line", { class: "cross", x1: x, x2: x, y1: plot.top, y2: plot.barsBottom }));
		const values = visibleKeys
			.map((key) => ({ key, value: columns.averages[key][index] }))
			.filter(({ value }) => value !== null);
		for (const { key, value } of values) {
			parts.push(createSvg("circle", { class: `pt ${getLineClass(key, keys)}`, cx: x, cy: toY(value), r: 3.6 }));
		}
		if (keys.length > 1 && values.length) parts.push(drawTip(layout, x, values, { keys, formatName }));
	}
	svg.querySelector(".pointed").replaceChildren(...parts);
}

function isAlone(key, keys) {
	return key === ALL_ITEMS ? keys.length === 1 : keys.length === 2;
}

function drawGrid({ plot, grid, bars, largest }) {
	const label = { class: "ax", x: plot.left - 6, "text-anchor": "end" };
	const values = grid.flatMap(({ value, y }) => [
		createSvg("line", { class: value === 0 ? "zero" : "grid", x1: plot.left, x2: plot.right, y1: y, y2: y }),
		createSvg("text", {
			...{ ...label, y: y + 4 },
			text: value === 0 ? "0" : formatSigned(value, Number.isInteger(value) ? 0 : 1),
		}),
	]);
	return [
		...values,
		createSvg("text", { ...label, y: plot.barsTop + 12, text: bars.length ? formatCount(largest) : "" }),
	];
}

function drawGaps({ plot, gaps }) {
	return gaps.flatMap(({ x, width }) => {
		const area = { x, y: plot.top, width, height: plot.linesBottom - plot.top };
		const label = { class: "ax mid", x: x + width / 2, y: plot.top + 16, "text-anchor": "middle", text: "no news" };
		const parts = [createSvg("rect", { class: "gap", ...area })];
		return width < GAP_LABEL_WIDTH ? parts : [...parts, createSvg("text", label)];
	});
}

function drawStretch({ plot, edges }, { first, last }, className) {
	const [x, end] = [edges[first], edges[last + 1]];
	const area = { x, y: plot.top, width: Math.max(1, end - x), height: plot.barsBottom - plot.top };
	return createSvg("rect", { class: className, ...area });
}

function drawTicks({ plot, ticks, span }) {
	return ticks.flatMap((tick) => {
		const isDay = tick.unit === "day" && ticks.some(({ unit }) => unit === "minute");
		const top = isDay ? plot.top : plot.barsBottom;
		const line = { class: isDay ? "tick dayline" : "tick", x1: tick.x, x2: tick.x, y1: top, y2: plot.barsBottom + 4 };
		const isLast = tick.x > plot.right - TICK_LABEL_WIDTH / 2;
		const place = isLast ? { x: plot.right, "text-anchor": "end" } : { x: tick.x, "text-anchor": "middle" };
		const label = { class: isDay ? "ax strong" : "ax", y: plot.barsBottom + 16, ...place };
		const hasRoom = tick.x > plot.left + 12 && tick.x < plot.right - 12;
		const parts = [createSvg("line", line)];
		return hasRoom ? [...parts, createSvg("text", { ...label, text: formatTick(tick, span) })] : parts;
	});
}

function drawBars({ bars, unfinished }) {
	return SENTIMENTS.flatMap((name) => {
		const own = bars.filter(({ sentiment }) => sentiment === name);
		const [part, whole] = [
			own.filter(({ index }) => index === unfinished),
			own.filter(({ index }) => index !== unfinished),
		];
		return [
			createSvg("path", { class: `vol ${name}`, d: toRectangles(whole) }),
			createSvg("path", { class: `vol ${name} part`, d: toRectangles(part) }),
		];
	});
}

function drawLine({ segments, dash, current, points }, className, { hasPoints }) {
	const lone = segments.filter(({ length }) => length === 1).map(([{ index }]) => index);
	const circles = hasPoints ? points : points.filter(({ index }) => lone.includes(index));
	const parts = [
		createSvg("path", {
			class: `ln ${className}`,
			d: segments
				.filter(({ length }) => length > 1)
				.map(toPath)
				.join(""),
		}),
		createSvg("path", { class: `ln dash ${className}`, d: toPath(dash) }),
		createSvg("path", { class: `pt ${className}`, d: toCircles(circles) }),
	];
	if (current) parts.push(createSvg("circle", { class: `pt now ${className}`, cx: current.x, cy: current.y, r: 3.2 }));
	return parts;
}

/** Return a box beside the bucket with name and value of each line. */
function drawTip({ plot }, x, values, { keys, formatName }) {
	const height = values.length * TIP.lineHeight + TIP.padding;
	const left = x + 10 + TIP.width > plot.right ? x - 10 - TIP.width : x + 10;
	const group = createSvg("g", { class: "tip" });
	group.append(createSvg("rect", { x: left, y: plot.top, width: TIP.width, height, rx: 6 }));
	values.forEach(({ key, value }, row) => {
		const y = plot.top + TIP.lineHeight * (row + 1);
		group.append(
			createSvg("text", { class: `ax ${getLineClass(key, keys)}`, x: left + TIP.padding, y, text: formatName(key) }),
			createSvg("text", {
				...{ class: "ax value", x: left + TIP.width - TIP.padding, y, "text-anchor": "end" },
				text: formatSigned(value),
			}),
		);
	});
	return group;
}

/** Draw sentiment over time with uPlot: lines above, volume below. Colours are the style sheet's, in both themes. */

import { alignSeries, OVERALL, SPANS, writeValue } from "../data/series.js";
import { elementOf, momentOf, tickOf } from "./dom.js";

const LINES_PART = 0.72; // of the height; the bars have most of the rest
const BARS_PART = 0.22;
const LEAST_SWING = 0.2; // of the axis, on either side of zero
const ZOOM_STEP = 1.5;
const VOLUMES = ["positive", "neutral", "negative"];

function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export class TrendChart {
	#elements;
	#keys = [];
	#seconds = 0;
	#known = null; // times, averages and counts, as `alignSeries` gives them
	#plot = null;
	#isZoomed = false;

	/** `elements`: `chart`, `legend`, `at` for the time under the cursor, `readout` for words, `resetZoom`. */
	constructor(elements) {
		this.#elements = elements;
		const { chart, resetZoom } = elements;
		new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(chart);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot?.redraw());
		resetZoom.addEventListener("click", () => this.#zoomOut());
		chart.addEventListener("keydown", (event) => this.#press(event));
		chart.addEventListener("blur", () => this.#point(null));
	}

	/** Show lines for `keys`, and the volume of `volumeKeys` together. */
	draw(series, { keys, volumeKeys }) {
		const { seconds } = SPANS[series.resolution];
		this.#known = alignSeries(series, { keys, volumeKeys, now: Date.now() });
		if (this.#keys.join() !== keys.join() || this.#seconds !== seconds) {
			this.#plot?.destroy();
			this.#isZoomed = false;
			this.#keys = keys;
			this.#seconds = seconds;
			this.#plot = new uPlot(this.#options(), this.#columns(), this.#elements.chart);
			this.#drawLegend();
		}
		this.#fill();
		this.#describe();
	}

	#fill() {
		const { min, max } = this.#plot.scales.x;
		this.#plot.setData(this.#columns(), false);
		// The time shown stays what the reader chose, while the numbers move on.
		this.#plot.setScale("x", this.#isZoomed ? { min, max } : this.#wholeTime());
	}

	/** All buckets, with room for half a bar at either end. */
	#wholeTime() {
		const { times } = this.#known;
		return { min: times[0] - this.#seconds / 2, max: times.at(-1) + this.#seconds / 2 };
	}

	/** Bars are stacked by drawing the longest first, and shorter ones before it. */
	#columns() {
		const { times, averages, counts } = this.#known;
		const stack = (names) => times.map((_, index) => names.reduce((sum, name) => sum + counts[name][index], 0));
		return [times, ...VOLUMES.map((_, n) => stack(VOLUMES.slice(n))), ...this.#keys.map((key) => averages[key])];
	}

	#options() {
		const bars = VOLUMES.map((name) => ({
			scale: "volume",
			paths: uPlot.paths.bars({ size: [0.8, 24] }),
			points: { show: false },
			fill: () => colour(`${name}-fill`),
			width: 0,
		}));
		const lines = this.#keys.map((key, n) => ({
			scale: "y",
			spanGaps: true,
			width: key === OVERALL ? 2.25 : 1.75,
			stroke: () => colour(toneOf(key, n)),
			fill: key === OVERALL ? washOf : undefined,
			fillTo: 0,
			points: { size: 5, fill: () => colour(toneOf(key, n)) },
		}));
		const axis = {
			stroke: () => colour("quiet"),
			font: `12px ${getComputedStyle(document.body).fontFamily}`,
			grid: { show: false },
			ticks: { show: false },
		};
		return {
			...this.#size(),
			legend: { show: false },
			padding: [10, 12, 0, 0],
			cursor: { y: false, drag: { x: true, y: false }, points: { size: 8 } },
			scales: {
				y: { range: (_, low, high) => linesRange(low, high) },
				volume: { range: (_, __, high) => [0, Math.max(4, high) / BARS_PART] },
			},
			axes: [
				{ ...axis, size: 30, space: 72, values: (_, splits) => splits.map((at) => tickOf(new Date(1000 * at))) },
				{
					...axis,
					scale: "y",
					size: 48,
					grid: { stroke: () => colour("grid"), width: 1 },
					splits: (plot) => ticksOf(plot.scales.y.max),
					values: (_, splits) => splits.map((value) => (value === 0 ? "0" : writeValue(value))),
				},
			],
			series: [{}, ...bars, ...lines],
			hooks: {
				setScale: [(plot, scale) => scale === "x" && this.#noteZoom(plot)],
				setCursor: [() => this.#describe()],
			},
		};
	}

	#noteZoom({ scales }) {
		const { times } = this.#known;
		this.#isZoomed = scales.x.max - scales.x.min < times.at(-1) - times[0];
		this.#elements.resetZoom.hidden = !this.#isZoomed;
	}

	#zoomOut() {
		this.#isZoomed = false;
		this.#fill();
	}

	/** Show `factor` times as much time, and keep the bucket `at` where it is. */
	#zoom(factor, at) {
		const { times } = this.#known;
		const { min, max } = this.#plot.scales.x;
		const whole = this.#wholeTime();
		const from = Math.max(whole.min, times[at] - factor * (times[at] - min));
		const to = Math.min(whole.max, times[at] + factor * (max - times[at]));
		if (to - from >= 2 * this.#seconds) this.#plot.setScale("x", { min: from, max: to });
	}

	#press(event) {
		const last = (this.#known?.times.length ?? 0) - 1;
		const at = this.#plot?.cursor.idx ?? last;
		const actions = {
			ArrowLeft: () => this.#point(Math.max(0, at - 1)),
			ArrowRight: () => this.#point(Math.min(last, at + 1)),
			"+": () => this.#zoom(1 / ZOOM_STEP, at),
			"-": () => this.#zoom(ZOOM_STEP, at),
			Escape: () => this.#zoomOut(),
		};
		if (last < 0 || event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
		event.preventDefault();
		actions[event.key]();
	}

	#point(index) {
		const left = index === null ? -10 : this.#plot?.valToPos(this.#known.times[index], "x");
		this.#plot?.setCursor({ left, top: index === null ? -10 : 10 });
		this.#describe();
		const { at, legend, readout } = this.#elements;
		const parts = [...legend.children].map((entry) => entry.textContent);
		readout.textContent = index === null ? "" : `${at.textContent}: ${parts.join(", ")}`;
	}

	#drawLegend() {
		const entry = (label, tone) => {
			const item = document.createElement("li");
			item.className = tone;
			item.append(elementOf("span", `${label} `), elementOf("span", "", { className: "number" }));
			return item;
		};
		this.#elements.legend.replaceChildren(
			...this.#keys.map((key, n) => entry(labelOf(key), toneOf(key, n))),
			...VOLUMES.map((name) => entry(name, `${name}-fill`)),
		);
	}

	/** Write the numbers under the cursor into the legend, or the newest. */
	#describe() {
		const { times, averages, counts } = this.#known;
		const index = this.#plot?.cursor.idx ?? null;
		if (index !== null && index >= times.length) return;
		const newest = (key) => averages[key].findLast((value) => value !== null);
		const texts = [
			...this.#keys.map((key) => valueText(index === null ? newest(key) : averages[key][index])),
			...VOLUMES.map((name) => String(counts[name].at(index ?? -1))),
		];
		this.#elements.at.textContent = index === null ? "" : momentOf(new Date(1000 * times[index]), this.#seconds);
		texts.forEach((text, n) => {
			this.#elements.legend.children[n].lastElementChild.textContent = text;
		});
	}

	#size() {
		const { clientWidth, clientHeight } = this.#elements.chart;
		return { width: Math.max(240, clientWidth), height: Math.max(200, clientHeight) };
	}
}

function labelOf(key) {
	return key === OVERALL ? "All headlines" : key;
}

function toneOf(key, n) {
	return key === OVERALL ? "overall" : `line-${n}`;
}

function valueText(value) {
	return value === null || value === undefined ? "\u2013" : writeValue(value);
}

/** Return the ends of the axis: the lines' part is symmetric around zero, the bars' part is below it. */
function linesRange(low, high) {
	const swing = Math.min(1, Math.max(LEAST_SWING, 1.1 * Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0))));
	return [swing - (2 * swing) / LINES_PART, swing];
}

function ticksOf(swing) {
	const step = [0.1, 0.2].find((each) => swing / each < 2.5) ?? 0.5;
	return [-2, -1, 0, 1, 2].map((count) => count * step).filter((value) => Math.abs(value) <= swing);
}

/** Fill between line and zero: one colour above, another below, stronger the further away. */
function washOf(plot) {
	const place = (value) => plot.valToPos(value, "y", true);
	const wash = plot.ctx.createLinearGradient(0, place(plot.scales.y.max), 0, place(-plot.scales.y.max));
	wash.addColorStop(0, colour("positive-wash"));
	wash.addColorStop(0.5, colour("no-wash"));
	wash.addColorStop(1, colour("negative-wash"));
	return wash;
}

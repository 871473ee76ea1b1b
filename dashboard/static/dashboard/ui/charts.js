/** The chart of sentiment over time, drawn by uPlot: lines above, volume below. Colors come from the style sheet. */

import { SENTIMENTS } from "../data/filter.js";
import { ALL_ITEMS, alignSeries, RESOLUTIONS } from "../data/series.js";
import { createElement } from "./dom.js";
import { formatAxisTick, formatBucketStart, formatSentimentValue, formatTicker } from "./format.js";

const LINES_HEIGHT_SHARE = 0.72; // of the plot; the volume bars have most of the rest
const VOLUME_HEIGHT_SHARE = 0.22;
const MIN_Y_LIMIT = 0.2; // of the sentiment axis, on either side of zero
const ZOOM_STEP = 1.5;
const LOAD_MESSAGES = { loading: "Loading the chart…", failed: "The chart could not be loaded." };

export class SentimentChart {
	#elements;
	#lineKeys = [];
	#bucketSeconds = 0;
	#data = null; // times, averages and counts, as `alignSeries` returns them
	#plot = null;
	#isZoomed = false;

	/**
	 * `elements`: `chart`, `legend`, `time` of the cursor, `readout` for screen readers, `resetZoom`, and the `message`,
	 * `messageText` and `retry` button of the loading state. `onRetry()` runs when the retry button is clicked.
	 */
	constructor(elements, { onRetry }) {
		this.#elements = elements;
		const { chart, resetZoom, retry } = elements;
		new ResizeObserver(() => this.#plot?.setSize(this.#getSize())).observe(chart);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot?.redraw());
		resetZoom.addEventListener("click", () => this.#resetZoom());
		retry.addEventListener("click", () => onRetry());
		chart.addEventListener("keydown", (event) => this.#onKeyDown(event));
		chart.addEventListener("blur", () => this.#moveCursor(null));
	}

	/** Draw a line for each of `keys`, and the summed volume of `volumeKeys`. */
	draw(series, { keys, volumeKeys }) {
		const { seconds } = RESOLUTIONS[series.resolution];
		this.#data = alignSeries(series, { keys, volumeKeys, now: Date.now() });
		if (this.#lineKeys.join() !== keys.join() || this.#bucketSeconds !== seconds) {
			this.#plot?.destroy();
			this.#isZoomed = false;
			this.#lineKeys = keys;
			this.#bucketSeconds = seconds;
			this.#plot = new uPlot(this.#createOptions(), this.#createColumns(), this.#elements.chart);
			this.#createLegend();
		}
		this.#updatePlot();
		this.#updateLegend();
	}

	/** Show that the series is loading or has failed to load, while there is nothing to draw. */
	showLoadStatus(status, { isEmpty }) {
		const { message, messageText, retry } = this.#elements;
		const text = LOAD_MESSAGES[status] ?? "";
		message.hidden = !(isEmpty && text);
		messageText.textContent = text;
		retry.hidden = status !== "failed";
	}

	#updatePlot() {
		const { min, max } = this.#plot.scales.x;
		this.#plot.setData(this.#createColumns(), false);
		// A zoomed time range stays as the user chose it while new data arrives.
		this.#plot.setScale("x", this.#isZoomed ? { min, max } : this.#getFullRange());
	}

	/** All buckets, with half a bucket of padding at either end. */
	#getFullRange() {
		const { times } = this.#data;
		return { min: times[0] - this.#bucketSeconds / 2, max: times.at(-1) + this.#bucketSeconds / 2 };
	}

	/** Return uPlot's columns. Bars are stacked by drawing the cumulative ones first and the shorter ones over them. */
	#createColumns() {
		const { times, averages, counts } = this.#data;
		const sumCounts = (names) => times.map((_, index) => names.reduce((sum, name) => sum + counts[name][index], 0));
		const volumes = SENTIMENTS.map((_, index) => sumCounts(SENTIMENTS.slice(index)));
		return [times, ...volumes, ...this.#lineKeys.map((key) => averages[key])];
	}

	#createOptions() {
		const bars = SENTIMENTS.map((name) => ({
			scale: "volume",
			paths: uPlot.paths.bars({ size: [0.8, 24] }),
			points: { show: false },
			fill: () => getColor(`${name}-fill`),
			width: 0,
		}));
		const lines = this.#lineKeys.map((key, index) => ({
			scale: "y",
			spanGaps: true,
			width: key === ALL_ITEMS ? 2.25 : 1.75,
			stroke: () => colorForLine(key, index),
			points: { size: 5, fill: () => colorForLine(key, index) },
		}));
		const axis = {
			stroke: () => getColor("quiet"),
			font: `12px ${getComputedStyle(document.body).fontFamily}`,
			grid: { show: false },
			ticks: { show: false },
		};
		const timeAxis = {
			...axis,
			size: 30,
			space: 72,
			values: (_, ticks) => ticks.map((time) => formatAxisTick(new Date(1000 * time))),
		};
		const sentimentAxis = {
			...axis,
			scale: "y",
			size: 48,
			grid: { stroke: () => getColor("hair"), width: 1 },
			splits: (plot) => getSentimentTicks(plot.scales.y.max),
			values: (_, ticks) => ticks.map((value) => (value === 0 ? "0" : formatSentimentValue(value))),
		};
		return {
			...this.#getSize(),
			legend: { show: false },
			padding: [10, 12, 0, 0],
			cursor: { y: false, drag: { x: true, y: false }, points: { size: 8 } },
			scales: {
				y: { range: (_, min, max) => getSentimentRange(min, max) },
				volume: { range: (_, __, max) => [0, Math.max(4, max) / VOLUME_HEIGHT_SHARE] },
			},
			axes: [timeAxis, sentimentAxis],
			series: [{}, ...bars, ...lines],
			hooks: {
				setScale: [(plot, scale) => scale === "x" && this.#onTimeRangeChange(plot)],
				setCursor: [() => this.#updateLegend()],
			},
		};
	}

	#onTimeRangeChange({ scales }) {
		const { times } = this.#data;
		this.#isZoomed = scales.x.max - scales.x.min < times.at(-1) - times[0];
		this.#elements.resetZoom.hidden = !this.#isZoomed;
	}

	#resetZoom() {
		this.#isZoomed = false;
		this.#updatePlot();
	}

	/** Scale the time range by `factor` around the bucket `index`. */
	#zoom(factor, index) {
		const { times } = this.#data;
		const { min, max } = this.#plot.scales.x;
		const fullRange = this.#getFullRange();
		const newMin = Math.max(fullRange.min, times[index] - factor * (times[index] - min));
		const newMax = Math.min(fullRange.max, times[index] + factor * (max - times[index]));
		if (newMax - newMin >= 2 * this.#bucketSeconds) this.#plot.setScale("x", { min: newMin, max: newMax });
	}

	#onKeyDown(event) {
		const lastIndex = (this.#data?.times.length ?? 0) - 1;
		const index = this.#plot?.cursor.idx ?? lastIndex;
		const actions = {
			ArrowLeft: () => this.#moveCursor(Math.max(0, index - 1)),
			ArrowRight: () => this.#moveCursor(Math.min(lastIndex, index + 1)),
			"+": () => this.#zoom(1 / ZOOM_STEP, index),
			"-": () => this.#zoom(ZOOM_STEP, index),
			Escape: () => this.#resetZoom(),
		};
		if (lastIndex < 0 || event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
		event.preventDefault();
		actions[event.key]();
	}

	/** Move the cursor to the bucket `index`, or hide it if null, and announce its values. */
	#moveCursor(index) {
		const left = index === null ? -10 : this.#plot?.valToPos(this.#data.times[index], "x");
		this.#plot?.setCursor({ left, top: index === null ? -10 : 10 });
		this.#updateLegend();
		const { time, legend, readout } = this.#elements;
		const values = [...legend.children].map((entry) => entry.textContent);
		readout.textContent = index === null ? "" : `${time.textContent}: ${values.join(", ")}`;
	}

	#createLegend() {
		this.#elements.legend.replaceChildren(
			...this.#lineKeys.map((key, index) => createLegendEntry(getLineLabel(key), getLineName(key, index))),
			...SENTIMENTS.map((name) => createLegendEntry(name, `${name}-fill`)),
		);
	}

	/** Show the values at the cursor in the legend, or the newest values without a cursor. */
	#updateLegend() {
		const { times, averages, counts } = this.#data;
		const index = this.#plot?.cursor.idx ?? null;
		if (index !== null && index >= times.length) return;
		const getNewest = (key) => averages[key].findLast((value) => value !== null);
		const texts = [
			...this.#lineKeys.map((key) => formatAverage(index === null ? getNewest(key) : averages[key][index])),
			...SENTIMENTS.map((name) => String(counts[name].at(index ?? -1))),
		];
		const date = index === null ? null : new Date(1000 * times[index]);
		this.#elements.time.textContent = date ? formatBucketStart(date, this.#bucketSeconds) : "";
		texts.forEach((text, entryIndex) => {
			this.#elements.legend.children[entryIndex].lastElementChild.textContent = text;
		});
	}

	#getSize() {
		const { clientWidth, clientHeight } = this.#elements.chart;
		return { width: Math.max(240, clientWidth), height: Math.max(200, clientHeight) };
	}
}

const probe = createElement("i", "", { hidden: true });

function createLegendEntry(label, className) {
	const entry = createElement("li", "", { className });
	entry.append(createElement("span", `${label} `), createElement("span", "", { className: "number" }));
	return entry;
}

function getLineLabel(key) {
	return key === ALL_ITEMS ? "All headlines" : formatTicker(key);
}

/** Return the name of a line's class and of its color in the style sheet. */
function getLineName(key, index) {
	return key === ALL_ITEMS ? "overall" : `line-${index}`;
}

function formatAverage(value) {
	return value === null || value === undefined ? "\u2013" : formatSentimentValue(value);
}

/** Return the sentiment axis's ends: symmetric around zero for the lines, plus the room for the bars below them. */
function getSentimentRange(min, max) {
	const largest = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0));
	const limit = Math.min(1, Math.max(MIN_Y_LIMIT, 1.1 * largest));
	return [limit - (2 * limit) / LINES_HEIGHT_SHARE, limit];
}

function getSentimentTicks(limit) {
	const step = [0.1, 0.2].find((candidate) => limit / candidate < 2.5) ?? 0.5;
	return [-2, -1, 0, 1, 2].map((count) => count * step).filter((value) => Math.abs(value) <= limit);
}

/** Return the color that the style sheet defines as `--<name>`, for the light or the dark look. */
function getColor(name) {
	probe.style.color = `var(--${name})`;
	if (!probe.isConnected) document.body.append(probe);
	return getComputedStyle(probe).color;
}

function colorForLine(key, index) {
	return getColor(getLineName(key, index));
}

/** The chart of sentiment over time: drawn again when there is news, pointed at with mouse, touch or arrow keys. */

import { findBucket, layOutChart } from "../data/chart_layout.js";
import { SENTIMENTS } from "../data/filter.js";
import { ALL_ITEMS, alignSeries } from "../data/series.js";
import { drawChart, drawPointed, getLineClass } from "./chart_drawing.js";
import { createElement } from "./dom.js";
import { formatTicker } from "./format.js";
import { formatBucket } from "./format_period.js";
import { formatCount, formatSigned, NOTHING } from "./numbers.js";
import { getTone } from "./tone.js";

const DRAG_DISTANCE = 6; // px from which on a press is a drag
const LOAD_MESSAGES = { loading: "Loading the chart\u2026", failed: "The chart could not be loaded." };

export class SentimentChart {
	#elements;
	#callbacks;
	#view = null; // as the period store has it, with the `filter`
	#columns = null;
	#layout = null;
	#svg = null;
	#hiddenKeys = new Set(); // lines that the reader has switched off
	#index = null; // of the bucket that is pointed at
	#anchor = null; // of the bucket at which a choice of a stretch began
	#press = null; // {x, index} of the pointer that is down

	/**
	 * `elements`: `chart`, `legend`, `legendRow` (a template), `time` of the readout in the header, `readout` for screen
	 * readers, `reset`, and the `message`, `messageText` and `retry` button of the loading state. Callbacks:
	 * `onBucket(range)` with the bucket that was chosen, `onRange(range)` with a stretch of several, both in ms, `onUndo()`,
	 * and `onRetry()`.
	 */
	constructor(elements, callbacks) {
		this.#elements = elements;
		this.#callbacks = callbacks;
		const { chart, reset, retry, legend } = elements;
		new ResizeObserver(() => this.#redraw()).observe(chart);
		reset.addEventListener("click", () => callbacks.onUndo());
		retry.addEventListener("click", () => callbacks.onRetry());
		legend.addEventListener("click", ({ target }) => this.#toggleLine(target.closest("[data-key]")?.dataset.key));
		chart.addEventListener("keydown", (event) => this.#onKeyDown(event));
		chart.addEventListener("blur", () => this.#point(null));
		chart.addEventListener("pointerdown", (event) => this.#onPointerDown(event));
		chart.addEventListener("pointermove", (event) => this.#onPointerMove(event));
		chart.addEventListener("pointerup", (event) => this.#onPointerUp(event));
		chart.addEventListener("pointerleave", () => this.#press || this.#point(null));
		chart.addEventListener("pointercancel", () => this.#cancel());
	}

	/** Draw the view of the period store for a filter. */
	draw(view, filter) {
		this.#view = { ...view, filter };
		this.#elements.reset.hidden = filter.bucket === null;
		this.#drawLegend();
		this.#redraw();
	}

	/** Show that the series is loading or has failed to load, while there is nothing to draw. */
	showLoadStatus(status, { isEmpty }) {
		const { message, messageText, retry } = this.#elements;
		const text = LOAD_MESSAGES[status] ?? "";
		message.hidden = !(isEmpty && text);
		messageText.textContent = text;
		retry.hidden = status !== "failed";
	}

	get #visibleKeys() {
		const keys = this.#view.keys.filter((key) => !this.#hiddenKeys.has(key));
		return keys.length ? keys : this.#view.keys;
	}

	#redraw() {
		const { clientWidth: width, clientHeight: height } = this.#elements.chart;
		if (this.#view === null || width === 0 || height === 0) return;
		const { series, keys, volumeKeys, width: bucketWidth, span, now, range, filter } = this.#view;
		const size = { width, height };
		const pointedAt = this.#columns?.times[this.#index];
		this.#columns = alignSeries(series, { keys, volumeKeys, width: bucketWidth, ...span });
		const index = this.#columns.times.indexOf(pointedAt);
		if (index !== this.#index) [this.#index, this.#anchor] = [index < 0 ? null : index, null];
		this.#layout = layOutChart(this.#columns, { size, now: range.end ?? now });
		const marked = this.#findStretch(filter.bucket);
		const svg = drawChart({ layout: this.#layout, size, keys, visibleKeys: this.#visibleKeys, marked });
		this.#svg?.remove();
		this.#svg = svg;
		this.#elements.chart.append(svg);
		this.#drawPointed();
	}

	#drawPointed() {
		const stretch = this.#getStretch();
		drawPointed(this.#svg, {
			...{ layout: this.#layout, columns: this.#columns, index: this.#index, stretch },
			...{ keys: this.#view.keys, visibleKeys: this.#visibleKeys, formatName: getLineName },
		});
		this.#showReadout();
	}

	/** Show the bucket that is pointed at in the header, else the newest with headlines. */
	#showReadout() {
		const { times, counts } = this.#columns;
		const stretch = this.#getStretch();
		const newest = times.findLastIndex((_, index) => SENTIMENTS.some((name) => counts[name][index]));
		const index = this.#index ?? (newest < 0 ? times.length - 1 : newest);
		const [first, last] = stretch ? [stretch.first, stretch.last] : [index, index];
		const { count, average } = this.#summarize(first, last);
		const value = createElement("b", average === null ? NOTHING : formatSigned(average), {
			className: getTone(average),
		});
		const words = count === 0 ? " no headlines" : ` of ${formatCount(count)} ${count === 1 ? "headline" : "headlines"}`;
		const bucket = formatBucket(this.#getRange(first, last), this.#view.now);
		this.#elements.time.replaceChildren(`${bucket} `, value, createElement("span", words, { className: "of" }));
	}

	/** Return the number of headlines of the bars in some buckets, and their mean value. */
	#summarize(first, last) {
		const { series, volumeKeys } = this.#view;
		const { start, end } = this.#getRange(first, last);
		const buckets = volumeKeys
			.flatMap((key) => series.lines[key] ?? [])
			.filter((bucket) => 1000 * bucket.start >= start && 1000 * bucket.start < end);
		const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
		return { count, average: count ? buckets.reduce((sum, bucket) => sum + bucket.sum, 0) / count : null };
	}

	#getRange(first, last) {
		const { times, endTime } = this.#columns;
		return { start: 1000 * times[first], end: 1000 * (times[last + 1] ?? endTime) };
	}

	/** Return the buckets between where a choice began and the pointer; null without a choice. */
	#getStretch() {
		if (this.#anchor === null || this.#index === null || this.#anchor === this.#index) return null;
		return { first: Math.min(this.#anchor, this.#index), last: Math.max(this.#anchor, this.#index) };
	}

	/** Return the buckets of a range (ms) that is marked; null if it is not in the chart. */
	#findStretch(range) {
		if (range === null) return null;
		const { times, endTime } = this.#columns;
		const inside = [...times.keys()].filter(
			(index) => 1000 * (times[index + 1] ?? endTime) > range.start && 1000 * times[index] < range.end,
		);
		return inside.length ? { first: inside[0], last: inside.at(-1) } : null;
	}

	#point(index) {
		if (this.#columns === null) return;
		this.#index = index;
		if (index === null) {
			this.#anchor = null;
			this.#elements.readout.textContent = "";
		}
		this.#drawPointed();
	}

	#cancel() {
		this.#press = null;
		this.#point(null);
	}

	#findIndex(event) {
		return findBucket(this.#layout, event.clientX - this.#elements.chart.getBoundingClientRect().left);
	}

	#onPointerDown(event) {
		if (this.#layout === null || event.button !== 0 || !event.isPrimary) return;
		this.#press = { x: event.clientX, index: this.#findIndex(event) };
		this.#elements.chart.setPointerCapture(event.pointerId);
	}

	#onPointerMove(event) {
		if (this.#layout === null) return;
		const isDrag = this.#press && Math.abs(event.clientX - this.#press.x) >= DRAG_DISTANCE;
		if (isDrag) this.#anchor = this.#press.index;
		this.#point(this.#findIndex(event));
	}

	#onPointerUp(event) {
		if (this.#press === null) return;
		const isDrag = Math.abs(event.clientX - this.#press.x) >= DRAG_DISTANCE;
		const index = this.#findIndex(event);
		const [first, last] = [Math.min(index, this.#press.index), Math.max(index, this.#press.index)];
		this.#cancel();
		if (isDrag) this.#callbacks.onRange(this.#getRange(first, last));
		else this.#callbacks.onBucket(this.#getRange(index, index));
	}

	#onKeyDown(event) {
		if (this.#columns === null || event.ctrlKey || event.metaKey || event.altKey) return;
		const lastIndex = this.#columns.times.length - 1;
		const index = this.#index ?? lastIndex + 1;
		const actions = {
			ArrowLeft: () => this.#step(Math.max(0, index - 1), event.shiftKey),
			ArrowRight: () => this.#step(Math.min(lastIndex, index + 1), event.shiftKey),
			Home: () => this.#step(0, event.shiftKey),
			End: () => this.#step(lastIndex, event.shiftKey),
			Enter: () => this.#choose(),
			" ": () => this.#choose(),
			Escape: () => this.#undo(),
		};
		if (!(event.key in actions)) return;
		event.preventDefault();
		event.stopPropagation();
		actions[event.key]();
	}

	/** Point at a bucket with the keyboard; with Shift, from where that began. */
	#step(index, isStretch) {
		this.#anchor = isStretch ? (this.#anchor ?? this.#index ?? index) : null;
		this.#point(index);
		const values = this.#visibleKeys.map(
			(key) => `${getLineName(key)} ${formatSigned(this.#columns.averages[key][index])}`,
		);
		const counts = SENTIMENTS.map((name) => `${this.#columns.counts[name][index]} ${name}`);
		const lines = this.#view.keys.length > 1 ? `: ${values.join(", ")}` : "";
		this.#elements.readout.textContent = `${this.#elements.time.textContent}${lines}; ${counts.join(", ")}`;
	}

	#choose() {
		const stretch = this.#getStretch();
		const index = this.#index;
		if (index === null) return;
		this.#anchor = null;
		if (stretch) this.#callbacks.onRange(this.#getRange(stretch.first, stretch.last));
		else this.#callbacks.onBucket(this.#getRange(index, index));
	}

	/** Give up a choice that has begun, else the last one made. */
	#undo() {
		const isChoosing = this.#anchor !== null || this.#press !== null;
		this.#cancel();
		if (!isChoosing) this.#callbacks.onUndo();
	}

	#toggleLine(key) {
		if (key === undefined) return;
		if (!this.#hiddenKeys.delete(key)) this.#hiddenKeys.add(key);
		this.#drawLegend();
		this.#redraw();
	}

	/** List the lines with buttons that switch them; not where there is only one. */
	#drawLegend() {
		const { legend, legendRow } = this.#elements;
		const { keys } = this.#view;
		const listed = keys.length > 1 ? [...keys.slice(1), ALL_ITEMS] : [];
		while (legend.children.length > listed.length) legend.lastElementChild.remove();
		while (legend.children.length < listed.length) legend.append(legendRow.content.firstElementChild.cloneNode(true));
		listed.forEach((key, row) => {
			const button = legend.children[row].querySelector("button");
			button.dataset.key = key;
			button.className = getLineClass(key, keys);
			button.ariaPressed = String(!this.#hiddenKeys.has(key));
			button.querySelector("span").textContent = getLineName(key);
		});
	}
}

function getLineName(key) {
	return key === ALL_ITEMS ? "All news" : formatTicker(key);
}

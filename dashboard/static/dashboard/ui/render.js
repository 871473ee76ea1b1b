/** Render the state into the page, at most once per animation frame. */

import { SENTIMENTS } from "../data/filter.js";
import { computeSparkline } from "../data/series.js";
import { computePercentages, getTopics, getTopTickers } from "../data/state.js";
import { getElement, setNumber, setText, setTime } from "./dom.js";
import { formatSentimentValue, formatTicker, formatTime } from "./format.js";

const SPARKLINE_BUCKETS = 60;
const SPARKLINE_HEIGHT = 24; // in units of the SVG's viewBox
const SPARKLINE_WIDTH = 64;
const NOTHING = "\u2013";
const NEUTRAL_THRESHOLD = 0.15; // averages closer to zero are drawn as neutral

export class Renderer {
	#config;
	#drawChart;
	#pendingView = null;
	#lastSummaryAt = 0; // ms

	/** `drawChart(series)` draws the chart in the same frame. */
	constructor({ config, drawChart }) {
		this.#config = config;
		this.#drawChart = drawChart;
	}

	/** Render `{state, series, updatedAt, isFirst}` in the next frame. Later calls before that frame replace it. */
	render(view) {
		if (this.#pendingView === null) requestAnimationFrame(() => this.#draw());
		this.#pendingView = { ...view, isFirst: view.isFirst || this.#pendingView?.isFirst };
	}

	#draw() {
		const { state, series, updatedAt, isFirst } = this.#pendingView;
		this.#pendingView = null;
		const shares = computePercentages(state.metrics);
		this.#drawTotals(state, shares);
		this.#drawTopTickers(state, series);
		if (isFirst) this.#lastSummaryAt = 0;
		getElement("sample-banner").hidden = !state.showsSamples || state.metrics.total === 0;
		getElement("samples-notice").hidden = !state.hasHiddenSamples;
		setTime(getElement("last-updated"), updatedAt, formatTime(updatedAt));
		this.#announceSummary(state.metrics, shares, updatedAt);
		this.#drawChart(series);
	}

	#drawTotals({ metrics }, shares) {
		setNumber(getElement("total-items"), metrics.total);
		setNumber(getElement("rate-last-hour"), metrics.rate_last_hour);
		setNumber(getElement("rate-last-24h"), metrics.rate_last_24h);
		for (const name of SENTIMENTS) {
			setNumber(getElement(`${name}-count`), metrics[name]);
			setText(getElement(`${name}-pct`), metrics.total ? `${shares[name].toFixed(1)}%` : NOTHING);
		}
	}

	#drawTopTickers({ metrics, filter }, series) {
		const list = getElement("tag-chart");
		const template = getElement("ticker-row");
		const { MAX_TICKER_ROWS, TOPICS } = this.#config;
		const topTickers = getTopTickers(metrics.by_tag, MAX_TICKER_ROWS, TOPICS);
		while (list.children.length < topTickers.length) list.append(template.content.cloneNode(true));
		while (list.children.length > topTickers.length) list.lastElementChild.remove();
		const options = { now: Date.now(), buckets: SPARKLINE_BUCKETS };
		topTickers.forEach(([ticker, count], index) => {
			const row = list.children[index];
			const link = row.querySelector(".name");
			row.dataset.ticker = ticker;
			link.search = `?tickers=${encodeURIComponent(ticker)}`;
			setText(link.firstElementChild, ticker);
			link.ariaCurrent = filter.tickers.includes(ticker) ? "true" : null;
			setText(row.querySelector(".count"), String(count));
			drawSparkline(row, computeSparkline(series, ticker, options));
		});
		drawTopics(getTopics(metrics.by_tag, TOPICS), filter);
	}

	/** Announce the totals to screen readers, at most once per SUMMARY_INTERVAL. */
	#announceSummary(metrics, shares, now) {
		const parts = SENTIMENTS.map((name) => `${Math.round(shares[name])}% ${name}`);
		const summary = `${metrics.total} headlines: ${parts.join(", ")}.`;
		const region = getElement("live-summary");
		if (summary === region.textContent || now - this.#lastSummaryAt < this.#config.SUMMARY_INTERVAL) return;
		this.#lastSummaryAt = Number(now);
		region.textContent = summary;
	}
}

function drawTopics(topics, filter) {
	const [list, template] = [getElement("topics"), getElement("topic-row")];
	while (list.children.length < topics.length) list.append(template.content.cloneNode(true));
	while (list.children.length > topics.length) list.lastElementChild.remove();
	topics.forEach(([ticker, count], index) => {
		const row = list.children[index];
		const link = row.querySelector(".name");
		row.dataset.ticker = ticker;
		link.search = `?tickers=${encodeURIComponent(ticker)}`;
		setText(link, formatTicker(ticker));
		link.ariaCurrent = filter.tickers.includes(ticker) ? "true" : null;
		setText(row.querySelector(".count"), String(count));
	});
}

function drawSparkline(row, { points, average }) {
	const coordinates = points.map(
		({ x, y }) => `${(x * SPARKLINE_WIDTH).toFixed(1)} ${((1 - y) * SPARKLINE_HEIGHT).toFixed(1)}`,
	);
	// A single point becomes a line of length 0, which round line caps draw as a dot.
	const path =
		coordinates.length === 1 ? `M${coordinates[0]}h0` : coordinates.length ? `M${coordinates.join("L")}` : "";
	const sentiment = classifyAverage(average);
	row.querySelector(".line").setAttribute("d", path);
	row.querySelector(".spark").setAttribute("class", `spark ${sentiment}`);
	row.querySelector(".score").className = average === null ? "score" : `score ${sentiment}`;
	setText(row.querySelector(".average"), average === null ? "" : formatSentimentValue(average));
}

function classifyAverage(average) {
	if (average === null || Math.abs(average) < NEUTRAL_THRESHOLD) return "neutral";
	return average > 0 ? "positive" : "negative";
}

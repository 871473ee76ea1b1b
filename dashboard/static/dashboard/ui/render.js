/** Render the state into the page, at most once per animation frame. */

import { hasRowFilters, SENTIMENTS } from "../data/filter.js";
import { computeSparkline } from "../data/series.js";
import {
	compareHours,
	computePercentages,
	getTopics,
	getTopTickers,
	hasSampleItems,
	SAMPLE_SOURCE,
} from "../data/state.js";
import { createLinkOrText, getElement, setBarLength, setNumber, setText, setTime } from "./dom.js";
import { formatChange, formatItemDate, formatSentimentValue, formatTicker, formatTime } from "./format.js";

const SPARKLINE_BUCKETS = 60;
const SPARKLINE_HEIGHT = 24; // in units of the SVG's viewBox
const SPARKLINE_WIDTH = 100;
const NEUTRAL_THRESHOLD = 0.05; // averages closer to zero are drawn as neutral

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
		drawSentimentBar(getElement("sentiment-bar"), shares);
		this.#drawTopTickers(state, series);
		this.#drawRows(state.items, { isFirst });
		if (isFirst) this.#lastSummaryAt = 0;
		this.#drawEmptyStates(state);
		setTime(getElement("last-updated"), updatedAt, formatTime(updatedAt));
		this.#announceSummary(state.metrics, shares, updatedAt);
		this.#drawChart(series);
	}

	#drawTotals(state, shares) {
		const { metrics } = state;
		setNumber(getElement("total-items"), metrics.total);
		setNumber(getElement("rate-last-hour"), metrics.rate_last_hour);
		setNumber(getElement("rate-last-24h"), metrics.rate_last_24h);
		const changes = compareHours(state);
		setText(getElement("rate-change"), formatChange(changes.rate, { unit: "%", digits: 0 }));
		for (const name of SENTIMENTS) {
			setNumber(getElement(`${name}-count`), metrics[name]);
			setText(getElement(`${name}-pct`), `${shares[name].toFixed(1)}%`);
			setText(getElement(`${name}-change`), formatChange(changes[name], { unit: " pts", digits: 1 }));
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
			const button = row.querySelector(".name");
			row.dataset.ticker = ticker;
			setText(button, ticker);
			button.ariaPressed = String(filter.tickers.includes(ticker));
			setText(row.querySelector(".count"), String(count));
			drawSparkline(row, computeSparkline(series, ticker, options));
		});
		drawTopics(getTopics(metrics.by_tag, TOPICS), filter);
	}

	#drawRows(items, { isFirst }) {
		const tableBody = getElement("items-tbody");
		const template = getElement("item-row");
		const existingRows = [...tableBody.querySelectorAll("tr[data-item-id]")];
		const rowsById = new Map(existingRows.map((row) => [row.dataset.itemId, row]));
		const ids = new Set(items.map((item) => item.item_id));
		for (const [id, row] of rowsById) if (!ids.has(id)) removeRow(row);
		let nextRow = tableBody.firstElementChild;
		for (const item of items) {
			const row = rowsById.get(item.item_id) ?? template.content.firstElementChild.cloneNode(true);
			if (isFirst || row.dataset.seq !== String(item.seq)) {
				if (!isFirst) updateDetails(row); // they are of the former state
				fillRow(row, item);
				row.classList.toggle("is-new", !isFirst);
			}
			// Rows that keep their place are not moved, so that a focused link keeps the focus.
			if (row === nextRow) nextRow = getDetailsRow(row)?.nextElementSibling ?? row.nextElementSibling;
			else insertRow(row, nextRow, tableBody);
		}
	}

	#drawEmptyStates({ items, filter, hasHiddenSamples }) {
		const isEmpty = items.length === 0;
		const isFiltered = filter.tickers.length > 0 || hasRowFilters(filter);
		getElement("sample-badge").hidden = !hasSampleItems({ items });
		getElement("samples-notice").hidden = !hasHiddenSamples;
		getElement("items-table").hidden = isEmpty;
		getElement("empty-state").hidden = !isEmpty || isFiltered;
		getElement("no-match").hidden = !isEmpty || !isFiltered;
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
		const button = row.querySelector(".name");
		row.dataset.ticker = ticker;
		setText(button, formatTicker(ticker));
		button.ariaPressed = String(filter.tickers.includes(ticker));
		setText(row.querySelector(".count"), String(count));
	});
}

/** Draw the shares, in percent, as one bar with three segments, and describe it in its label. */
function drawSentimentBar(bar, shares) {
	let start = 0;
	for (const name of SENTIMENTS) {
		const segment = bar.querySelector(`.${name}`);
		segment.setAttribute("x", `${start}%`);
		segment.setAttribute("width", `${shares[name]}%`);
		start += shares[name];
	}
	bar.setAttribute("aria-label", SENTIMENTS.map((name) => `${shares[name].toFixed(1)}% ${name}`).join(", "));
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
	row.querySelector(".sparkline").dataset.sentiment = sentiment;
	row.querySelector(".average").dataset.sentiment = sentiment;
	setText(row.querySelector(".average"), average === null ? "" : formatSentimentValue(average));
}

function classifyAverage(average) {
	if (average === null || Math.abs(average) < NEUTRAL_THRESHOLD) return "neutral";
	return average > 0 ? "positive" : "negative";
}

function fillRow(row, item) {
	const date = new Date(item.timestamp);
	row.dataset.itemId = item.item_id;
	row.dataset.seq = item.seq;
	row.dataset.sentiment = item.sentiment;
	row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
	setTime(row.querySelector("time"), date, formatItemDate(date));
	fillTickers(row.querySelector(".ticker"), item);
	row.querySelector(".sentiment").textContent = item.sentiment;
	row.querySelector(".confidence .number").textContent = item.score.toFixed(2);
	setBarLength(row.querySelector(".confidence .bar"), item.score);
	row.querySelector(".title").replaceWith(createLinkOrText(item.title, item.url, { className: "title", dir: "auto" }));
	fillCorrected(row.querySelector(".corrected"), item.corrected_at);
	row.querySelector(".source span").textContent = item.source;
	row.querySelector(".details button").ariaLabel = `Why: ${item.title}`;
}

function fillCorrected(element, time) {
	element.hidden = !time;
	if (!time) return;
	const date = new Date(time);
	setTime(element, date, `Corrected ${formatItemDate(date)}`);
}

/** Show the ticker that the row's sentiment is of, and how many others the item has. */
function fillTickers(cell, { ticker, tickers = [ticker] }) {
	const others = tickers.length - 1;
	cell.querySelector(".symbol").textContent = formatTicker(ticker);
	cell.querySelector(".more").textContent = others ? `+${others}` : "";
	cell.title = others ? tickers.map(formatTicker).join(", ") : "";
}

function getDetailsRow(row) {
	return row.nextElementSibling?.classList.contains("details-row") ? row.nextElementSibling : null;
}

/** Close the details of a row that has changed. Those in which staff label stay open, and load the item again. */
function updateDetails(row) {
	const detailsRow = getDetailsRow(row);
	if (detailsRow?.querySelector(".labels")) {
		detailsRow.dispatchEvent(new Event("stale"));
		return;
	}
	detailsRow?.remove();
	row.querySelector(".details button").ariaExpanded = "false";
}

function insertRow(row, nextRow, tableBody) {
	const detailsRow = getDetailsRow(row);
	tableBody.insertBefore(row, nextRow);
	if (detailsRow) row.after(detailsRow);
}

function removeRow(row) {
	getDetailsRow(row)?.remove();
	row.remove();
}

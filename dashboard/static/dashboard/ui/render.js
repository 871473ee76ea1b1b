/** Render the state into the page, at most once per animation frame. */

import { hasRowFilters, SENTIMENTS } from "../data/filter.js";
import { computeSparkline } from "../data/series.js";
import { computePercentages, getTopics, getTopTickers, SAMPLE_SOURCE } from "../data/state.js";
import { getElement, setNumber, setText, setTime } from "./dom.js";
import { formatItemDate, formatSentimentValue, formatTicker, formatTime } from "./format.js";

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
		this.#drawRows(state.items, { isFirst });
		if (isFirst) this.#lastSummaryAt = 0;
		this.#drawEmptyStates(state);
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

	#drawRows(items, { isFirst }) {
		const tableBody = getElement("items-tbody");
		const template = getElement("item-row");
		const existingRows = [...tableBody.querySelectorAll("tr[data-item-id]")];
		const rowsById = new Map(existingRows.map((row) => [row.dataset.itemId, row]));
		const ids = new Set(items.map((item) => item.item_id));
		for (const [id, row] of rowsById) if (!ids.has(id)) removeRow(row);
		if (isFirst) for (const day of tableBody.querySelectorAll(".day")) day.remove();
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

	#drawEmptyStates({ items, filter, metrics, showsSamples, hasHiddenSamples }) {
		const isEmpty = items.length === 0;
		const isFiltered = filter.tickers.length > 0 || hasRowFilters(filter) || metrics.total > 0;
		getElement("sample-banner").hidden = !showsSamples || isEmpty;
		getElement("samples-notice").hidden = !hasHiddenSamples;
		getElement("items-table").hidden = isEmpty;
		getElement("list-end").hidden = isEmpty;
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

function fillRow(row, item) {
	const date = new Date(item.published_at ?? item.timestamp);
	row.dataset.itemId = item.item_id;
	row.dataset.seq = item.seq;
	row.dataset.sentiment = item.sentiment;
	row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
	setTime(row.querySelector("time"), date, formatItemDate(date));
	fillChips(row.querySelector(".who"), item);
	const title = row.querySelector(".title");
	title.search = `?item=${item.item_id}`;
	title.title = item.title;
	setText(title, item.title);
	const corrected = row.querySelector(".corrected");
	corrected.hidden = !item.corrected_at;
	corrected.title = item.corrected_at ? `Corrected ${formatItemDate(new Date(item.corrected_at))}` : "";
	const source = row.querySelector(".source a");
	setText(source, item.source);
	source.dataset.source = item.source;
	source.search = `?source=${encodeURIComponent(item.source)}`;
	source.title = `Only ${item.source}`;
	setText(row.querySelector(".conf"), `${Math.round(100 * item.score)}%`);
}

function fillChips(cell, { ticker, entities = [] }) {
	const others = entities.filter((entity) => entity.ticker !== ticker);
	const first = entities.find((entity) => entity.ticker === ticker);
	const chips = (first ? [first, ...others] : entities).map(createChip);
	const menu = cell.querySelector(".more");
	for (const chip of cell.querySelectorAll(".chip")) chip.remove();
	cell.prepend(...chips.slice(0, 2));
	menu.hidden = chips.length < 3;
	menu.firstElementChild.textContent = `+${chips.length - 2}`;
	menu.lastElementChild.replaceChildren(...chips.slice(2));
}

function createChip({ ticker, value, score }) {
	const chip = getElement("chip").content.firstElementChild.cloneNode(true);
	chip.className = `chip ${classifyAverage(value)}`;
	chip.classList.toggle("strong-v", Math.abs(value) >= 0.5);
	chip.classList.toggle("unsure", score < 0.5);
	chip.dataset.ticker = ticker;
	chip.search = `?tickers=${encodeURIComponent(ticker)}`;
	chip.querySelector("b").textContent = formatTicker(ticker);
	chip.querySelector(".n").textContent = formatSentimentValue(value);
	chip.title = `${formatTicker(ticker)} ${formatSentimentValue(value)}`;
	return chip;
}

function getDetailsRow(row) {
	return row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null;
}

/** Close the details of a row that has changed. Those in which staff label stay open, and load the item again. */
function updateDetails(row) {
	const detailsRow = getDetailsRow(row);
	if (detailsRow?.querySelector(".labels")) {
		detailsRow.dispatchEvent(new Event("stale"));
		return;
	}
	detailsRow?.remove();
	row.querySelector(".title").ariaExpanded = "false";
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

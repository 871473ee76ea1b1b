/** Put the state on the page, in one animation frame however many events came before it. */

import { choosesRows } from "../data/filter.js";
import { sparkline, writeValue } from "../data/series.js";
import { changes, hasSampleItems, percentages, SAMPLE_SOURCE, SENTIMENTS, topTickers } from "../data/state.js";
import { clock, find, linkOrText, shortTime, writeChange, writeNumber, writeText, writeTime } from "./dom.js";

const SPARK_BUCKETS = 60;
const SPARK_HEIGHT = 24;
const SPARK_WIDTH = 100;
const LEANING = 0.05; // an average this far from zero has a colour

export class Renderer {
	#config;
	#drawChart;
	#newest = null;
	#summarisedAt = 0;

	constructor({ config, drawChart }) {
		this.#config = config;
		this.#drawChart = drawChart;
	}

	/** Show what is known with the next frame; the newest wins. */
	render(known) {
		if (this.#newest === null) requestAnimationFrame(() => this.#draw());
		this.#newest = { ...known, isFirst: known.isFirst || this.#newest?.isFirst };
	}

	#draw() {
		const { state, series, updatedAt, isFirst } = this.#newest;
		this.#newest = null;
		const shares = percentages(state.metrics);
		this.#drawNumbers(state, shares);
		drawMood(find("mood-bar"), shares);
		this.#drawLeaders(state, series);
		this.#drawRows(state.items, { isFirst });
		if (isFirst) this.#summarisedAt = 0;
		this.#drawStates(state);
		writeTime(find("last-updated"), updatedAt, clock(updatedAt));
		this.#summarise(state.metrics, shares, updatedAt);
		this.#drawChart(series);
	}

	#drawNumbers(state, shares) {
		const { metrics } = state;
		writeNumber(find("total-items"), metrics.total);
		writeNumber(find("rate-last-hour"), metrics.rate_last_hour);
		writeNumber(find("rate-last-24h"), metrics.rate_last_24h);
		const change = changes(state);
		writeChange(find("rate-change"), change.rate, { unit: "%", digits: 0 });
		for (const name of SENTIMENTS) {
			writeNumber(find(`${name}-count`), metrics[name]);
			writeText(find(`${name}-pct`), `${shares[name].toFixed(1)}%`);
			writeChange(find(`${name}-change`), change[name], { unit: " pts", digits: 1 });
		}
	}

	#drawLeaders({ metrics, filter }, series) {
		const list = find("tag-chart");
		const template = find("tag-row");
		const pairs = topTickers(metrics.by_tag, this.#config.MAX_TICKERS);
		while (list.children.length < pairs.length) list.append(template.content.cloneNode(true));
		while (list.children.length > pairs.length) list.lastElementChild.remove();
		const options = { now: Date.now(), buckets: SPARK_BUCKETS };
		pairs.forEach(([ticker, count], index) => {
			const row = list.children[index];
			const name = row.querySelector(".name");
			row.dataset.ticker = ticker;
			writeText(name, ticker);
			name.ariaPressed = String(filter.tickers.includes(ticker));
			writeText(row.querySelector(".count"), String(count));
			drawSpark(row, sparkline(series, ticker, options));
		});
	}

	#drawRows(items, { isFirst }) {
		const body = find("items-tbody");
		const template = find("item-row");
		const rows = new Map([...body.querySelectorAll("tr[data-item-id]")].map((row) => [row.dataset.itemId, row]));
		const wanted = new Set(items.map((item) => item.item_id));
		for (const [id, row] of rows) if (!wanted.has(id)) removeRow(row);
		let place = body.firstElementChild;
		for (const item of items) {
			const row = rows.get(item.item_id) ?? template.content.firstElementChild.cloneNode(true);
			if (isFirst || row.dataset.seq !== String(item.seq)) {
				fillRow(row, item);
				row.classList.toggle("is-new", !isFirst);
			}
			// Rows that stay are not touched: a link keeps its focus.
			if (row === place) place = detailOf(row)?.nextElementSibling ?? row.nextElementSibling;
			else insertRow(row, place, body);
		}
	}

	#drawStates({ items, filter }) {
		const isEmpty = items.length === 0;
		const isFiltered = filter.tickers.length > 0 || choosesRows(filter);
		find("sample-badge").hidden = !hasSampleItems({ items });
		find("items-table").hidden = isEmpty;
		find("empty-state").hidden = !isEmpty || isFiltered;
		find("no-match").hidden = !isEmpty || !isFiltered;
	}

	#summarise(metrics, shares, now) {
		const parts = SENTIMENTS.map((name) => `${Math.round(shares[name])}% ${name}`);
		const summary = `${metrics.total} items: ${parts.join(", ")}.`;
		const place = find("live-summary");
		if (summary === place.textContent || now - this.#summarisedAt < this.#config.SUMMARY_INTERVAL) return;
		this.#summarisedAt = Number(now);
		place.textContent = summary;
	}
}

/** Draw `share`, 0..1, in an SVG bar. */
export function setLength(bar, share) {
	bar.querySelector(".value").setAttribute("width", `${(100 * share).toFixed(1)}%`);
}

/** Draw the shares, in percent, as one bar of three. Its label says the same in words. */
function drawMood(bar, shares) {
	let start = 0;
	for (const name of SENTIMENTS) {
		const segment = bar.querySelector(`.${name}`);
		segment.setAttribute("x", `${start}%`);
		segment.setAttribute("width", `${shares[name]}%`);
		start += shares[name];
	}
	bar.setAttribute("aria-label", SENTIMENTS.map((name) => `${shares[name].toFixed(1)}% ${name}`).join(", "));
}

function drawSpark(row, { points, average }) {
	const places = points.map(({ x, y }) => `${(x * SPARK_WIDTH).toFixed(1)} ${((1 - y) * SPARK_HEIGHT).toFixed(1)}`);
	// A single point is drawn as a dot: a line of no length with round ends.
	const path = places.length === 1 ? `M${places[0]}h0` : places.length ? `M${places.join("L")}` : "";
	const tone = average === null || Math.abs(average) < LEANING ? "neutral" : average > 0 ? "positive" : "negative";
	row.querySelector(".line").setAttribute("d", path);
	row.querySelector(".spark").dataset.sentiment = tone;
	row.querySelector(".lean").dataset.sentiment = tone;
	writeText(row.querySelector(".lean"), average === null ? "" : writeValue(average));
}

function fillRow(row, item) {
	const at = new Date(item.timestamp);
	row.dataset.itemId = item.item_id;
	row.dataset.seq = item.seq;
	row.dataset.sentiment = item.sentiment;
	row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
	writeTime(row.querySelector("time"), at, shortTime(at));
	fillTickers(row.querySelector(".ticker"), item.tickers ?? [item.ticker]);
	row.querySelector(".sentiment").textContent = item.sentiment;
	row.querySelector(".score .number").textContent = item.score.toFixed(2);
	setLength(row.querySelector(".score .bar"), item.score);
	row.querySelector(".title").replaceWith(linkOrText(item.title, item.url, { className: "title", dir: "auto" }));
	row.querySelector(".source span").textContent = item.source;
	row.querySelector(".why button").ariaLabel = `Why: ${item.title}`;
}

function fillTickers(cell, tickers) {
	const [first, ...others] = tickers;
	cell.querySelector(".symbol").textContent = first;
	cell.querySelector(".more").textContent = others.length ? `+${others.length}` : "";
	cell.title = tickers.join(", ");
}

function detailOf(row) {
	return row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null;
}

function insertRow(row, place, body) {
	const detail = detailOf(row);
	body.insertBefore(row, place);
	if (detail) row.after(detail);
}

function removeRow(row) {
	detailOf(row)?.remove();
	row.remove();
}

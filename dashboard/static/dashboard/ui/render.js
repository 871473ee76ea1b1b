/** Render the state into the page, at most once per animation frame. */

import { hasRowFilters } from "../data/filter.js";
import { SAMPLE_SOURCE } from "../data/state.js";
import { getTone } from "../data/tone.js";
import { getElement, setText, setTime } from "./dom.js";
import { formatItemDate, formatSentimentValue, formatTicker } from "./format.js";

export class Renderer {
	#parts;
	#pendingView = null;

	/** `parts` are functions that draw a view in the same frame. */
	constructor(...parts) {
		this.#parts = parts;
	}

	/** Render `{state, isFirst, …}` in the next frame. Later calls before that frame replace it. */
	render(view) {
		if (this.#pendingView === null) requestAnimationFrame(() => this.#draw());
		this.#pendingView = { ...view, isFirst: view.isFirst || this.#pendingView?.isFirst };
	}

	#draw() {
		const view = this.#pendingView;
		this.#pendingView = null;
		this.#drawRows(view.state.items, view);
		this.#drawEmptyStates(view.state);
		for (const draw of this.#parts) draw(view);
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
	chip.className = `chip ${getTone(value)}`;
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

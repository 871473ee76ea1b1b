/** The filters of the list: their state, the menu of sources, links in rows that filter, and the export of what is shown. */

import { buildExportUrl, describeExport } from "../data/export_query.js";
import { hasRowFilters } from "../data/filter.js";
import { getElement, isPlainClick, setText, wideScreen } from "./dom.js";
import { formatPeriodLabel } from "./format_period.js";
import { formatCount } from "./numbers.js";
import { formatAge } from "./times.js";

const MAX_PANEL_SOURCES = 10;

export class RowFilters {
	#config;
	#fetchSources;
	#updateFilter;
	#filter = null;

	/** `fetchSources()` resolves to `[{name, count, last_item_at}]`; `updateFilter(changes)` changes the address. */
	constructor({ config, fetchSources, updateFilter }) {
		this.#config = config;
		this.#fetchSources = fetchSources;
		this.#updateFilter = updateFilter;
		getElement("source-menu").addEventListener("toggle", ({ target }) => target.open && this.#loadSources());
		getElement("export").addEventListener("click", () => this.#drawExport());
		document.addEventListener("click", (event) => this.#onClick(event));
		document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenus());
	}

	/** Show which filters are set. `filter` has the tickers of a watchlist, if one is shown. */
	render(filter) {
		this.#filter = filter;
		const { sentiment, source, text, kind, confidence } = filter;
		const parts = { "source-menu": source, "filter-kind": kind, "filter-confidence": confidence };
		for (const [id, value] of Object.entries(parts)) {
			const element = getElement(id);
			(element.querySelector("summary") ?? element).classList.toggle("active", Boolean(value));
		}
		setText(getElement("source-label"), source ? `Source: ${source}` : "Source");
		getElement("filter-kind").value = kind;
		showConfidence(getElement("filter-confidence"), confidence);
		const names = [
			sentiment,
			source,
			text && `\u201c${text}\u201d`,
			kind && `kind: ${kind}`,
			confidence && `${confidence}% or more sure`,
		];
		const active = hasRowFilters(filter) ? names.filter(Boolean) : [];
		setText(getElement("filter-names"), active.join(", "));
		setText(getElement("dock-filters"), String(active.length));
		getElement("filter-note").hidden = getElement("dock-filters").hidden = active.length === 0;
		this.#drawExport();
		this.refreshPanel();
	}

	/** Load the panel of sources, where there is room for one. */
	refreshPanel() {
		if (wideScreen.matches) this.#loadSources();
	}

	/** The address tells the time, so it is made again at each click. */
	#drawExport() {
		const link = getElement("export");
		link.href = buildExportUrl(this.#filter, { apiBase: this.#config.API_BASE, now: Date.now() });
		link.title = describeExport(this.#filter);
	}

	#onClick(event) {
		const { target } = event;
		for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
		const link = target.closest("a[data-source]");
		if (link === null || !isPlainClick(event)) return;
		event.preventDefault();
		closeMenus();
		const { source } = link.dataset;
		this.#updateFilter({ source: source === this.#filter.source ? "" : source });
	}

	async #loadSources() {
		const list = getElement("source-options");
		const sources = await this.#fetchSources().catch(() => null);
		if (sources === null) return; // those that the server has rendered stay
		getElement("source-panel").closest("section").hidden = sources.length === 0;
		setText(getElement("sources-period"), formatPeriodLabel(this.#filter, Date.now()));
		const largest = Math.max(...sources.map(({ count }) => count));
		getElement("source-panel").replaceChildren(
			...sources.slice(0, MAX_PANEL_SOURCES).map((source) => createPanelRow(source, largest)),
		);
		const all = { name: "", count: null };
		list.replaceChildren(...[all, ...sources].map((source) => createOption(source, this.#filter.source)));
	}
}

function createOption(source, chosen) {
	const { name, count } = source;
	const option = getElement("source-option").content.firstElementChild.cloneNode(true);
	const link = option.querySelector("a");
	link.href = name ? `?source=${encodeURIComponent(name)}` : "?";
	link.dataset.source = name;
	if (name === chosen) link.ariaCurrent = "true";
	option.querySelector("span").textContent = name || "All sources";
	return count === null ? option : fillCounts(option, source);
}

/** Show how many headlines a source has, and when the last one was published. */
function fillCounts(row, { count, last_item_at, is_partial }) {
	row.querySelector(".count").textContent = `${formatCount(count)}${is_partial ? "+" : ""}`;
	row.querySelector(".last").textContent = formatAge(new Date(last_item_at), new Date());
	return row;
}

/** A row of the panel of sources: name, bar, count, and when the last headline was published. */
function createPanelRow(source, largest) {
	const { name, count } = source;
	const row = getElement("source-row").content.firstElementChild.cloneNode(true);
	const link = row.querySelector("a");
	link.href = `?source=${encodeURIComponent(name)}`;
	link.dataset.source = name;
	link.textContent = name;
	row.querySelector("rect").setAttribute("width", (100 * count) / largest);
	return fillCounts(row, source);
}

/** The address may have a percentage that the menu does not. */
function showConfidence(select, percent) {
	const value = percent ? String(percent) : "";
	if (![...select.options].some((option) => option.value === value)) {
		select.append(new Option(`At least ${percent}%`, value));
	}
	select.value = value;
}

function closeMenus() {
	for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
}

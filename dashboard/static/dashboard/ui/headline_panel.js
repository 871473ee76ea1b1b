/** The panel of headlines: wire list, detail, holding, filters, keys and the choice of a day to each other. */

import { hasRowFilters } from "../data/filter.js";
import { getListRange, PERIODS } from "../data/period.js";
import { initDayJump } from "./day_jump.js";
import { formatHeadlines } from "./day_row.js";
import { Detail } from "./detail.js";
import { createElement, getElement, isPlainClick, setText } from "./dom.js";
import { formatTicker } from "./format.js";
import { HeadlineView } from "./headline_view.js";
import { initKeys } from "./keys.js";
import { createLabeller } from "./labels.js";
import { createListFocus } from "./list_focus.js";
import { ListHold } from "./list_hold.js";
import { RowFilters } from "./row_filters.js";
import { initSheets } from "./sheet.js";
import { getDay } from "./times.js";

const AGE_INTERVAL = 15_000; // ms between updates of "1 min", "2 h"
const END_TEXTS = {
	loading: "Loading older headlines…",
	failed: "Older headlines could not be loaded.",
	ready: "No older headlines in this period.",
};

const PERIOD_TITLES = { "24h": "24 hours", "7d": "7 days", "30d": "30 days", all: "all headlines" };

export class HeadlinePanel {
	#headlines;
	#view;
	#detail;
	#hold;
	#rowFilters;
	#updateFilter;
	#total = 0;

	/**
	 * `headlines`: see data/headlines.js. `updateFilter(changes, options)` changes the address, `undoPeriod()` takes back
	 * what was chosen in the chart.
	 */
	constructor({ config, headlines, account, fetchJson, updateFilter, undoPeriod }) {
		this.#headlines = headlines;
		this.#updateFilter = updateFilter;
		this.#detail = new Detail({
			config,
			fetchJson,
			showLabels: createLabeller({ account, template: getElement("label-row") }),
			getFilter: () => headlines.filter,
			onChange: () => this.#onDetailChange(),
		});
		this.#view = new HeadlineView({ headlines, onDraw: () => this.#onDraw() });
		this.#hold = new ListHold({ headlines, view: this.#view, detail: this.#detail });
		this.#rowFilters = new RowFilters({
			config,
			fetchSources: () => fetchJson(`${config.SITE_PATH}sources?${headlines.getPeriodQuery()}`),
			updateFilter,
		});
		this.#view.tableBody.addEventListener("click", (event) => this.#onClick(event));
		getElement("older").addEventListener("click", (event) => {
			event.preventDefault();
			this.#view.setEndless(true);
			if (headlines.list.olderCursor === null) headlines.open();
			else headlines.loader.loadOlder();
		});
		getElement("wider-period").addEventListener("click", (event) => {
			event.preventDefault();
			updateFilter({ period: getWiderPeriod(headlines.filter), start: null, end: null, bucket: null });
		});
		initDayJump({
			tableBody: this.#view.tableBody,
			getFirstDay: () => this.#getFirstDay(),
			goTo: (day, end) => this.#goToDay(day, end),
		});
		initSheets({ onLeave: () => this.#view.setEndless(false) });
		const focus = createListFocus({ view: this.#view, toggleDetail: (id) => this.#toggle(id) });
		initKeys({
			j: focus.next,
			k: focus.previous,
			o: focus.toggle,
			p: () => this.#hold.togglePause(),
			Escape: () => this.#onEscape() || undoPeriod(),
		});
		setInterval(() => document.hidden || this.#view.updateAges(), AGE_INTERVAL);
		document.addEventListener("visibilitychange", () => document.hidden || this.#view.updateAges());
	}

	/** When the reader saw the list before, in ms; null where nothing is unread. */
	set lastVisit(time) {
		this.#view.lastVisit = time;
	}

	/** Note how many headlines there are in all, which tells an empty list from an empty site. */
	showTotal(total) {
		if ((total === 0) !== (this.#total === 0)) this.render();
		this.#total = total;
	}

	/** Load what neither stream nor snapshot has. */
	refresh() {
		this.#rowFilters.refreshPanel();
	}

	/** Draw the list in the next frame. */
	render() {
		this.#view.render();
	}

	/** Show the filter of the address: `filter` has the tickers of a watchlist, if one is shown. */
	showFilter(filter) {
		this.#rowFilters.render(filter);
		if (filter.item) this.#detail.open(filter.item);
		else this.#detail.close();
	}

	#onDraw() {
		const listed = this.#headlines.list.getListed(this.#detail.id);
		if (listed) this.#detail.update(listed.seq);
		this.#drawEnd();
		this.#hold.update();
	}

	/** What stands below the list: its end, how to go on, or why there is nothing. */
	#drawEnd() {
		const { list, loader } = this.#headlines;
		const isComplete = list.olderCursor === null && loader.status === "ready";
		const isEmpty = list.count === 0 && this.#detail.id === null;
		getElement("items-table").hidden = isEmpty;
		getElement("list-end").hidden = isEmpty && isComplete;
		setText(getElement("list-end-text"), isComplete || loader.status !== "ready" ? END_TEXTS[loader.status] : "");
		const [older, wider] = [getElement("older"), getElement("wider-period")];
		older.hidden = isComplete || loader.status === "loading";
		setText(older, loader.status === "failed" ? "Try again" : "Older headlines");
		const widerPeriod = getWiderPeriod(this.#headlines.filter);
		wider.hidden = !isComplete || !widerPeriod;
		if (widerPeriod) setText(wider, `Show ${PERIOD_TITLES[widerPeriod]}`);
		setText(getElement("apply-filters"), `Show ${formatHeadlines(list.count, list.olderCursor !== null)}`);
		this.#drawNothing(isEmpty && isComplete);
	}

	#drawNothing(isEmpty) {
		const { filter, unknown } = this.#headlines;
		const isUnknown = isEmpty && unknown.length > 0;
		const isFiltered = filter.tickers.length > 0 || hasRowFilters(filter) || this.#total > 0;
		getElement("unknown-ticker").hidden = !isUnknown;
		document.body.toggleAttribute("data-unknown", isUnknown);
		getElement("no-match").hidden = !isEmpty || isUnknown || !isFiltered;
		getElement("empty-state").hidden = !isEmpty || isUnknown || isFiltered;
		if (isUnknown) drawUnknown(unknown);
	}

	#onDetailChange() {
		const { id, row, pinned } = this.#detail;
		this.#view.detail = id === null ? null : { id, row, pinned };
		this.#hold.update();
	}

	#onClick(event) {
		const title = event.target.closest(".title");
		if (title === null || !isPlainClick(event)) return;
		event.preventDefault();
		this.#toggle(title.closest("tr").dataset.itemId);
	}

	/** Open or close the detail of an item; the address follows, and with it the detail. */
	#toggle(id) {
		this.#updateFilter({ item: id === this.#detail.id ? "" : id }, { historyMethod: "replaceState" });
	}

	#onEscape() {
		if (this.#detail.id === null) return false;
		this.#toggle(this.#detail.id);
		return true;
	}

	/** Return the first day of the list's period, or null if it has no beginning. */
	#getFirstDay() {
		const { start } = getListRange(this.#headlines.filter, Date.now());
		return start ? getDay(new Date(start)) : null;
	}

	async #goToDay(day, end) {
		if (this.#view.scrollToDay(day)) return;
		await this.#headlines.loader.jumpTo(end);
		this.#view.scrollToTop();
	}
}

/** Return the next wider period, or null if there is none. */
function getWiderPeriod({ period }) {
	const names = Object.keys(PERIODS);
	return names[names.indexOf(period) + 1 || names.length] ?? null;
}

/** Say which tickers no headline has ever had, and which may be meant. */
function drawUnknown(unknown) {
	const element = getElement("unknown-ticker");
	const names = unknown.map(({ ticker }) => formatTicker(ticker));
	setText(element.querySelector("h3"), `Nothing yet about ${names.join(", ")}`);
	const suggestions = unknown.flatMap((each) => each.suggestions);
	const question = getElement("did-you-mean");
	question.hidden = suggestions.length === 0;
	const links = suggestions.map(({ symbol, name }) =>
		createElement("a", `${symbol}, ${name}`, { href: `?tickers=${encodeURIComponent(symbol)}` }),
	);
	question.replaceChildren("Did you mean ", ...links.flatMap((link, index) => (index ? [", ", link] : [link])), "?");
}

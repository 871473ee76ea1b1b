/** The panel of headlines: wire list, detail, holding, filters, keys and the choice of a day to each other. */

import { getListRange } from "../data/period.js";
import { initDayJump } from "./day_jump.js";
import { Detail } from "./detail.js";
import { getElement, setText } from "./dom.js";
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

export class HeadlinePanel {
	#headlines;
	#view;
	#detail;
	#hold;
	#rowFilters;
	#updateFilter;

	/**
	 * `headlines`: see data/headlines.js. `updateFilter(changes, options)` changes the address, `clearPeriod()` undoes what
	 * was chosen in the chart and returns whether there was anything.
	 */
	constructor({ config, headlines, account, fetchJson, updateFilter, clearPeriod }) {
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
			headlines.loader.loadOlder();
		});
		initDayJump({
			tableBody: this.#view.tableBody,
			getFirstDay: () => this.#getFirstDay(),
			goTo: (day, end) => this.#goToDay(day, end),
		});
		initSheets();
		const focus = createListFocus({ view: this.#view, toggleDetail: (id) => this.#toggle(id) });
		initKeys({
			j: focus.next,
			k: focus.previous,
			o: focus.toggle,
			p: () => this.#hold.togglePause(),
			Escape: () => this.#onEscape() || clearPeriod(),
		});
		setInterval(() => document.hidden || this.#view.updateAges(), AGE_INTERVAL);
		document.addEventListener("visibilitychange", () => document.hidden || this.#view.updateAges());
	}

	/** Mark the headlines as unread for which `isUnread(item)` is true. */
	set isUnread(isUnread) {
		this.#view.isUnread = isUnread;
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
		const shown = this.#headlines.list.getShown(this.#detail.id);
		if (shown) this.#detail.update(shown.seq);
		this.#drawEnd();
		this.#hold.update();
	}

	#drawEnd() {
		const { list, loader } = this.#headlines;
		const isComplete = list.older === null;
		getElement("list-end").hidden = list.count === 0;
		setText(getElement("list-end-text"), isComplete || loader.status !== "ready" ? END_TEXTS[loader.status] : "");
		const older = getElement("older");
		older.hidden = isComplete || loader.status === "loading";
		setText(older, loader.status === "failed" ? "Try again" : "Older headlines");
		const wider = document.getElementById("wider-period");
		if (wider) wider.hidden = !isComplete;
	}

	#onDetailChange() {
		const { id, row, pinned } = this.#detail;
		this.#view.detail = id === null ? null : { id, row, pinned };
		this.#hold.update();
	}

	#onClick(event) {
		const title = event.target.closest(".title");
		if (title === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
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

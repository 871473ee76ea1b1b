/** What the page shows of the period: totals, chart, most mentioned instruments or the members of a watchlist, topics. */

import { formatFilter } from "../data/filter.js";
import { listTopics } from "../data/leaders.js";
import { getElement, setText } from "./dom.js";
import { formatTicker, nameChoice } from "./format.js";
import { formatWidth } from "./format_period.js";
import { drawLeaders, drawMembers } from "./leaders.js";
import { formatCount } from "./numbers.js";
import { drawTotals } from "./totals.js";

const DRAW_INTERVAL = 200; // ms, at least, between two drawings: many headlines can come at once

export class PeriodView {
	#chart;
	#topics;
	#countUnread;
	#onDraw;
	#view = null; // the newest one
	#drawnAt = Number.NEGATIVE_INFINITY; // ms
	#timer = null;

	/**
	 * `countUnread(id)` returns the new headlines of a watchlist by ticker; `topics` are tickers that are no leaders;
	 * `onDraw(period)` runs after a drawing.
	 */
	constructor({ chart, topics, countUnread, onDraw }) {
		this.#chart = chart;
		this.#topics = topics;
		this.#countUnread = countUnread;
		this.#onDraw = onDraw;
	}

	/** Draw a view, at once if the last drawing was not just before; else the newest one a little later. */
	draw(view) {
		this.#view = view;
		if (this.#timer !== null) return;
		const delay = this.#drawnAt + DRAW_INTERVAL - performance.now();
		if (delay > 0) this.#timer = setTimeout(() => this.#drawNewest(), delay);
		else this.#drawNewest();
	}

	#drawNewest() {
		this.#timer = null;
		this.#drawnAt = performance.now();
		const { state, getPeriod, getLeaders, getMembers, watchlist, names } = this.#view;
		const { filter } = state;
		const view = getPeriod();
		const { totals, now } = view;
		if (totals !== null) drawTotals(totals, { filter, name: nameChoice(this.#view), now });
		drawWidths(view, filter.resolution);
		this.#chart.draw(view, filter);
		this.#onDraw(view);
		if (totals === null) return;
		const hrefOf = (ticker) => formatFilter({ ...filter, tickers: [ticker], watchlistId: "", bucket: null });
		const options = { view, filter, names, hrefOf };
		const leaders = getLeaders();
		const topics = listTopics(totals.by_tag, this.#topics);
		getElement("top-tickers").hidden = leaders.length + topics.length === 0;
		drawLeaders(leaders, options);
		if (watchlist) drawMembers(getMembers(), { ...options, unread: this.#countUnread(watchlist.config_id) });
		drawTopics(topics, hrefOf);
	}
}

/** Offer the widths that fit the chart's span; the first says which was chosen by itself. */
function drawWidths({ width, widths }, wanted) {
	const select = getElement("resolution");
	const names = ["", ...widths];
	const isSame =
		names.length === select.options.length && names.every((name, index) => select.options[index].value === name);
	if (!isSame) select.replaceChildren(...names.map((name) => new Option(formatWidth(name), name)));
	setText(select.options[0], widths.includes(wanted) ? "Auto" : `Auto, ${formatWidth(width)}`);
	const value = widths.includes(wanted) ? wanted : "";
	if (select.value !== value) select.value = value;
}

function drawTopics(topics, hrefOf) {
	const [list, template] = [getElement("topics"), getElement("topic-row")];
	while (list.children.length < topics.length) list.append(template.content.cloneNode(true));
	while (list.children.length > topics.length) list.lastElementChild.remove();
	topics.forEach(([ticker, count], index) => {
		const row = list.children[index];
		row.dataset.ticker = ticker;
		const link = row.querySelector(".name");
		if (link.getAttribute("href") !== hrefOf(ticker)) link.href = hrefOf(ticker);
		setText(link, formatTicker(ticker));
		setText(row.querySelector(".count"), formatCount(count));
	});
}

/** The instruments of the period: the most mentioned, or the members of a watchlist. */

import { computeSparkline, selectBuckets } from "../data/series.js";
import { getElement, setText } from "./dom.js";
import { formatPeriodLabel } from "./format_period.js";
import { formatCount, formatSigned, NOTHING } from "./numbers.js";
import { createSvg, toCircles, toPath } from "./svg.js";
import { getTone } from "./tone.js";

const SPARK = { width: 64, top: 3, height: 18 }; // the dot at the end has room above and below
const STEPS = { min: 4, max: 13 }; // of a trend: fewer where few buckets have headlines
const MIN_TREND = 3; // points that are joined: fewer show no trend, and are dots

/**
 * Draw the most mentioned instruments, `[ticker, count]`. `names` has their names, `hrefOf(ticker)` returns the address of
 * the page that shows one.
 */
export function drawLeaders(leaders, { view, filter, names, hrefOf }) {
	setText(getElement("top-tickers-period"), formatPeriodLabel(filter, view.now));
	const rows = fitRows(getElement("tag-chart"), getElement("ticker-row"), leaders.length);
	leaders.forEach(([ticker, count], index) => {
		const row = rows[index];
		fillRow(row, { ticker, count, view, name: names[ticker] ?? "", href: hrefOf(ticker) });
		const button = row.querySelector(".compare");
		button.ariaPressed = String(filter.compare.includes(ticker));
		button.ariaLabel = `Show ${ticker} in the chart`;
	});
}

/** Draw the members of a watchlist, `[ticker, count]`; `unread` has the number of new headlines by ticker. */
export function drawMembers(members, { view, names, unread, hrefOf }) {
	const rows = fitRows(getElement("members-list"), getElement("member-row"), members.length);
	members.forEach(([ticker, count], index) => {
		const row = rows[index];
		fillRow(row, { ticker, count, view, name: names[ticker] ?? "", href: hrefOf(ticker) });
		const badge = row.querySelector(".new");
		badge.hidden = !unread[ticker];
		setText(badge, `${unread[ticker] ?? 0} new`);
		row.querySelector(".remove").ariaLabel = `Remove ${ticker}`;
	});
}

function fillRow(row, { ticker, count, view, name, href }) {
	row.dataset.ticker = ticker;
	const link = row.querySelector(".name");
	if (link.getAttribute("href") !== href) link.href = href;
	link.title = name || ticker;
	setText(link.querySelector("b"), ticker);
	setText(link.querySelector("span"), name);
	setText(row.querySelector(".count"), formatCount(count));
	const occupied = selectBuckets(view.series, ticker, view.span).length;
	const steps = Math.max(STEPS.min, Math.min(STEPS.max, occupied));
	const { points, average } = computeSparkline(view.series, ticker, { ...view.span, steps });
	const tone = getTone(average);
	drawSpark(row.querySelector(".spark"), points, tone);
	row.querySelector(".score").className = `score ${tone}`;
	setText(row.querySelector(".average"), average === null ? NOTHING : formatSigned(average));
}

/** Draw a line with a dot at its end, or dots. */
function drawSpark(svg, points, tone) {
	const line = points.map(({ x, y }) => ({ x: SPARK.width * x, y: SPARK.top + SPARK.height * (1 - y) }));
	svg.setAttribute("class", `spark ${tone}`);
	const dots = line.map((point) => ({ ...point, radius: 1 }));
	svg.querySelector(".line").setAttribute("d", line.length < MIN_TREND ? toCircles(dots) : toPath(line));
	const last = line.at(-1);
	svg.querySelector("circle")?.remove();
	if (last) svg.append(createSvg("circle", { cx: last.x.toFixed(1), cy: last.y.toFixed(1), r: 2 }));
}

/** Return the rows of a list, made as many as `count` with a template. */
function fitRows(list, template, count) {
	while (list.children.length > count) list.lastElementChild.remove();
	while (list.children.length < count) list.append(template.content.firstElementChild.cloneNode(true));
	return list.children;
}

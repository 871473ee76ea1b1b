/** The totals of the period: mean sentiment, headlines, instruments and shares, with their change. */

import { SENTIMENTS } from "../data/filter.js";
import { describeTotals } from "../data/period_totals.js";
import { getElement, setText } from "./dom.js";
import { describeComparison, describePeriod } from "./format_period.js";
import { formatCount, formatDifference, formatPercent, formatSigned, NOTHING } from "./numbers.js";
import { getTone } from "./tone.js";

const BAR_LENGTH = 1000;
const BAR_GAP = 3;

/** Draw the totals of a filter's period; `name` is that of a watchlist or of the tickers, "" for all news. */
export function drawTotals(totals, { filter, name, now }) {
	const { total, average, instruments, shares, changes } = describeTotals(totals);
	const period = describePeriod(filter, now);
	const title = name ? `${name}, ${period}` : period;
	const heading = getElement("period-title");
	setText(heading, title[0].toUpperCase() + title.slice(1));
	heading.title = filter.tickers.join(", ");
	setText(getElement("period-compared"), changes.total === null ? "" : describeComparison(filter));
	const value = getElement("period-average");
	setText(value, total ? formatSigned(average) : NOTHING);
	value.closest("div").className = `lead ${total ? getTone(average) : ""}`;
	setText(getElement("period-average-change"), formatDifference(changes.average, { digits: 2, units: ["", ""] }));
	setText(getElement("period-total"), total ? formatCount(total) : NOTHING);
	setText(getElement("period-total-change"), formatDifference(changes.total, { units: ["%", "%"] }));
	setText(getElement("period-instruments"), instruments ? formatCount(instruments) : NOTHING);
	for (const sentiment of SENTIMENTS) {
		setText(getElement(`period-${sentiment}-pct`), shares ? formatPercent(shares[sentiment] / 100) : NOTHING);
		setText(getElement(`period-${sentiment}-count`), shares ? formatCount(totals[sentiment]) : "");
		const change = formatDifference(changes[sentiment], { units: [" pt", " pts"] });
		setText(getElement(`period-${sentiment}-change`), change);
	}
	drawBar(getElement("period-bar"), shares);
}

/** Draw the shares, in percent, as one bar with three segments; without headlines it is empty. */
function drawBar(bar, shares) {
	let start = 0;
	for (const name of SENTIMENTS) {
		const length = shares ? (BAR_LENGTH * shares[name]) / 100 : 0;
		const segment = bar.querySelector(`.${name}`);
		segment.setAttribute("x", start);
		segment.setAttribute("width", Math.max(0, length - BAR_GAP));
		start += length;
	}
	const words = SENTIMENTS.map((name) => `${shares?.[name]}% ${name}`).join(", ");
	bar.setAttribute("aria-label", shares ? words : "No headlines");
}

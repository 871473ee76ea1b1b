/** The status bar: totals of all time, or of the chosen tickers, and when the page was updated. */

import { SENTIMENTS } from "../data/filter.js";
import { computePercentages } from "../data/state.js";
import { getElement, setNumber, setText, setTime } from "./dom.js";
import { formatTime, nameChoice } from "./format.js";
import { formatCount, formatPercent, NOTHING } from "./numbers.js";

export class StatusBar {
	#interval;
	#lastSummaryAt = 0; // ms

	/** `summaryInterval`: ms, at least, between announcements to screen readers. */
	constructor({ summaryInterval }) {
		this.#interval = summaryInterval;
	}

	draw(view) {
		const { updatedAt, isFirst } = view;
		const { metrics } = view.state;
		const shares = computePercentages(metrics);
		setText(getElement("total-label"), ["All time", nameChoice(view)].filter(Boolean).join(", "));
		setNumber(getElement("total-items"), metrics.total);
		setNumber(getElement("rate-last-hour"), metrics.rate_last_hour);
		setNumber(getElement("rate-last-24h"), metrics.rate_last_24h);
		for (const name of SENTIMENTS) {
			setNumber(getElement(`${name}-count`), metrics[name]);
			setText(getElement(`${name}-pct`), metrics.total ? `${shares[name].toFixed(1)}%` : NOTHING);
		}
		setTime(getElement("last-updated"), updatedAt, formatTime(updatedAt));
		if (isFirst) this.#lastSummaryAt = 0;
		this.#announce(metrics, shares, updatedAt);
	}

	#announce(metrics, shares, now) {
		const parts = SENTIMENTS.map((name) => `${formatPercent(shares[name] / 100)} ${name}`);
		const summary = metrics.total ? `${formatCount(metrics.total)} headlines: ${parts.join(", ")}.` : "No headlines.";
		const region = getElement("live-summary");
		if (summary === region.textContent || now - this.#lastSummaryAt < this.#interval) return;
		this.#lastSummaryAt = Number(now);
		region.textContent = summary;
	}
}

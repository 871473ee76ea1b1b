/** The address of an export of what the list shows. Pure functions. */

import { formatInstant, getListRange } from "./period.js";

/** Return the address of a CSV file of the list's headlines, as of `now` (ms). An export has no filter by kind. */
export function buildExportUrl(filter, { apiBase, now }) {
	const params = new URLSearchParams({ format: "csv" });
	if (filter.tickers.length) params.set("tickers", filter.tickers.join(","));
	if (filter.sentiment) params.set("sentiment", filter.sentiment);
	if (filter.source) params.set("source", filter.source);
	if (filter.text) params.set("q", filter.text);
	if (filter.confidence) params.set("min_score", String(filter.confidence / 100));
	const { start, end } = getListRange(filter, now);
	if (start) params.set("published_from", formatInstant(start));
	if (end !== null) params.set("published_to", formatInstant(end));
	return `${apiBase}/export?${params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

/** The address of an export of what the list shows. Pure functions. */

import { formatInstant, getListRange } from "./period.js";

/** Return the address of a CSV file of the list's headlines, as of `now` (ms). `topics`: symbols of the topics. */
export function buildExportUrl(filter, { apiBase, topics, now }) {
	const params = new URLSearchParams({ format: "csv" });
	const tickers = filter.tickers.length === 0 && filter.kind === "market" ? topics : filter.tickers;
	if (tickers.length) params.set("tickers", tickers.join(","));
	if (filter.sentiment) params.set("sentiment", filter.sentiment);
	if (filter.source) params.set("source", filter.source);
	if (filter.text) params.set("q", filter.text);
	if (filter.confidence) params.set("min_score", String(filter.confidence / 100));
	const { start, end } = getListRange(filter, now);
	if (start) params.set("published_from", formatInstant(start));
	if (end !== null) params.set("published_to", formatInstant(end));
	return `${apiBase}/export?${params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

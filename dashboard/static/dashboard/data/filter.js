/** The page's filter, and its form as a URL query string. Pure functions. */

import { hasConfidence } from "./entities.js";
import { EMPTY_PERIOD, formatPeriodParameters, parsePeriod } from "./period.js";
import { matchesSearch, parseSearch } from "./search.js";
import { WIDTHS } from "./widths.js";

export const MAX_PAGE_TICKERS = 50;
export const SENTIMENTS = ["positive", "neutral", "negative"];

const TICKER_PATTERN = /^[A-Z0-9^][A-Z0-9.^=&_-]{0,19}$/;
const SHARE_CLASS_PATTERN = /^([A-Z]{1,5})[-/]([A-Z])$/; // BRK-B and BRK/B are BRK.B, as on the server
const ID_PATTERN = /^[0-9a-f-]{36}$/; // of a watchlist or an item
const KINDS = ["company", "market"];

/**
 * `confidence`: percent, at least. `item`: id of the headline whose detail is open. `resolution` "": the chart's width is
 * chosen by itself. `compare`: tickers with a line in the chart besides `tickers`.
 */
export const EMPTY_FILTER = {
	...EMPTY_PERIOD,
	...{ tickers: [], sentiment: "", source: "", text: "", kind: "", confidence: 0 },
	...{ item: "", resolution: "", watchlistId: "", compare: [] },
};

/** Split text at commas, semicolons and spaces. Returns `{tickers, invalid}`. */
export function parseTickers(text) {
	const parts = text
		.toUpperCase()
		.split(/[\s,;]+/)
		.map((part) => part.replace(/^\$/, "").replace(SHARE_CLASS_PATTERN, "$1.$2"))
		.filter(Boolean);
	return {
		tickers: [...new Set(parts.filter((part) => TICKER_PATTERN.test(part)))],
		invalid: parts.filter((part) => !TICKER_PATTERN.test(part)),
	};
}

/** Return an error message for the result of `parseTickers`, or "" if it is valid. */
export function validateTickers({ tickers, invalid }) {
	if (invalid.length)
		return `${invalid[0].slice(0, 20)}: a ticker has 1 to 20 letters, digits or . ^ = & - _ characters.`;
	return tickers.length > MAX_PAGE_TICKERS ? `${tickers.length} tickers: choose ${MAX_PAGE_TICKERS} or fewer.` : "";
}

/** Return the filter of a query string. Invalid parameters are ignored. */
export function parseFilter(search) {
	const params = new URLSearchParams(search);
	const getOption = (name, options, fallback) => (options.includes(params.get(name)) ? params.get(name) : fallback);
	const parseList = (name) => {
		const { tickers, invalid } = parseTickers(params.get(name) ?? "");
		return invalid.length || tickers.length > MAX_PAGE_TICKERS ? [] : tickers;
	};
	const watchlistId = params.get("configuration") ?? "";
	return {
		...parsePeriod(params),
		tickers: parseList("tickers"),
		sentiment: getOption("sentiment", SENTIMENTS, ""),
		source: params.get("source") ?? "",
		text: (params.get("q") ?? "").trim(),
		kind: getOption("kind", KINDS, ""),
		confidence: parsePercent(params.get("confidence")),
		item: ID_PATTERN.test(params.get("item")) ? params.get("item") : "",
		resolution: getOption("resolution", Object.keys(WIDTHS), EMPTY_FILTER.resolution),
		watchlistId: ID_PATTERN.test(watchlistId) ? watchlistId : "",
		compare: parseList("compare"),
	};
}

/** Return the query string of a filter, with its "?"; "" for the default filter. */
export function formatFilter(filter) {
	const params = new URLSearchParams();
	if (filter.watchlistId) params.set("configuration", filter.watchlistId);
	else if (filter.tickers.length) params.set("tickers", filter.tickers.join(","));
	for (const [name, value] of Object.entries(formatPeriodParameters(filter))) params.set(name, value);
	if (filter.sentiment) params.set("sentiment", filter.sentiment);
	if (filter.source) params.set("source", filter.source);
	if (filter.text) params.set("q", filter.text);
	if (filter.kind) params.set("kind", filter.kind);
	if (filter.confidence) params.set("confidence", filter.confidence);
	if (filter.resolution) params.set("resolution", filter.resolution);
	if (filter.item) params.set("item", filter.item);
	if (filter.compare.length) params.set("compare", filter.compare.join(","));
	// RFC 3986, section 3.4 allows these in a query as they are, which is easier to read.
	const query = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
	return query && `?${query}`;
}

/** Whether an item passes the row filters. `topics`: symbols of the instruments that are topics. */
export function matchesRowFilters({ sentiment, source, text, kind, confidence }, item, topics = []) {
	if (sentiment && item.sentiment !== sentiment) return false;
	if (source && item.source !== source) return false;
	if (!hasConfidence(item, confidence)) return false;
	const isMarket = (item.tickers ?? [item.ticker]).every((ticker) => topics.includes(ticker));
	if (kind && isMarket !== (kind === "market")) return false;
	return matchesSearch(parseSearch(text), item.title ?? "");
}

/** Whether the list is filtered further than the totals. */
export function hasRowFilters({ sentiment, source, text, kind, confidence }) {
	return Boolean(sentiment || source || kind || confidence || parseSearch(text).length);
}

/** Add a ticker, or remove it if present. The oldest is dropped beyond `limit`. */
export function toggleTicker(tickers, ticker, limit = MAX_PAGE_TICKERS) {
	if (tickers.includes(ticker)) return tickers.filter((other) => other !== ticker);
	return [...tickers, ticker].slice(-limit);
}

function parsePercent(text) {
	return /^\d{1,3}$/.test(text ?? "") && Number(text) <= 100 ? Number(text) : 0;
}

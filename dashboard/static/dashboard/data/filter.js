/** What the page is asked to show, as its address says it. Pure. */

export const MAX_TICKERS = 20;
export const RESOLUTIONS = ["1m", "5m", "15m", "30m", "1h", "24h"];

const TICKER = /^[A-Z0-9][A-Z0-9.-]{0,9}$/;
const SENTIMENTS = ["positive", "neutral", "negative"];
const CONFIGURATION = /^[0-9a-f-]{36}$/;

export const NO_FILTER = { tickers: [], sentiment: "", source: "", text: "", resolution: "1m", configuration: "" };

/** Return `{tickers, refused}` of a text, apart by comma or space. */
export function readTickers(text) {
	const parts = text
		.toUpperCase()
		.split(/[\s,;]+/)
		.map((part) => part.replace(/^\$/, ""))
		.filter(Boolean);
	return {
		tickers: [...new Set(parts.filter((part) => TICKER.test(part)))],
		refused: parts.filter((part) => !TICKER.test(part)),
	};
}

/** Return the filter of an address's query. What can't be read is left out. */
export function readFilter(search) {
	const query = new URLSearchParams(search);
	const oneOf = (name, values, otherwise) => (values.includes(query.get(name)) ? query.get(name) : otherwise);
	const { tickers, refused } = readTickers(query.get("tickers") ?? "");
	const configuration = query.get("configuration") ?? "";
	return {
		tickers: refused.length || tickers.length > MAX_TICKERS ? [] : tickers,
		sentiment: oneOf("sentiment", SENTIMENTS, ""),
		source: query.get("source") ?? "",
		text: (query.get("q") ?? "").trim(),
		resolution: oneOf("resolution", RESOLUTIONS, NO_FILTER.resolution),
		configuration: CONFIGURATION.test(configuration) ? configuration : "",
	};
}

/** Return the query of a filter, or "" when everything is shown. */
export function writeFilter(filter) {
	const query = new URLSearchParams();
	if (filter.configuration) query.set("configuration", filter.configuration);
	else if (filter.tickers.length) query.set("tickers", filter.tickers.join(","));
	if (filter.sentiment) query.set("sentiment", filter.sentiment);
	if (filter.source) query.set("source", filter.source);
	if (filter.text) query.set("q", filter.text);
	if (filter.resolution !== NO_FILTER.resolution) query.set("resolution", filter.resolution);
	// A comma may stand as it is (RFC 3986, 3.4), and reads better.
	const text = query.toString().replaceAll("%2C", ",");
	return text && `?${text}`;
}

/** Whether the table shows an item of the topic. */
export function isShown({ sentiment, source, text }, item) {
	if (sentiment && item.sentiment !== sentiment) return false;
	if (source && item.source !== source) return false;
	return !text || (item.title ?? "").toLowerCase().includes(text.toLowerCase());
}

/** Whether the table shows fewer items than the numbers count. */
export function choosesRows({ sentiment, source, text }) {
	return Boolean(sentiment || source || text);
}

export function toggleTicker(tickers, ticker) {
	if (tickers.includes(ticker)) return tickers.filter((other) => other !== ticker);
	return [...tickers, ticker].slice(-MAX_TICKERS);
}

/** Format times and tickers for display, in the browser's locale and time zone. */

const TICKER_LABELS = { MARKET: "Market" };
const MAX_NAMES = 2; // of chosen tickers in a title; of more, the number

/** Format a ticker: news in which no instrument is found is grouped under "Market". */
export const formatTicker = (ticker) => TICKER_LABELS[ticker] ?? ticker;

/** Name what a view shows: its watchlist or the chosen tickers; "" for all news. */
export function nameChoice({ watchlist, state }) {
	const names = state.filter.tickers.map(formatTicker);
	return watchlist?.name ?? (names.length > MAX_NAMES ? `${names.length} instruments` : names.join(", "));
}

/** Format a date's time of day, to the second. */
export const formatTime = new Intl.DateTimeFormat(undefined, {
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
}).format;

/** Format date, time and zone. */
export const formatDateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format;

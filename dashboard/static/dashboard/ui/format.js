/** Format times and numbers for display, in the browser's locale and time zone. */

const TICKER_LABELS = { MARKET: "Market" };

/** Format a ticker: news in which no instrument is found is grouped under "Market". */
export const formatTicker = (ticker) => TICKER_LABELS[ticker] ?? ticker;

/** Format a date's time of day, to the second. */
export const formatTime = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" }).format;

/** Format date, time and zone. */
export const formatDateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format;

/** Format a sentiment value (-1..1) with its sign and two decimals; zero has no sign. */
export function formatSentimentValue(value) {
	const digits = Math.abs(value).toFixed(2);
	if (Number(digits) === 0) return digits;
	return `${value > 0 ? "+" : "\u2212"}${digits}`;
}

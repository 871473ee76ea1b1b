/** Format times and numbers for display, in the browser's locale and time zone. */

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const hourMinute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const TICKER_LABELS = { MARKET: "Market" };

/** Format a ticker: news in which no instrument is found is grouped under "Market". */
export const formatTicker = (ticker) => TICKER_LABELS[ticker] ?? ticker;

/** Format a date's time of day, to the second. */
export const formatTime = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" }).format;

/** Format date, time and zone. */
export const formatDateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format;

/** Format an item's date: the time if it is less than 24 hours old, else the day. */
export function formatItemDate(date) {
	return Date.now() - date < DAY_MS ? formatTime(date) : dayMonth.format(date);
}

/** Format the start of a bucket that is `seconds` wide: the day, and the minute of buckets shorter than a day. */
export function formatBucketStart(date, seconds) {
	return seconds >= DAY_SECONDS ? dayMonth.format(date) : `${dayMonth.format(date)}, ${hourMinute.format(date)}`;
}

/** Format a tick of the time axis: the day at midnight, else the minute. */
export function formatAxisTick(date) {
	return date.getHours() === 0 && date.getMinutes() === 0 ? dayMonth.format(date) : hourMinute.format(date);
}

/** Format a sentiment value (-1..1) with its sign and two decimals; zero has no sign. */
export function formatSentimentValue(value) {
	const digits = Math.abs(value).toFixed(2);
	if (Number(digits) === 0) return digits;
	return `${value > 0 ? "+" : "\u2212"}${digits}`;
}

/** Format a difference with its sign and unit, "\u00b1" for zero; "" if it is null (unknown). */
export function formatChange(value, { unit, digits }) {
	if (value === null) return "";
	const amount = Math.abs(value).toFixed(digits);
	const sign = Number(amount) === 0 ? "\u00b1" : value > 0 ? "+" : "\u2212";
	return `${sign}${amount}${unit}`;
}

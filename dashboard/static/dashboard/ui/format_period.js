/** Texts about periods, in the reader's locale and time zone. */

import { CUSTOM_PERIOD } from "../data/period.js";

const DAY = 86_400_000; // ms
const PERIOD_TITLES = {
	"1h": "last hour",
	"24h": "last 24 hours",
	"7d": "last 7 days",
	"30d": "last 30 days",
	all: "all time",
};
const PERIOD_LABELS = { "1h": "1 h", "24h": "24 h", "7d": "7 d", "30d": "30 d", all: "all time" };
const WIDTH_LABELS = {
	...{ "1m": "1 min", "5m": "5 min", "15m": "15 min", "30m": "30 min", "1h": "1 h" },
	...{ "3h": "3 h", "6h": "6 h", "24h": "1 day", "7d": "1 week" },
};

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric" });
const month = new Intl.DateTimeFormat(undefined, { month: "short" });

/** Return what a filter's period is called within a text, for example "last 24 hours". */
export function describePeriod(filter, now) {
	return filter.period === CUSTOM_PERIOD ? formatRange(filter, now) : PERIOD_TITLES[filter.period];
}

/** Return the short label of a filter's period, for example "24 h". */
export function formatPeriodLabel(filter, now) {
	return filter.period === CUSTOM_PERIOD ? formatRange(filter, now) : PERIOD_LABELS[filter.period];
}

/** Return with what the totals of a filter's period are compared; "" for all time. */
export function describeComparison({ period }) {
	if (period === CUSTOM_PERIOD) return "against the same time before";
	return period === "all" ? "" : `against the ${PERIOD_LABELS[period]} before`;
}

/** Format a range of time (ms): "2 Dec 06:00\u201308:00", or days if it begins and ends at midnight. */
export function formatRange({ start, end }, now) {
	const last = new Date(end - 1);
	const isOneDay = new Date(start).toDateString() === last.toDateString();
	if (isMidnight(start) && isMidnight(end)) {
		return isOneDay ? formatDay(start, now) : `${formatDay(start, now)}\u2013${formatDay(last, now)}`;
	}
	const end_ = isOneDay ? clock.format(end) : `${formatDay(end, now)} ${clock.format(end)}`;
	return `${formatDay(start, now)} ${clock.format(start)}\u2013${end_}`;
}

/** Format a bucket of the chart (ms): without the day if it is less than 24 hours ago, "to now" if it is not over. */
export function formatBucket({ start, end }, now) {
	const isRecent = now - start < DAY && end - start < DAY;
	const first = isRecent
		? clock.format(start)
		: isMidnight(start)
			? formatDay(start, now)
			: formatRange({ start, end }, now);
	if (end > now) {
		const hasDay = !isRecent && !isMidnight(start);
		return hasDay ? `${formatDay(start, now)} ${clock.format(start)} to now` : `${first} to now`;
	}
	if (isRecent) return `${first}\u2013${clock.format(end)}`;
	return formatRange({ start, end }, now);
}

/** Format a tick of the time axis. */
export function formatTick({ time, unit }, spanMs) {
	if (unit === "minute") return clock.format(time);
	if (unit === "day") return (spanMs < 8 * DAY ? weekday : dayMonth).format(time);
	const date = new Date(time);
	return date.getMonth() === 0 ? String(date.getFullYear()) : month.format(time);
}

/** Format the width of the chart's buckets, for example "30 min". */
export const formatWidth = (width) => WIDTH_LABELS[width] ?? "Auto";

function formatDay(time, now) {
	const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
	return (isThisYear ? dayMonth : dayMonthYear).format(time);
}

function isMidnight(time) {
	const date = new Date(time);
	return date.getHours() === 0 && date.getMinutes() === 0;
}

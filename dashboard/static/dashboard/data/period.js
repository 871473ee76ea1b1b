/** Periods: the time of publication that totals, chart, leaders and headlines cover, and its form in a query string. */

const HOUR = 3_600_000; // ms
export const PERIODS = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR, all: null }; // lengths in ms
export const DEFAULT_PERIOD = "24h";
export const CUSTOM_PERIOD = "custom"; // from `start` to `end` of the filter

/** The part of a filter that is about time; `start`, `end` and those of `bucket` are ms, `end` is exclusive. */
export const EMPTY_PERIOD = { period: DEFAULT_PERIOD, start: null, end: null, bucket: null };

/** Return the period of a query string. `bucket` is a part of the period to which the list is limited. */
export function parsePeriod(params) {
	const range = parseRange(params.get("start"), params.get("end"));
	const [from, to] = (params.get("bucket") ?? "").split("/");
	const name = params.get("period");
	return {
		period: range ? CUSTOM_PERIOD : Object.hasOwn(PERIODS, name) ? name : DEFAULT_PERIOD,
		start: range?.start ?? null,
		end: range?.end ?? null,
		bucket: parseRange(from, to),
	};
}

/** Return the query parameters of a filter's period, `{name: value}`. */
export function formatPeriodParameters({ period, start, end, bucket }) {
	const parameters = {};
	if (period === CUSTOM_PERIOD) Object.assign(parameters, { start: formatInstant(start), end: formatInstant(end) });
	else if (period !== DEFAULT_PERIOD) parameters.period = period;
	if (bucket) parameters.bucket = `${formatInstant(bucket.start)}/${formatInstant(bucket.end)}`;
	return parameters;
}

/** Return the range `{start, end}` (ms) of a filter's period; `end` is null while it ends with the present. */
export function getRange({ period, start, end }, now) {
	if (period === CUSTOM_PERIOD) return { start, end };
	return { start: period === "all" ? 0 : now - PERIODS[period], end: null };
}

/** Return the range of the list: that of the chosen bucket, else of the period. */
export function getListRange(filter, now) {
	return filter.bucket ?? getRange(filter, now);
}

/** Return the parameters `start`, `end` or `period` of the list's time, for requests of rows. */
export function getListParameters({ bucket, ...filter }) {
	return formatPeriodParameters(
		bucket ? { ...filter, ...bucket, period: CUSTOM_PERIOD, bucket: null } : { ...filter, bucket },
	);
}

/** Whether a time (ms) lies in a range. */
export function isInRange({ start, end }, time) {
	return time >= start && (end === null || time < end);
}

/** Return when an item was published (ms); when it came, if that is not known. */
export function getPublishedAt(item) {
	return Date.parse(item.published_at ?? item.timestamp);
}

/** Return `time` (ms) as ISO 8601 in UTC, without fractions of a second. */
export function formatInstant(time) {
	return new Date(time).toISOString().replace(/\.\d+/, "");
}

function parseRange(startText, endText) {
	const [start, end] = [startText, endText].map((text) => (/^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN));
	return start < end ? { start, end } : null;
}

/** Times of the admin in the reader's locale and zone. */

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Return a function that formats a Date, with the year if it is not the present one. Relative: a time of the last day
 * as its age, such as "5 min. ago".
 *
 * Without locale and zone, those of the reader.
 */
export function createTimeFormat({ locale, timeZone } = {}) {
	const parts = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZone };
	const short = new Intl.DateTimeFormat(locale, parts);
	const withYear = new Intl.DateTimeFormat(locale, { ...parts, year: "numeric" });
	const year = new Intl.DateTimeFormat("en", { year: "numeric", timeZone });
	const age = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });

	return (date, { now, isRelative = false }) => {
		const elapsed = now - date;
		if (!isRelative || elapsed < -MINUTE || elapsed >= DAY) {
			return year.format(date) === year.format(now) ? short.format(date) : withYear.format(date);
		}
		if (elapsed < MINUTE) return age.format(-Math.max(0, Math.floor(elapsed / 1000)), "second");
		return elapsed < HOUR
			? age.format(-Math.floor(elapsed / MINUTE), "minute")
			: age.format(-Math.floor(elapsed / HOUR), "hour");
	};
}

/** Return a function that formats a Date with seconds and the name of its zone, for a tooltip. */
export function createExactFormat({ locale, timeZone } = {}) {
	const format = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long", timeZone });
	return (date) => format.format(date);
}

/** Say when something happened, in the reader's locale and time zone. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LATE_MS = HOUR_MS; // between publication and arrival
const BATCH_MS = 1000; // within which items came together

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const clockSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayClock = new Intl.DateTimeFormat(undefined, {
	day: "numeric",
	month: "short",
	hour: "numeric",
	minute: "2-digit",
});
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const yearDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const daySeconds = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const dayMonth = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, {
	weekday: "long",
	day: "numeric",
	month: "long",
	year: "numeric",
});
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });

/** Format the time of day, to the minute. */
export const formatClock = (date) => clock.format(date);

/** Return the short name of the reader's time zone at `date`, such as "CET". */
export function formatZone(date) {
	return zone.formatToParts(date).find(({ type }) => type === "timeZoneName").value;
}

/** Format a time by its age for the first 24 hours, "now", "1 min", "2 h", then as a day. */
export function formatAge(date, now) {
	const age = now - date;
	// A minute ahead is a clock that is a little wrong.
	if (age < -MINUTE_MS) return dayClock.format(date);
	if (age < MINUTE_MS) return "now";
	if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
	if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h`;
	return (date.getFullYear() === now.getFullYear() ? shortDay : yearDay).format(date);
}

/** Say when the reader was here: "18:20", "yesterday 18:20", or with the day. */
export function describeVisit(date, now) {
	const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
	if (getDay(date) === getDay(now)) return clock.format(date);
	return getDay(date) === getDay(yesterday) ? `yesterday ${clock.format(date)}` : dayClock.format(date);
}

/** Format a time to the second, with its day if that is not the day of `reference`. */
export function formatSeconds(date, reference) {
	return getDay(date) === getDay(reference) ? clockSeconds.format(date) : daySeconds.format(date);
}

/** Format how long something took: "24 s", "5 min", "1 h 53", "3 d". */
export function formatDelay(ms) {
	if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1000))} s`;
	if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
	if (ms >= DAY_MS) return `${Math.floor(ms / DAY_MS)} d`;
	const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
	const hours = `${Math.floor(ms / HOUR_MS)} h`;
	return minutes ? `${hours} ${String(minutes).padStart(2, "0")}` : hours;
}

/**
 * Return how late an item came, in ms, or 0 if that is below an hour, or is not news: `earliest` is when the first of the
 * items above it was received (ms). Where none was before it, a source is only read for the first time.
 */
export function getLateness(item, earliest) {
	const received = getReceived(item);
	const delay = received - Date.parse(item.published_at);
	return delay >= LATE_MS && earliest < received - BATCH_MS ? delay : 0;
}

/** Return when an item first came (ms); NaN if that is not known, of one that has changed since. */
export function getReceived({ received_at, timestamp, revision }) {
	return Date.parse(received_at ?? (revision ? "" : timestamp));
}

/** Say when an item was published, received and scored, and in which zone. */
export function describeTimes({ published_at, timestamp, received_at = timestamp, undated }) {
	const published = new Date(published_at);
	const received = new Date(received_at);
	const parts = [`${undated ? "Not dated, received" : "Published"} ${daySeconds.format(published)}`];
	if (!undated) parts.push(`received ${formatSeconds(received, published)}`);
	parts.push(`scored ${formatSeconds(new Date(timestamp), published)}`);
	return `${parts.join(", ")} (${formatZone(published)})`;
}

/** Return a date's day in the reader's time zone, "2026-12-02". */
export function getDay(date) {
	const pad = (number) => String(number).padStart(2, "0");
	return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** Return the time at which the day after `day` begins in the reader's time zone. */
export function getDayEnd(day) {
	const [year, month, date] = day.split("-").map(Number);
	return new Date(year, month - 1, date + 1);
}

/** Name a day: "Today" or "Yesterday", or its weekday, and its date. */
export function describeDay(day, now) {
	const [year, month, date] = day.split("-").map(Number);
	const start = new Date(year, month - 1, date);
	const text = (year === now.getFullYear() ? dayMonth : dayMonthYear).format(start);
	if (day === getDay(now)) return { name: "Today", text };
	if (day === getDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)))
		return { name: "Yesterday", text };
	return { name: weekday.format(start), text: text.replace(weekday.format(start), "").replace(/^[\s,]+/, "") };
}

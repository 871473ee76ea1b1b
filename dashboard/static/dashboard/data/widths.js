/** Widths of the chart's buckets: where they begin, in the reader's zone, and which fits a span. Pure functions. */

const HOUR = 3600; // seconds
const DAY = 24 * HOUR;

/** Widths in seconds. Those that the server does not have are added up here. */
export const WIDTHS = {
	...{ "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": HOUR },
	...{ "3h": 3 * HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY },
};

const LOADED_WIDTHS = ["1m", "5m", "15m", "1h", "24h"]; // of the server: the finest of which a span has no more than
const MAX_LOADED_BUCKETS = 300;
const MAX_CHOSEN_BUCKETS = 750; // in the chart, if the width was chosen by hand
const MAX_BUCKETS = 100; // if it is chosen here
const MIN_BUCKETS = 6; // into which a span is divided, however few headlines there are
const HEADLINES_PER_BUCKET = 3;

/** Return the start of the bucket in which `time` lies, or of the one that many `steps` later (Unix seconds). */
export function getBucketStart(time, width, steps = 0) {
	const seconds = WIDTHS[width];
	if (seconds <= HOUR) return Math.floor(time / seconds) * seconds + steps * seconds;
	// In the reader's zone: days on which clocks change have 23 or 25 hours. Weeks begin on Monday.
	const date = new Date(1000 * time);
	const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
	if (width === "7d") return new Date(year, month, day - ((date.getDay() + 6) % 7) + 7 * steps).getTime() / 1000;
	if (width === "24h") return new Date(year, month, day + steps).getTime() / 1000;
	const hours = seconds / HOUR;
	return new Date(year, month, day, (Math.floor(date.getHours() / hours) + steps) * hours).getTime() / 1000;
}

/** Return the widths that divide a span of so many seconds into 2 to 750 buckets. */
export function listWidths(spanSeconds) {
	return Object.keys(WIDTHS).filter(
		(width) => spanSeconds >= 2 * WIDTHS[width] && spanSeconds <= MAX_CHOSEN_BUCKETS * WIDTHS[width],
	);
}

/** Return the server's width to load for a span of so many seconds; `wanted` is the width chosen by hand, if any. */
export function chooseLoadedWidth(spanSeconds, wanted = "") {
	if (listWidths(spanSeconds).includes(wanted)) return getLoadedWidth(wanted);
	const isFine = (width) => spanSeconds <= MAX_LOADED_BUCKETS * WIDTHS[width];
	return getLoadedWidth(LOADED_WIDTHS.find(isFine) ?? LOADED_WIDTHS.at(-1));
}

/**
 * Return the width for a span of so many seconds: the narrowest in which the buckets with headlines have three or more on
 * average. `buckets` are those loaded, `{start, count}`, of the width `loaded`.
 */
export function chooseWidth(buckets, { spanSeconds, loaded }) {
	const isCoarseEnough = (width) => WIDTHS[width] >= Math.max(WIDTHS[loaded], spanSeconds / MAX_BUCKETS);
	const candidates = listWidths(spanSeconds).filter(isCoarseEnough);
	const total = buckets.reduce((sum, { count }) => sum + count, 0);
	const isFilled = (width) => {
		const starts = new Set(buckets.map(({ start }) => getBucketStart(start, width)));
		return total > 0 && total >= HEADLINES_PER_BUCKET * starts.size;
	};
	const divided = candidates.filter((width) => spanSeconds >= MIN_BUCKETS * WIDTHS[width]);
	return divided.find(isFilled) ?? divided.at(-1) ?? candidates[0] ?? loaded;
}

/** Return the width of the server's series that adds up to `width` in the reader's zone. */
function getLoadedWidth(width) {
	if (WIDTHS[width] < HOUR) return width;
	if (WIDTHS[width] >= DAY) return "24h";
	const offset = Math.abs(new Date().getTimezoneOffset() % 60); // minutes: the server's hours are those of UTC
	return offset === 0 ? "1h" : offset === 30 ? "30m" : "15m";
}

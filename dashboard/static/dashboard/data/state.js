/** What the page knows: counts, the newest items and its place in the log. Pure. */

import { isShown, NO_FILTER } from "./filter.js";

export const SENTIMENTS = ["positive", "neutral", "negative"];
export const SAMPLE_SOURCE = "sample";

const LARGEST_TAGS = 100; // a snapshot names no more tickers than this
const CURSOR = /^evt_([0-9A-Za-z]+)-(\d+)(?:-[a-z]\w*)?$/;
const NO_COUNTS = {
	total: 0,
	positive: 0,
	neutral: 0,
	negative: 0,
	by_tag: {},
	rate_last_hour: 0,
	rate_last_24h: 0,
};

/** Return `{epoch, seq}` of an event id or cursor, else null. */
export function parseCursor(text) {
	const match = CURSOR.exec(text ?? "");
	return match && { epoch: match[1], seq: Number(match[2]) };
}

/** Whether `cursor` is ahead of `known`, or in another log. */
export function isAhead(cursor, known) {
	const [place, mine] = [parseCursor(cursor), parseCursor(known)];
	if (place === null) return false;
	return mine === null || place.epoch !== mine.epoch || place.seq > mine.seq;
}

/** Return the cursor to resume at; null before the page has a place in the log. */
export function cursorOf(state) {
	return state.epoch === null ? null : `evt_${state.epoch}-${state.seq}`;
}

/** Return the state of a page that knows nothing. `countedSeq` is the newest item that the metrics include. */
export function emptyState(filter = NO_FILTER) {
	return { epoch: null, seq: 0, countedSeq: 0, metrics: NO_COUNTS, items: [], filter, hour: null, previousHour: null };
}

/** Take in an event, which may come twice or late: what is known changes nothing. One of another log starts over. */
export function applyEvent(state, event, maxItems) {
	const place = parseCursor(event.id);
	if (place === null) return state;
	if (event.type === "reset") return { ...emptyState(state.filter), ...place };
	const next = advance(state, place);
	if (event.type === "metrics") return replaceMetrics(next, place.seq, event.data);
	if (event.type === "new_item") return addItem(next, { ...event.data, seq: place.seq }, maxItems);
	return next;
}

/** Move to `cursor`, which stands for all taken in so far. Never moves back. */
export function moveTo(state, cursor) {
	const place = parseCursor(cursor);
	return place === null ? state : advance(state, place);
}

/** Take in `{...metrics, recent_items, cursor}`, with or without hours. Items known already stay: they are newer. */
export function absorbSnapshot(state, snapshot, maxItems) {
	const place = parseCursor(snapshot.cursor);
	if (place === null) return state;
	const next = state.epoch === place.epoch ? state : { ...emptyState(state.filter), ...place };
	const known = new Set(next.items.map((item) => item.item_id));
	const added = snapshot.recent_items.filter((item) => !known.has(item.item_id) && isShown(next.filter, item));
	const items = newestFirst([...next.items, ...added], maxItems);
	return replaceMetrics({ ...next, items, ...hoursOf(snapshot, next) }, place.seq, snapshot);
}

/** Return how the last hour differs from the one before: `rate` in percent, shares in points. */
export function changes({ hour, previousHour }) {
	if (!hour?.total || !previousHour?.total) return { rate: null, positive: null, neutral: null, negative: null };
	const [now, before] = [percentages(hour), percentages(previousHour)];
	const points = SENTIMENTS.map((name) => [name, now[name] - before[name]]);
	return { rate: (100 * (hour.total - previousHour.total)) / previousHour.total, ...Object.fromEntries(points) };
}

/** Return each sentiment's percentage with one decimal, adding up to 100 (largest remainders). */
export function percentages(metrics) {
	const sum = SENTIMENTS.reduce((all, name) => all + metrics[name], 0);
	if (sum === 0) return { positive: 0, neutral: 0, negative: 0 };
	const shares = SENTIMENTS.map((name) => ({
		name,
		tenths: Math.floor((metrics[name] * 1000) / sum),
		remainder: (metrics[name] * 1000) % sum,
	}));
	const missing = 1000 - shares.reduce((all, share) => all + share.tenths, 0);
	const neediest = [...shares].sort((a, b) => b.remainder - a.remainder);
	for (const share of neediest.slice(0, missing)) share.tenths += 1;
	return Object.fromEntries(shares.map((share) => [share.name, share.tenths / 10]));
}

/** Return the `limit` most frequent tickers as `[ticker, count]`, ties by name. */
export function topTickers(byTag, limit) {
	return Object.entries(byTag)
		.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
		.slice(0, limit);
}

export function hasSampleItems(state) {
	return state.items.some((item) => item.source === SAMPLE_SOURCE);
}

function advance(state, place) {
	if (state.epoch !== place.epoch) return { ...emptyState(state.filter), ...place };
	return place.seq > state.seq ? { ...state, seq: place.seq } : state;
}

function replaceMetrics(state, seq, data) {
	// Older than what is counted: it would take back items that the page has shown.
	if (seq < state.countedSeq) return state;
	const metrics = Object.fromEntries(Object.keys(NO_COUNTS).map((name) => [name, data[name]]));
	return { ...state, metrics, countedSeq: seq };
}

function addItem(state, item, maxItems) {
	const known = state.items.find((other) => other.item_id === item.item_id);
	const isNews = known === undefined || known.seq < item.seq;
	const others = state.items.filter((other) => other !== known);
	const shown = isShown(state.filter, item) ? [item] : [];
	const items = isNews ? newestFirst([...shown, ...others], maxItems) : state.items;
	if (item.seq <= state.countedSeq) return { ...state, items };
	const metrics = known && isNews ? recount(state.metrics, known, item) : count(state.metrics, item);
	return { ...state, items, metrics, countedSeq: item.seq };
}

function hoursOf({ hour, previous_hour }, before) {
	return hour ? { hour, previousHour: previous_hour } : { hour: before.hour, previousHour: before.previousHour };
}

function newestFirst(items, maxItems) {
	const isSorted = items.every((item, index) => index === 0 || item.seq < items[index - 1].seq);
	return (isSorted ? items : items.sort((a, b) => b.seq - a.seq)).slice(0, maxItems);
}

function count(metrics, item) {
	const byTag = { ...metrics.by_tag };
	const isPartial = Object.keys(byTag).length >= LARGEST_TAGS;
	for (const ticker of item.tickers ?? [item.ticker]) {
		// Beyond the largest the count so far is unknown; the next snapshot tells.
		if (ticker in byTag || !isPartial) byTag[ticker] = (byTag[ticker] ?? 0) + 1;
	}
	return {
		...metrics,
		total: metrics.total + 1,
		[item.sentiment]: metrics[item.sentiment] + 1,
		by_tag: byTag,
		rate_last_hour: metrics.rate_last_hour + 1,
		rate_last_24h: metrics.rate_last_24h + 1,
	};
}

/** An item scored again moves between sentiments and is still one item. */
function recount(metrics, before, after) {
	if (before.sentiment === after.sentiment) return metrics;
	return {
		...metrics,
		[before.sentiment]: metrics[before.sentiment] - 1,
		[after.sentiment]: metrics[after.sentiment] + 1,
	};
}

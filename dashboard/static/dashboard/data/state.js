/** The page's state: metrics, the newest items and the position in the log. Pure functions. */

import { getEntity, showEntity } from "./entities.js";
import { EMPTY_FILTER, matchesRowFilters, SENTIMENTS } from "./filter.js";

export const SAMPLE_SOURCE = "sample";

const MAX_TAGS = 100; // the server lists no more tickers in `by_tag`
const CURSOR_PATTERN = /^evt_([0-9A-Za-z]+)-(\d+)(?:-[a-z]\w*)?$/;
const MAX_REMOVED = 1000; // ids that are remembered
const SCORE_FIELDS = ["sentiment", "score", "entities"]; // a change of others is a correction
const EMPTY_METRICS = {
	total: 0,
	positive: 0,
	neutral: 0,
	negative: 0,
	by_tag: {},
	rate_last_hour: 0,
	rate_last_24h: 0,
};

/** Return `{generation, seq}` of an event id or cursor, or null if it is malformed. */
export function parseCursor(text) {
	const match = CURSOR_PATTERN.exec(text ?? "");
	return match && { generation: match[1], seq: Number(match[2]) };
}

/** Whether `cursor` is after `reference`, or belongs to another log generation. */
export function isAhead(cursor, reference) {
	const [position, referencePosition] = [parseCursor(cursor), parseCursor(reference)];
	if (position === null) return false;
	if (referencePosition === null || position.generation !== referencePosition.generation) return true;
	return position.seq > referencePosition.seq;
}

/** Return the cursor to resume from, or null before the first event or snapshot. */
export function getCursor(state) {
	return state.generation === null ? null : `evt_${state.generation}-${state.seq}`;
}

/** Return the initial state. `metricsSeq` is the seq of the newest item that `metrics` includes. */
export function createState(filter = EMPTY_FILTER) {
	return {
		generation: null,
		seq: 0,
		metricsSeq: 0,
		metrics: EMPTY_METRICS,
		items: [],
		removed: new Map(), // item id -> seq of its removal, which an older snapshot does not know
		filter,
		showsSamples: false,
		hasHiddenSamples: false,
	};
}

/**
 * Return the state after a stream event. Repeated and late events change nothing; an event of another log generation
 * resets the state first.
 */
export function applyEvent(state, event, maxItems) {
	const position = parseCursor(event.id);
	if (position === null) return state;
	if (event.type === "reset") return { ...createState(state.filter), ...position };
	const next = advance(state, position);
	if (event.type === "metrics") return replaceMetrics(next, position.seq, event.data);
	if (event.type === "new_item") {
		const item = { ...event.data, seq: position.seq };
		const isFirstReal = next.showsSamples && item.source !== SAMPLE_SOURCE && item.seq > next.metricsSeq;
		return addItem(isFirstReal ? hideSamples(next) : next, item, maxItems);
	}
	if (event.type === "item_updated") return updateItem(next, { ...event.data, seq: position.seq }, maxItems);
	if (event.type === "item_removed") return removeItem(next, event.data.item_id, position.seq);
	return next;
}

/** Move forward to `cursor`, once all events up to it have been applied. Never moves back. */
export function advanceCursor(state, cursor) {
	const position = parseCursor(cursor);
	return position === null ? state : advance(state, position);
}

/**
 * Merge a snapshot, `{...metrics, recent_items, cursor}` with or without `shows_samples` and `has_hidden_samples`. Items already in the state are kept: they are at least as new; but not samples that are hidden.
 */
export function applySnapshot(state, snapshot, maxItems) {
	const position = parseCursor(snapshot.cursor);
	if (position === null) return state;
	const current = state.generation === position.generation ? state : { ...createState(state.filter), ...position };
	const next = applySamples(current, snapshot);
	const knownIds = new Set(next.items.map((item) => item.item_id));
	const addedItems = snapshot.recent_items.filter(
		(item) => !knownIds.has(item.item_id) && !(next.removed.get(item.item_id) > position.seq),
	);
	const items = sortNewestFirst([...next.items, ...addedItems], maxItems);
	return replaceMetrics({ ...next, items }, position.seq, snapshot);
}

/** Return each sentiment's percentage with one decimal, adding up to 100 (largest remainder method). */
export function computePercentages(metrics) {
	const sum = SENTIMENTS.reduce((total, name) => total + metrics[name], 0);
	if (sum === 0) return { positive: 0, neutral: 0, negative: 0 };
	const shares = SENTIMENTS.map((name) => ({
		name,
		tenths: Math.floor((metrics[name] * 1000) / sum),
		remainder: (metrics[name] * 1000) % sum,
	}));
	const missingTenths = 1000 - shares.reduce((total, share) => total + share.tenths, 0);
	const byRemainder = [...shares].sort((a, b) => b.remainder - a.remainder);
	for (const share of byRemainder.slice(0, missingTenths)) share.tenths += 1;
	return Object.fromEntries(shares.map((share) => [share.name, share.tenths / 10]));
}

/** Return the `limit` most frequent tickers as `[ticker, count]` pairs, ties in alphabetical order; without `topics`. */
export function getTopTickers(byTag, limit, topics = []) {
	return Object.entries(byTag)
		.filter(([ticker]) => !topics.includes(ticker))
		.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
		.slice(0, limit);
}

/** Return those of `topics` that have items, as `getTopTickers` does. */
export function getTopics(byTag, topics) {
	const others = Object.keys(byTag).filter((ticker) => !topics.includes(ticker));
	return getTopTickers(byTag, topics.length, others);
}

/** Whether a listed sample is not counted in `metrics` as of `seq`: samples are hidden, or were removed. */
export function hasUncountedSample(state, seq, metrics) {
	return state.items.some(
		(item) =>
			item.source === SAMPLE_SOURCE &&
			item.seq <= seq &&
			!getMentions(item, state.filter).some((ticker) => ticker in metrics.by_tag),
	);
}

function applySamples(state, { shows_samples: showsSamples, has_hidden_samples: hasHiddenSamples }) {
	if (showsSamples === undefined) return state;
	const items = showsSamples ? state.items : removeSamples(state.items);
	return { ...state, items, showsSamples, hasHiddenSamples };
}

function removeSamples(items) {
	return items.filter((item) => item.source !== SAMPLE_SOURCE);
}

/** The first real item hides the samples, which are then not counted. */
function hideSamples(state) {
	return {
		...state,
		items: removeSamples(state.items),
		metrics: EMPTY_METRICS,
		showsSamples: false,
		hasHiddenSamples: state.metrics.total > 0,
	};
}

function advance(state, position) {
	if (state.generation !== position.generation) return { ...createState(state.filter), ...position };
	return position.seq > state.seq ? { ...state, seq: position.seq } : state;
}

function replaceMetrics(state, seq, data) {
	// Older metrics would drop items that the page has counted already.
	if (seq < state.metricsSeq) return state;
	const metrics = Object.fromEntries(Object.keys(EMPTY_METRICS).map((name) => [name, data[name]]));
	return { ...state, metrics, metricsSeq: seq };
}

function addItem(state, item, maxItems) {
	const isKnown = state.items.some((other) => other.item_id === item.item_id);
	const next = listItem(state, item, maxItems);
	if (isKnown || item.seq <= state.metricsSeq) return next;
	return { ...next, metrics: countItem(state.metrics, item, state.filter), metricsSeq: item.seq };
}

/** Replace an item where it is listed. The totals follow with the next metrics: what it counted as may be unknown. */
function updateItem(state, item, maxItems) {
	const existing = state.items.find((other) => other.item_id === item.item_id);
	const isCorrection = item.changed.some((name) => !SCORE_FIELDS.includes(name));
	const corrected_at = isCorrection ? item.timestamp : existing?.corrected_at;
	const place = existing ? { timestamp: existing.timestamp, order: getOrder(existing) } : {};
	return listItem(state, { ...item, ...place, corrected_at }, maxItems);
}

function removeItem(state, id, seq) {
	const removed = new Map([...state.removed, [id, seq]].slice(-MAX_REMOVED));
	return { ...state, removed, items: state.items.filter((item) => item.item_id !== id || item.seq > seq) };
}

/** List an item in place of its former state. */
function listItem(state, item, maxItems) {
	const existing = state.items.find((other) => other.item_id === item.item_id);
	if (existing && existing.seq >= item.seq) return state;
	const otherItems = state.items.filter((other) => other !== existing);
	return { ...state, items: sortNewestFirst([item, ...otherItems], maxItems) };
}

/** Return the items that pass the row filters, as a filter shows them: by what they say of its tickers. */
export function filterRows(items, filter, topics = []) {
	return items.map((item) => showEntity(item, filter)).filter((item) => matchesRowFilters(filter, item, topics));
}

function sortNewestFirst(items, maxItems) {
	const isSorted = items.every((item, index) => index === 0 || getOrder(item) < getOrder(items[index - 1]));
	return (isSorted ? items : items.sort((a, b) => getOrder(b) - getOrder(a))).slice(0, maxItems);
}

/** Return the seq by which an item is listed: one that is updated keeps its place. */
function getOrder(item) {
	return item.order ?? item.seq;
}

/** Return the tickers of an item that are counted: with a filter, only those of the filter. */
function getMentions(item, { tickers }) {
	const all = item.tickers ?? [item.ticker];
	return tickers.length ? all.filter((ticker) => tickers.includes(ticker)) : all;
}

/** Return the sentiments that an item adds to totals: those of its mentions of the filter's tickers, or the headline's. */
function getSentiments(item, filter) {
	if (filter.tickers.length === 0) return [item.sentiment];
	return getMentions(item, filter).map((ticker) => getEntity(item, ticker).sentiment);
}

function countItem(metrics, item, filter) {
	const byTag = { ...metrics.by_tag };
	const isTruncated = Object.keys(byTag).length >= MAX_TAGS;
	const sentiments = getSentiments(item, filter);
	const added = (name) => sentiments.filter((sentiment) => sentiment === name).length;
	for (const ticker of getMentions(item, filter)) {
		// The count of a ticker that the server has left out is unknown until its next metrics list it.
		if (ticker in byTag || !isTruncated) byTag[ticker] = (byTag[ticker] ?? 0) + 1;
	}
	return {
		...metrics,
		total: metrics.total + sentiments.length,
		...Object.fromEntries(SENTIMENTS.map((name) => [name, metrics[name] + added(name)])),
		by_tag: byTag,
		rate_last_hour: metrics.rate_last_hour + sentiments.length,
		rate_last_24h: metrics.rate_last_24h + sentiments.length,
	};
}

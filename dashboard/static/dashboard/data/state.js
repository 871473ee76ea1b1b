/** The page's state: metrics and the position in the log. Pure functions. */

import { getEntity, showEntity } from "./entities.js";
import { EMPTY_FILTER, matchesRowFilters, SENTIMENTS } from "./filter.js";
import { computeShares } from "./period_totals.js";

export const SAMPLE_SOURCE = "sample";

const MAX_TAGS = 100; // the server lists no more tickers in `by_tag`
const CURSOR_PATTERN = /^evt_([0-9A-Za-z]+)-(\d+)(?:-[a-z]\w*)?$/;
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
		filter,
		showsSamples: false,
		hasHiddenSamples: false,
	};
}

/**
 * Return the state after a stream event. Repeated and late events change nothing; an event of another log generation
 * resets the state first.
 */
export function applyEvent(state, event) {
	const position = parseCursor(event.id);
	if (position === null) return state;
	if (event.type === "reset") return { ...createState(state.filter), ...position };
	const next = advance(state, position);
	if (event.type === "metrics") return replaceMetrics(next, position.seq, event.data);
	if (event.type !== "new_item" || position.seq <= next.metricsSeq) return next; // the metrics include it
	const isFirstReal = next.showsSamples && event.data.source !== SAMPLE_SOURCE;
	const counted = isFirstReal ? hideSamples(next) : next;
	return { ...counted, metrics: countItem(counted.metrics, event.data, next.filter), metricsSeq: position.seq };
}

/** Move forward to `cursor`, once all events up to it have been applied. Never moves back. */
export function advanceCursor(state, cursor) {
	const position = parseCursor(cursor);
	return position === null ? state : advance(state, position);
}

/**
 * Take over a snapshot, `{...metrics, cursor}` with or without `shows_samples` and `has_hidden_samples`. One that is older
 * than what has been counted changes nothing.
 */
export function applySnapshot(state, snapshot) {
	const position = parseCursor(snapshot.cursor);
	if (position === null) return state;
	const current = state.generation === position.generation ? state : { ...createState(state.filter), ...position };
	const { shows_samples: showsSamples, has_hidden_samples: hasHiddenSamples } = snapshot;
	const isOlder = position.seq < current.metricsSeq;
	const next = showsSamples === undefined || isOlder ? current : { ...current, showsSamples, hasHiddenSamples };
	return replaceMetrics(next, position.seq, snapshot);
}

/** Whether the samples were hidden or removed: only they were counted, and the server's total differs. */
export function areSamplesGone(state, { type, id, data }) {
	const seq = parseCursor(id)?.seq ?? 0;
	return type === "metrics" && state.showsSamples && seq >= state.metricsSeq && data.total !== state.metrics.total;
}

/** Return each sentiment's percentage with one decimal, adding up to 100 (largest remainder method). */
export function computePercentages(metrics) {
	const tenths = computeShares(metrics, 1000);
	return Object.fromEntries(SENTIMENTS.map((name) => [name, tenths ? tenths[name] / 10 : 0]));
}

/** The first real item hides the samples, which are then not counted. */
function hideSamples(state) {
	return {
		...state,
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

/** Return the items that pass the row filters, as a filter shows them: by what they say of its tickers. */
export function filterRows(items, filter, topics = []) {
	return items.map((item) => showEntity(item, filter)).filter((item) => matchesRowFilters(filter, item, topics));
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

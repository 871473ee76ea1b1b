/** The span and the bucket width of the chart. Pure functions. */

import { ALL_ITEMS } from "./series.js";
import { chooseLoadedWidth, chooseWidth, listWidths, WIDTHS } from "./widths.js";

const MIN_SPAN = 12 * 60_000; // ms
const EMPTY_SPAN = 24 * 3_600_000; // ms, of all time without news

/**
 * Return the span `{start, end}` (ms) that the chart shows of a range: from the first headline of a log so young that the
 * range would be empty for more than its half, or of all time.
 */
export function getSpan(range, series, { now }) {
	const end = range.end ?? now;
	const isAllTime = range.start === 0;
	const first = 1000 * (series.lines[ALL_ITEMS]?.find(({ start }) => 1000 * start >= range.start)?.start ?? Infinity);
	if (first === Infinity) return { start: isAllTime ? end - EMPTY_SPAN : range.start, end };
	const isYoung = isAllTime || first - range.start > (end - range.start) / 2;
	return { start: isYoung ? Math.max(range.start, Math.min(first, end - MIN_SPAN)) : range.start, end };
}

/** Return the server's width to load for a span, if it is finer than that of the series; else null. */
export function findFinerWidth(span, series, wanted) {
	const width = chooseLoadedWidth((span.end - span.start) / 1000, wanted);
	return WIDTHS[width] < WIDTHS[series.resolution] ? width : null;
}

/** Return the `width` of the buckets of a span and the `widths` to choose from; `wanted` is the one chosen by hand. */
export function getWidths(span, series, { volumeKeys, wanted }) {
	const spanSeconds = (span.end - span.start) / 1000;
	const widths = listWidths(spanSeconds);
	const loaded = series.resolution;
	if (widths.includes(wanted) && WIDTHS[wanted] >= WIDTHS[loaded]) return { width: wanted, widths };
	const buckets = volumeKeys
		.flatMap((key) => series.lines[key] ?? [])
		.filter(({ start }) => 1000 * start >= span.start && 1000 * start < span.end);
	return { width: chooseWidth(buckets, { spanSeconds, loaded }), widths };
}

/** The totals of a period: their estimate while headlines come, and their change against the period before. Pure functions. */

import { getEntity, getValue } from "./entities.js";
import { SENTIMENTS } from "./filter.js";

/** Return totals with an item counted that has come: an estimate until the server's numbers replace it. */
export function countInTotals(totals, item, { tickers }) {
	const entities = tickers.length
		? (item.tickers ?? [item.ticker])
				.filter((ticker) => tickers.includes(ticker))
				.map((ticker) => getEntity(item, ticker))
		: [item];
	return entities.reduce(addEntity, totals);
}

/**
 * Return what the page shows of totals, `{total, positive, neutral, negative, average, instruments, previous}`: `shares` in
 * whole percent (null without headlines), `changes` of average, total (percent) and of shares (points), null if unknown.
 */
export function describeTotals(totals) {
	const previous = totals.previous?.total ? totals.previous : null;
	const shares = computeShares(totals);
	const previousShares = previous && computeShares(previous);
	const isComparable = previous && totals.total > 0;
	return {
		...totals,
		shares,
		changes: {
			average: isComparable ? totals.average - previous.average : null,
			total: previous ? (100 * (totals.total - previous.total)) / previous.total : null,
			...Object.fromEntries(
				SENTIMENTS.map((name) => [name, isComparable ? shares[name] - previousShares[name] : null]),
			),
		},
	};
}

/** Return each sentiment's share in parts of `unit`, adding up to it (largest remainders); null if there are none. */
export function computeShares(counts, unit = 100) {
	const sum = SENTIMENTS.reduce((total, name) => total + counts[name], 0);
	if (sum === 0) return null;
	const shares = Object.fromEntries(SENTIMENTS.map((name) => [name, Math.floor((unit * counts[name]) / sum)]));
	const missing = unit - SENTIMENTS.reduce((total, name) => total + shares[name], 0);
	const byRemainder = SENTIMENTS.toSorted((a, b) => ((unit * counts[b]) % sum) - ((unit * counts[a]) % sum));
	for (const name of byRemainder.slice(0, missing)) shares[name] += 1;
	return shares;
}

function addEntity(totals, entity) {
	const { sentiment } = entity;
	const total = totals.total + 1;
	return {
		...totals,
		total,
		[sentiment]: totals[sentiment] + 1,
		average: ((totals.average ?? 0) * totals.total + getValue(entity)) / total,
	};
}

/** The instruments that are mentioned most in a period. Pure functions. */

const MAX_COUNTED = 100; // the server lists no more of them

/** Return counts by ticker with the mentions of a new item: only those of the filter's tickers, if it has any. */
export function countMentions(byTag, item, { tickers }) {
	const counts = { ...byTag };
	const isTruncated = Object.keys(byTag).length >= MAX_COUNTED;
	for (const ticker of item.tickers ?? [item.ticker]) {
		if (tickers.length && !tickers.includes(ticker)) continue;
		// The count of a ticker that the server has left out is unknown.
		if (ticker in counts || !isTruncated) counts[ticker] = (counts[ticker] ?? 0) + 1;
	}
	return counts;
}

/** Return the `limit` most mentioned tickers as `[ticker, count]`, ties in alphabetical order; without `topics`. */
export function listLeaders(byTag, { limit, topics = [] }) {
	return sortByCount(byTag, (ticker) => !topics.includes(ticker)).slice(0, limit);
}

/** Return those of `topics` that have headlines, as `listLeaders` does. */
export function listTopics(byTag, topics) {
	return sortByCount(byTag, (ticker) => topics.includes(ticker));
}

/** Return the members of a watchlist as `[ticker, count]` in its order, also those that are not in the news. */
export function listMembers(byTag, tickers) {
	return tickers.map((ticker) => [ticker, byTag[ticker] ?? 0]);
}

function sortByCount(byTag, isWanted) {
	return Object.entries(byTag)
		.filter(([ticker, count]) => count > 0 && isWanted(ticker))
		.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

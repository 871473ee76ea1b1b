/** Stream targets: the URLs for all items, some tickers or a watchlist, and a key that tabs share a stream by. */

export const INCLUDE = "include=headline,entities,changes"; // of streams and polls

/** Return the target of a list of tickers; of all items if the list is empty. `apiBase` is the address of the API. */
export function createTickersTarget(tickers, apiBase) {
	const list = [...tickers].sort().join(",");
	const tickersParam = list && `&tickers=${encodeURIComponent(list)}`;
	return {
		key: list || "all",
		streamUrl: `${apiBase}/stream?${INCLUDE}${tickersParam}`,
		eventsUrl: `${apiBase}/events?${INCLUDE}${tickersParam}`,
		metricsUrl: `${apiBase}/metrics${list && "?ticker="}${encodeURIComponent(list)}`,
	};
}

/** Return the target of a watchlist. `createStreamUrl(id)` resolves to a stream URL that can be used once. */
export function createWatchlistTarget({ config_id, tickers }, apiBase, createStreamUrl) {
	const target = createTickersTarget(
		tickers.map(({ symbol }) => symbol),
		apiBase,
	);
	return { ...target, key: `${config_id} ${target.key}`, createStreamUrl: () => createStreamUrl(config_id) };
}

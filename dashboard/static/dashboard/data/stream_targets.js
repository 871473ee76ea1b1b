/** Stream targets: the URLs for all items, some tickers or a watchlist, and a key that tabs share a stream by. */

/** Return the target of a list of tickers; of all items if the list is empty. */
export function createTickersTarget(tickers) {
	const list = [...tickers].sort().join(",");
	const tickersParam = list && `&tickers=${encodeURIComponent(list)}`;
	return {
		key: list || "all",
		streamUrl: `/api/v2/stream?include=headline${tickersParam}`,
		eventsUrl: `/api/v2/events?include=headline${tickersParam}`,
		metricsUrl: list ? `/api/v2/metrics?ticker=${encodeURIComponent(list)}` : "/api/v2/metrics",
	};
}

/** Return the target of a watchlist. `createStreamUrl(id)` resolves to a stream URL that can be used once. */
export function createWatchlistTarget({ config_id, tickers }, createStreamUrl) {
	const target = createTickersTarget(tickers.map(({ symbol }) => symbol));
	return { ...target, key: `${config_id} ${target.key}`, createStreamUrl: () => createStreamUrl(config_id) };
}

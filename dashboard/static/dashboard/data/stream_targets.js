/** What a page follows: everything, some tickers, or a configuration; and at which addresses. */

/** Return the topic of a list of tickers; without any, of all items. */
export function topicOfTickers(tickers) {
	const list = [...tickers].sort().join(",");
	const filter = list && `&tickers=${encodeURIComponent(list)}`;
	return {
		name: list || "all",
		streamUrl: `/api/v2/stream?include=headline${filter}`,
		eventsUrl: `/api/v2/events?include=headline${filter}`,
		metricsUrl: list ? `/api/v2/metrics?ticker=${encodeURIComponent(list)}` : "/api/v2/metrics",
	};
}

/** Return the topic of a configuration. `openStream(id)` promises the address of its stream, good for one use. */
export function topicOfConfiguration({ config_id, tickers }, openStream) {
	const topic = topicOfTickers(tickers.map(({ symbol }) => symbol));
	return { ...topic, name: `${config_id} ${topic.name}`, admit: () => openStream(config_id) };
}

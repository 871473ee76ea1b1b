/** Fetch JSON from the site's own API. */

/** Return `fetchJson(url)`, which resolves to the parsed body and rejects on a timeout or a status that is not 2xx. */
export function createJsonFetcher({ fetch, timeoutMs }) {
	return async (url) => {
		const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
		if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
		return response.json();
	};
}

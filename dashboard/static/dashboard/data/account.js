/** API client for a user's watchlists and labels, authenticated by an anonymous session's token or a sign-in cookie. */

import { INCLUDE } from "./stream_targets.js";

const TOKEN_KEY = "sentiment-session";

/** An error response of the API: its HTTP `status`, and the server's `detail` as message. */
export class ApiError extends Error {
	constructor(status, detail) {
		super(detail);
		this.status = status;
	}
}

/**
 * Return the client of the API at `apiBase`. `storage` keeps the token of an anonymous session (`localStorage`, or a plain
 * object), under a name of its own for each path at which sites of one host are served.
 */
export function createAccountClient({ apiBase, sitePath = "/", storage, fetch, isSignedIn, getCookie }) {
	const tokenKey = sitePath === "/" ? TOKEN_KEY : TOKEN_KEY + sitePath;

	async function request(method, path, body) {
		const token = storage[tokenKey];
		const authHeaders = isSignedIn
			? { "X-CSRFToken": getCookie("csrftoken") }
			: token && { Authorization: `Bearer ${token}` };
		const response = await fetch(apiBase + path, {
			method,
			headers: { ...authHeaders, "Content-Type": "application/json" },
			body: body && JSON.stringify(body),
		});
		if (response.ok) return response.status === 204 ? null : response.json();
		// The session has expired: the next save starts a new one.
		if (response.status === 401 && !isSignedIn) delete storage[tokenKey];
		const { detail } = await response.json().catch(() => ({}));
		throw new ApiError(response.status, detail ?? `Server error ${response.status}. Try again.`);
	}
	const hasSession = () => isSignedIn || tokenKey in storage;

	return {
		hasSession,
		listWatchlists: async () => (hasSession() ? (await request("GET", "/configurations")).configurations : []),
		getWatchlist: (id) => request("GET", `/configurations/${id}`),
		deleteWatchlist: (id) => request("DELETE", `/configurations/${id}`),

		/** Create a watchlist, or update the one with this `id`. Starts an anonymous session if there is none. */
		async saveWatchlist({ id, name, tickers }) {
			if (!hasSession()) storage[tokenKey] = (await request("POST", "/auth/anonymous", {})).token;
			return request(id ? "PATCH" : "POST", id ? `/configurations/${id}` : "/configurations", { name, tickers });
		},

		/** Return a stream URL of a watchlist. Its ticket is valid for one connection. */
		async createStreamUrl(id) {
			const { ticket } = await request("POST", "/stream/tickets");
			return `${apiBase}/configurations/${id}/stream?${INCLUDE}&ticket=${encodeURIComponent(ticket)}`;
		},

		/** Return the labels of an item, `[{symbol, sentiment, author, …}]`; the headline's has no symbol. Staff only. */
		listLabels: async (itemId) => (await request("GET", `/items/${itemId}/label`)).labels,

		/** Label an item, or one of its tickers if `symbol` is set, and return its labels; remove one without `sentiment`. */
		async setLabel(itemId, { symbol, sentiment }) {
			const path = `/items/${itemId}/label`;
			const answer = sentiment
				? await request("POST", path, { symbol, sentiment })
				: await request("DELETE", symbol ? `${path}?symbol=${encodeURIComponent(symbol)}` : path);
			return answer.labels;
		},
	};
}

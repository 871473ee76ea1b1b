/** Ask for what belongs to somebody, with the key of an anonymous session or a sign-in's cookie. */

const BASE = "/api/v2";
const KEY = "sentiment-session";

export class Refusal extends Error {
	constructor(status, detail) {
		super(detail);
		this.status = status;
	}
}

export function accountOf({ storage, fetch, isSignedIn, readCookie }) {
	async function call(method, path, body) {
		const key = storage[KEY];
		const headers = isSignedIn ? { "X-CSRFToken": readCookie("csrftoken") } : key && { Authorization: `Bearer ${key}` };
		const answer = await fetch(BASE + path, {
			method,
			headers: { ...headers, "Content-Type": "application/json" },
			body: body && JSON.stringify(body),
		});
		if (answer.ok) return answer.status === 204 ? null : answer.json();
		// The session has ended: the next save begins another.
		if (answer.status === 401 && !isSignedIn) delete storage[KEY];
		const { detail } = await answer.json().catch(() => ({}));
		throw new Refusal(answer.status, detail ?? `The server answered ${answer.status}: try again.`);
	}
	const isKnown = () => isSignedIn || KEY in storage;

	return {
		isKnown,
		list: async () => (isKnown() ? (await call("GET", "/configurations")).configurations : []),
		read: (id) => call("GET", `/configurations/${id}`),
		remove: (id) => call("DELETE", `/configurations/${id}`),

		/** Make a configuration, or change the one with this id. A stranger's first begins a session. */
		async save({ id, name, tickers }) {
			if (!isKnown()) storage[KEY] = (await call("POST", "/auth/anonymous", {})).token;
			return call(id ? "PATCH" : "POST", `/configurations${id ? `/${id}` : ""}`, { name, tickers });
		},

		/** Return an address at which the stream of a configuration opens once. */
		async streamUrl(id) {
			const { ticket } = await call("POST", "/stream/tickets");
			return `${BASE}/configurations/${id}/stream?include=headline&ticket=${encodeURIComponent(ticket)}`;
		},
	};
}

/** Ask the REST API for what belongs to somebody: with the key of an anonymous session, or a sign-in's cookie. */

const BASE = "/api/v2";
const KEY = "sentiment-session"; // in this browser's storage

/** What the API refused, in its words. */
export class Refusal extends Error {
	constructor(status, detail) {
		super(detail);
		this.status = status;
	}
}

export class Account {
	#storage;
	#fetch;
	#isSignedIn;
	#readCookie;

	constructor({ storage, fetch, isSignedIn, readCookie }) {
		this.#storage = storage;
		this.#fetch = fetch;
		this.#isSignedIn = isSignedIn;
		this.#readCookie = readCookie;
	}

	/** Whether anything can be saved without beginning a session first. */
	get isKnown() {
		return this.#isSignedIn || Boolean(this.#storage.getItem(KEY));
	}

	async list() {
		return this.isKnown ? (await this.#call("GET", "/configurations")).configurations : [];
	}

	read(id) {
		return this.#call("GET", `/configurations/${id}`);
	}

	/** Make a configuration, or change the one with this id. The first one of a stranger begins a session. */
	async save({ id, name, tickers }) {
		if (!this.isKnown) this.#storage.setItem(KEY, (await this.#call("POST", "/auth/anonymous", {})).token);
		return id
			? this.#call("PATCH", `/configurations/${id}`, { name, tickers })
			: this.#call("POST", "/configurations", { name, tickers });
	}

	remove(id) {
		return this.#call("DELETE", `/configurations/${id}`);
	}

	/** Return an address at which the stream of a configuration opens once. */
	async streamUrl(id) {
		const { ticket } = await this.#call("POST", "/stream/tickets");
		return `${BASE}/configurations/${id}/stream?include=headline&ticket=${encodeURIComponent(ticket)}`;
	}

	async #call(method, path, body) {
		const headers = this.#isSignedIn ? { "X-CSRFToken": this.#readCookie("csrftoken") } : this.#bearer();
		if (body) headers["Content-Type"] = "application/json";
		const answer = await this.#fetch(BASE + path, { method, headers, body: body && JSON.stringify(body) });
		if (answer.ok) return answer.status === 204 ? null : answer.json();
		// A session that has ended opens nothing any more: the next save begins another.
		if (answer.status === 401 && !this.#isSignedIn) this.#storage.removeItem(KEY);
		const { detail } = await answer.json().catch(() => ({}));
		throw new Refusal(answer.status, detail ?? `The server answered ${answer.status}: try again.`);
	}

	#bearer() {
		const key = this.#storage.getItem(KEY);
		return key ? { Authorization: `Bearer ${key}` } : {};
	}
}

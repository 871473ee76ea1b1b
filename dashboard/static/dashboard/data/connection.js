/**
 * Keep a page fed: by the stream while it answers, by polling the same log while it does not.
 *
 * disconnected -> connected -> reconnecting (tries further and further apart) -> polling <-> offline, and from everywhere
 * back to connected with a stream's first event. Every way resumes at the cursor, so none loses an item.
 * Knows no document; the platform (EventSource, fetchJson, timers, clock, dice) is given.
 */

const EVENT_TYPES = ["metrics", "new_item", "heartbeat", "reset"];
const JITTER = 0.25; // of a delay, either way, so that pages cut together do not come back together
const GRACE = 1.5; // of the first delay: a stream the server ends on purpose is back before anybody worries
const STALE_SLACK = 5000; // ms

/** Return how long, in ms, a stream may be silent: two heartbeats, and some slack. */
export function staleAfter({ HEARTBEAT_INTERVAL }) {
	return 2 * HEARTBEAT_INTERVAL + STALE_SLACK;
}

/** Read the log from the cursor to its end, page by page, for as long as `isCurrent()`. */
export async function readLog({ fetchJson, url, getCursor, onEvent, onCursor, isCurrent }) {
	let hasMore = true;
	while (hasMore) {
		const page = await fetchJson(resume(url, "after", getCursor()));
		if (!isCurrent()) return;
		for (const { event, id, data } of page.events) onEvent({ type: event, id, data });
		onCursor(page.cursor);
		hasMore = page.has_more;
	}
}

function resume(url, parameter, cursor) {
	return cursor === null ? url : `${url}&${parameter}=${encodeURIComponent(cursor)}`;
}

export class Connection {
	#config;
	#platform;
	#topic;
	#page; // getCursor and the callbacks
	#status = "disconnected";
	#source = null; // the open EventSource, answering or not yet
	#attempt = 0; // tells the current ticket from late ones
	#isLive = false; // the open source has answered
	#isPolling = false;
	#pollRound = 0; // tells current answers from late ones
	#tries = 0; // since the stream last answered
	#timers = new Map(); // purpose -> timer
	#receivedAt = 0;

	/**
	 * Follow `topic` (see stream_targets.js) from `getCursor()`. `onEvent({type, id, data})` takes each event, `onCursor(cursor)` the
	 * end of a polled page, `onSnapshot(metrics)` the numbers at the end of a poll, `onStatus(status)` each change of status.
	 */
	constructor({ config, platform, topic, ...page }) {
		this.#config = config;
		this.#platform = platform;
		this.#topic = topic;
		this.#page = page;
	}

	get status() {
		return this.#status;
	}

	/** Connect at once if there is no healthy stream. */
	wake() {
		if (this.#isLive && this.#platform.now() - this.#receivedAt < staleAfter(this.#config)) return;
		this.#tries = 0;
		this.#cancel("retry");
		if (this.#isPolling) this.#poll();
		else this.#open();
	}

	/** Give the stream back and rest until `wake`. */
	stop() {
		this.#stopPolling();
		this.#close();
		for (const purpose of [...this.#timers.keys()]) this.#cancel(purpose);
		this.#show("disconnected");
	}

	#open() {
		this.#close();
		this.#after("stale", this.#config.SSE_ANSWER_TIMEOUT, () => this.#lose());
		if (this.#topic.admit) this.#openWithTicket(this.#attempt);
		else this.#listen(this.#topic.streamUrl);
	}

	async #openWithTicket(attempt) {
		const url = await this.#topic.admit().catch(() => null);
		if (attempt !== this.#attempt) return;
		if (url === null) this.#lose();
		else this.#listen(url);
	}

	#listen(url) {
		const source = new this.#platform.EventSource(resume(url, "last_event_id", this.#page.getCursor()));
		this.#source = source;
		for (const type of EVENT_TYPES) {
			source.addEventListener(type, (event) => source === this.#source && this.#receive(type, event));
		}
		// The browser would try again for ever at one pace.
		source.addEventListener("error", () => source === this.#source && this.#lose());
	}

	#close() {
		this.#cancel("stale");
		this.#attempt += 1;
		this.#source?.close();
		this.#source = null;
		this.#isLive = false;
	}

	#receive(type, { data, lastEventId }) {
		// Not on "open": a proxy that holds the body back opens too, and never delivers.
		this.#isLive = true;
		this.#tries = 0;
		this.#receivedAt = this.#platform.now();
		this.#stopPolling();
		this.#cancel("grace");
		const event = { type, id: lastEventId, data: JSON.parse(data) };
		this.#after("stale", staleAfter(this.#config), () => this.#lose());
		this.#page.onEvent(event);
		this.#show("connected");
	}

	#lose() {
		this.#close();
		if (this.#isPolling) return;
		if (this.#tries >= this.#config.SSE_MAX_RETRIES) {
			this.#startPolling();
			return;
		}
		if (this.#status !== "connected") this.#show("reconnecting");
		else if (!this.#timers.has("grace")) {
			this.#after("grace", GRACE * this.#config.SSE_RECONNECT_DELAY, () => this.#show("reconnecting"));
		}
		this.#after("retry", this.#nextDelay(), () => this.#open());
		this.#tries += 1;
	}

	#nextDelay() {
		const delay = this.#config.SSE_RECONNECT_DELAY * 2 ** this.#tries;
		const jitter = 1 + JITTER * (2 * this.#platform.random() - 1);
		return Math.min(delay * jitter, this.#config.SSE_RECONNECT_DELAY_CAP);
	}

	#startPolling() {
		this.#isPolling = true;
		this.#cancel("grace");
		this.#show("polling");
		this.#poll();
	}

	#stopPolling() {
		this.#isPolling = false;
		this.#pollRound += 1;
		this.#cancel("poll");
	}

	async #poll() {
		this.#cancel("poll");
		this.#pollRound += 1;
		const round = this.#pollRound;
		let status = "polling";
		try {
			await this.#pull(round);
		} catch {
			status = "offline";
		}
		if (round !== this.#pollRound) return;
		this.#show(status);
		if (this.#source === null) this.#open();
		this.#after("poll", this.#config.METRICS_POLL_INTERVAL, () => this.#poll());
	}

	/** Fetch what was missed, then the numbers: rates fall without items. */
	async #pull(round) {
		const isCurrent = () => round === this.#pollRound;
		await readLog({
			fetchJson: this.#platform.fetchJson,
			url: this.#topic.eventsUrl,
			getCursor: this.#page.getCursor,
			onEvent: (event) => isCurrent() && this.#page.onEvent(event),
			onCursor: (cursor) => isCurrent() && this.#page.onCursor(cursor),
			isCurrent,
		});
		if (!isCurrent()) return;
		const snapshot = await this.#platform.fetchJson(this.#topic.metricsUrl);
		if (isCurrent()) this.#page.onSnapshot(snapshot);
	}

	#show(status) {
		if (status === this.#status) return;
		this.#status = status;
		this.#page.onStatus(status);
	}

	#after(purpose, ms, action) {
		this.#cancel(purpose);
		const timer = this.#platform.setTimeout(() => {
			this.#timers.delete(purpose);
			action();
		}, ms);
		this.#timers.set(purpose, timer);
	}

	#cancel(purpose) {
		this.#platform.clearTimeout(this.#timers.get(purpose));
		this.#timers.delete(purpose);
	}
}

/**
 * Deliver events to the page: from the stream while it responds, else by polling the same log.
 *
 * States: disconnected -> connected -> reconnecting (retries with backoff) -> polling <-> offline, and from any state back
 * to connected with the first event of a stream. The stream and the polls resume from the same cursor, so no item is lost.
 * Knows no document: the platform (EventSource, fetchJson, timers, clock, random numbers) is injected.
 */

import { TaskBudget } from "./task_budget.js";

const RETRY_JITTER = 0.25; // share of a delay, either way, so that disconnected pages don't all reconnect at once
const GRACE_FACTOR = 1.5; // of the first retry delay: a stream that the server rotates is back before the status changes
const STALE_SLACK = 5000; // ms

/** Return how long a stream may be silent, in ms: two heartbeats plus slack. */
export function getStaleTimeout({ HEARTBEAT_INTERVAL }) {
	return 2 * HEARTBEAT_INTERVAL + STALE_SLACK;
}

/** Fetch the log from the cursor to its end, page by page, while `isCurrent()` holds. `budget`: see task_budget.js. */
export async function fetchMissedEvents({ fetchJson, budget, url, getCursor, onEvent, onCursor, isCurrent }) {
	let hasMore = true;
	while (hasMore) {
		const page = await fetchJson(addCursor(url, "after", getCursor()));
		if (!isCurrent()) return;
		for (const { event, id, data } of page.events) {
			if (budget.checkSpent()) await budget.nextTask();
			if (!isCurrent()) return;
			onEvent({ type: event, id, data });
		}
		onCursor(page.cursor);
		hasMore = page.has_more;
	}
}

function addCursor(url, parameter, cursor) {
	return cursor === null ? url : `${url}&${parameter}=${encodeURIComponent(cursor)}`;
}

export class Connection {
	#config;
	#platform;
	#target;
	#callbacks; // getCursor, onEvent, onCursor, onSnapshot, onStatus
	#status = "disconnected";
	#eventSource = null; // open, whether or not it has delivered an event yet
	#attempt = 0; // discards a stream URL that arrives after the attempt was abandoned
	#isLive = false; // the open stream has delivered an event
	#isPolling = false;
	#pollNumber = 0; // discards responses to earlier polls
	#retryCount = 0; // since the last event
	#timers = new Map(); // name -> timer
	#budget; // of the work in one task
	#queue = []; // events that have come and are not applied yet: a browser delivers many in one task
	#isDraining = false;
	#lastEventAt = 0; // ms, on the platform's clock

	/**
	 * Follow `target` (see stream_targets.js) from `getCursor()`. `onEvent({type, id, data})` gets each event,
	 * `onCursor(cursor)` the cursor after a page of polled events, `onSnapshot(metrics)` the metrics after a poll, and
	 * `onStatus(status)` each new status.
	 */
	constructor({ config, platform, target, ...callbacks }) {
		this.#config = config;
		this.#platform = platform;
		this.#target = target;
		this.#callbacks = callbacks;
		this.#budget = new TaskBudget(platform);
	}

	get status() {
		return this.#status;
	}

	/** Connect now, unless a healthy stream is open. */
	connect() {
		const silentFor = this.#platform.now() - this.#lastEventAt;
		if (this.#isLive && silentFor < getStaleTimeout(this.#config)) return;
		this.#retryCount = 0;
		this.#clearTimer("retry");
		if (this.#isPolling) this.#runPollCycle();
		else this.#openStream();
	}

	/** Take the browser's word that there is no network, and poll to see whether the site answers all the same. */
	goOffline() {
		if (this.#status === "disconnected") return;
		this.#closeStream();
		this.#clearTimer("retry");
		this.#clearTimer("grace");
		this.#isPolling = true;
		this.#setStatus("offline");
		this.#runPollCycle();
	}

	/** Close the stream and stop polling until the next `connect`. */
	disconnect() {
		this.#stopPolling();
		this.#closeStream();
		for (const name of [...this.#timers.keys()]) this.#clearTimer(name);
		this.#setStatus("disconnected");
	}

	#openStream() {
		this.#closeStream();
		this.#setTimer("stale", this.#config.SSE_ANSWER_TIMEOUT, () => this.#onLost());
		if (this.#target.createStreamUrl) this.#openWithTicket(this.#attempt);
		else this.#openEventSource(this.#target.streamUrl);
	}

	async #openWithTicket(attempt) {
		const url = await this.#target.createStreamUrl().catch(() => null);
		if (attempt !== this.#attempt) return;
		if (url === null) this.#onLost();
		else this.#openEventSource(url);
	}

	#openEventSource(url) {
		const source = new this.#platform.EventSource(addCursor(url, "last_event_id", this.#callbacks.getCursor()));
		this.#eventSource = source;
		for (const type of this.#config.EVENT_TYPES) {
			source.addEventListener(type, (event) => source === this.#eventSource && this.#onMessage(type, event));
		}
		// Closes the source: its built-in reconnection has no backoff and never falls back to polling.
		source.addEventListener("error", () => source === this.#eventSource && this.#onLost());
	}

	#closeStream() {
		this.#clearTimer("stale");
		this.#attempt += 1;
		this.#eventSource?.close();
		this.#eventSource = null;
		this.#isLive = false;
		this.#queue = []; // what is not applied lies after the cursor, and comes again
	}

	#onMessage(type, { data, lastEventId }) {
		// The "open" event is not enough: a proxy that buffers the body also opens, and never delivers.
		this.#isLive = true;
		this.#retryCount = 0;
		this.#lastEventAt = this.#platform.now();
		this.#stopPolling();
		this.#clearTimer("grace");
		this.#setTimer("stale", getStaleTimeout(this.#config), () => this.#onLost());
		const apply = () => this.#callbacks.onEvent({ type, id: lastEventId, data: JSON.parse(data) });
		if (this.#queue.length || this.#budget.checkSpent()) this.#applyLater(apply);
		else apply();
		this.#setStatus("connected");
	}

	async #applyLater(apply) {
		this.#queue.push(apply);
		if (this.#isDraining) return;
		this.#isDraining = true;
		while (this.#queue.length) {
			await this.#budget.nextTask();
			while (this.#queue.length && !this.#budget.checkSpent()) this.#queue.shift()();
		}
		this.#isDraining = false;
	}

	#onLost() {
		this.#closeStream();
		if (this.#isPolling) return;
		if (this.#retryCount >= this.#config.SSE_MAX_RETRIES) {
			this.#startPolling();
			return;
		}
		if (this.#status !== "connected") this.#setStatus("reconnecting");
		else if (!this.#timers.has("grace")) {
			const graceMs = GRACE_FACTOR * this.#config.SSE_RECONNECT_DELAY;
			this.#setTimer("grace", graceMs, () => this.#setStatus("reconnecting"));
		}
		this.#setTimer("retry", this.#getRetryDelay(), () => this.#openStream());
		this.#retryCount += 1;
	}

	#getRetryDelay() {
		const delay = this.#config.SSE_RECONNECT_DELAY * 2 ** this.#retryCount;
		const jitter = 1 + RETRY_JITTER * (2 * this.#platform.random() - 1);
		return Math.min(delay * jitter, this.#config.SSE_RECONNECT_DELAY_CAP);
	}

	#startPolling() {
		this.#isPolling = true;
		this.#clearTimer("grace");
		this.#setStatus("polling");
		this.#runPollCycle();
	}

	#stopPolling() {
		this.#isPolling = false;
		this.#pollNumber += 1;
		this.#clearTimer("poll");
	}

	/** Poll once, try the stream, and schedule the next cycle. */
	async #runPollCycle() {
		this.#clearTimer("poll");
		this.#pollNumber += 1;
		const number = this.#pollNumber;
		let status = "polling";
		try {
			await this.#poll(number);
		} catch {
			status = "offline";
		}
		if (number !== this.#pollNumber) return;
		this.#setStatus(status);
		if (this.#eventSource === null) this.#openStream();
		this.#setTimer("poll", this.#config.METRICS_POLL_INTERVAL, () => this.#runPollCycle());
	}

	/** Fetch the missed events, then the metrics, because rates also fall when no items arrive. */
	async #poll(number) {
		const isCurrent = () => number === this.#pollNumber;
		await fetchMissedEvents({
			fetchJson: this.#platform.fetchJson,
			budget: this.#budget,
			url: this.#target.eventsUrl,
			getCursor: this.#callbacks.getCursor,
			onEvent: (event) => isCurrent() && this.#callbacks.onEvent(event),
			onCursor: (cursor) => isCurrent() && this.#callbacks.onCursor(cursor),
			isCurrent,
		});
		if (!isCurrent()) return;
		const snapshot = await this.#platform.fetchJson(this.#target.metricsUrl);
		if (isCurrent()) this.#callbacks.onSnapshot(snapshot);
	}

	#setStatus(status) {
		if (status === this.#status) return;
		this.#status = status;
		this.#callbacks.onStatus(status);
	}

	#setTimer(name, ms, callback) {
		this.#clearTimer(name);
		const timer = this.#platform.setTimeout(() => {
			this.#timers.delete(name);
			callback();
		}, ms);
		this.#timers.set(name, timer);
	}

	#clearTimer(name) {
		this.#platform.clearTimeout(this.#timers.get(name));
		this.#timers.delete(name);
	}
}

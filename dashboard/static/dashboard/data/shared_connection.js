/**
 * Share one stream between all tabs that show the same target. The tab that holds a lock (the leader) owns the connection
 * and broadcasts every event to the other tabs (the followers). When the leader closes, the next tab gets the lock and
 * resumes from its own cursor. Every message carries the leader's cursor before it, so a follower detects a gap and
 * fetches the missed events from the log. Knows no document.
 *
 * Without Web Locks (they need a secure context) each tab has its own connection.
 */

import { fetchMissedEvents, getStaleTimeout } from "./connection.js";
import { isAhead } from "./state.js";
import { TaskBudget } from "./task_budget.js";

const NAME_PREFIX = "sentiment-changes:"; // of locks and channels; open tabs of version 0.1.0 share no changes

export class SharedConnection {
	#config;
	#platform;
	#target;
	#name; // of the lock and the channel
	#createConnection;
	#callbacks; // getCursor, onEvent, onCursor, onSnapshot, onStatus of this tab
	#channel = null;
	#connection = null; // while this tab is the leader
	#releaseLock = null;
	#lockRequest = null; // AbortController of the held or requested lock
	#queuedMessages = null; // received while this tab fetches missed events
	#outbox = []; // messages for the followers
	#status = "disconnected";
	#leaderTimer;

	/** `createConnection(callbacks)` returns the leader's connection. */
	constructor({ config, platform, target, createConnection, callbacks }) {
		this.#config = config;
		this.#platform = platform;
		this.#target = target;
		this.#name = `${NAME_PREFIX}${config.API_BASE}:${target.key}`; // sites of one host share nothing
		this.#createConnection = createConnection;
		this.#callbacks = callbacks;
	}

	/** Connect or follow the leader; if already following, check that the leader responds. */
	connect() {
		if (this.#connection) this.#connection.connect();
		else if (!this.#platform.locks) this.#becomeLeader();
		else if (this.#lockRequest === null) this.#joinChannel();
		else this.#pingLeader();
	}

	/** Take the browser's word that there is no network. All its tabs get the event; the leader says when the site answers. */
	goOffline() {
		if (this.#connection) this.#connection.goOffline();
		else if (this.#lockRequest) {
			this.#setStatus("offline");
			this.#pingLeader();
		}
	}

	/** Hand the stream to another tab and stop following until the next `connect`. */
	disconnect() {
		this.#lockRequest?.abort();
		this.#lockRequest = null;
		this.#stopLeading();
		this.#platform.clearTimeout(this.#leaderTimer);
		this.#flushOutbox();
		this.#channel?.close();
		this.#channel = null;
		this.#queuedMessages = null;
		this.#setStatus("disconnected");
	}

	#joinChannel() {
		const channel = new this.#platform.BroadcastChannel(this.#name);
		channel.onmessage = ({ data }) => {
			for (const message of data) this.#onMessage(message);
		};
		this.#channel = channel;
		this.#requestLock();
		this.#pingLeader();
	}

	/** Queue for the lock; with `steal`, take it from a leader that does not respond. */
	#requestLock({ steal = false } = {}) {
		const lockRequest = new AbortController();
		this.#lockRequest?.abort();
		this.#lockRequest = lockRequest;
		const isCurrent = () => this.#lockRequest === lockRequest;
		this.#platform.locks
			.request(this.#name, steal ? { steal } : { signal: lockRequest.signal }, () => {
				if (!isCurrent()) return undefined;
				this.#becomeLeader();
				return new Promise((resolve) => {
					this.#releaseLock = resolve;
				});
			})
			.catch(() => {
				// Aborted by this tab, or stolen by a tab that got no response from this one, for example while it was frozen.
				if (!isCurrent()) return;
				this.#stopLeading();
				this.#requestLock();
				this.#pingLeader();
			});
	}

	#becomeLeader() {
		this.#platform.clearTimeout(this.#leaderTimer);
		this.#queuedMessages = null;
		this.#connection = this.#createConnection({
			...this.#callbacks,
			onEvent: (event) => this.#broadcast({ kind: "event", event }),
			onCursor: (cursor) => this.#broadcast({ kind: "cursor", cursor }),
			onSnapshot: (snapshot) => this.#broadcast({ kind: "snapshot", snapshot }),
			onStatus: (status) => this.#broadcast({ kind: "status", status }),
		});
		this.#connection.connect();
	}

	#stopLeading() {
		const connection = this.#connection;
		this.#connection = null; // first, so that the followers don't get its last status
		connection?.disconnect();
		this.#releaseLock?.();
		this.#releaseLock = null;
	}

	/** Apply a message in this tab and queue it for the followers. */
	#broadcast(message) {
		if (this.#connection === null && message.kind === "status") return;
		const before = this.#callbacks.getCursor();
		this.#applyMessage(message);
		if (this.#outbox.push({ ...message, before }) === 1) this.#platform.setTimeout(() => this.#flushOutbox(), 0);
	}

	/** Post the queued messages as one batch: posting each event costs more than applying it. */
	#flushOutbox() {
		this.#channel?.postMessage(this.#outbox);
		this.#outbox = [];
	}

	/** Ask the leader for its status, and take the lock if none responds. */
	#pingLeader() {
		this.#channel.postMessage([{ kind: "hello" }]);
		this.#setLeaderTimer(this.#config.LEADER_ANSWER_TIMEOUT, () => this.#requestLock({ steal: true }));
	}

	#onMessage(message) {
		if (this.#connection && message.kind === "hello") this.#broadcast({ kind: "status", status: this.#status });
		if (this.#connection || message.kind === "hello") return;
		this.#setLeaderTimer(getStaleTimeout(this.#config), () => this.#pingLeader());
		if (this.#queuedMessages) this.#queuedMessages.push(message);
		else if (isAhead(message.before, this.#callbacks.getCursor())) this.#catchUp([message]);
		else this.#applyMessage(message);
	}

	#applyMessage({ kind, event, cursor, snapshot, status }) {
		if (kind === "event") this.#callbacks.onEvent(event);
		else if (kind === "cursor") this.#callbacks.onCursor(cursor);
		else if (kind === "snapshot") this.#callbacks.onSnapshot(snapshot);
		else this.#setStatus(status);
	}

	/** Fetch the missed events from the log, then apply the messages received meanwhile. */
	async #catchUp(queuedMessages) {
		this.#queuedMessages = queuedMessages;
		const isCurrent = () => this.#queuedMessages === queuedMessages;
		try {
			await fetchMissedEvents({
				...this.#callbacks,
				fetchJson: this.#platform.fetchJson,
				budget: new TaskBudget(this.#platform),
				url: this.#target.eventsUrl,
				isCurrent,
			});
		} catch {
			// The queued messages may be dropped: the next message shows the gap again.
			if (isCurrent()) this.#queuedMessages = null;
			return;
		}
		if (!isCurrent()) return;
		this.#queuedMessages = null;
		for (const message of queuedMessages) this.#applyMessage(message);
	}

	#setLeaderTimer(ms, onTimeout) {
		this.#platform.clearTimeout(this.#leaderTimer);
		this.#leaderTimer = this.#platform.setTimeout(onTimeout, ms);
	}

	#setStatus(status) {
		if (status === this.#status) return;
		this.#status = status;
		this.#callbacks.onStatus(status);
	}
}

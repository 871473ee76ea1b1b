/**
 * One stream for all tabs that show the same: the tab that holds a lock keeps the connection and tells the others what
 * comes. When it goes, the lock falls to the next, which goes on from its own cursor. Every message says where its sender
 * stood before, so a tab that missed something notices, and reads it from the log. Knows no document.
 *
 * Without locks (only pages served securely have them) each tab keeps a connection of its own.
 */

import { readLog, staleAfter } from "./connection.js";
import { isAhead } from "./state.js";

const PREFIX = "sentiment:";

export class SharedConnection {
	#config;
	#platform;
	#topic;
	#connect;
	#page; // getCursor, onEvent, onCursor, onSnapshot, onStatus of this tab
	#channel = null;
	#connection = null; // while this tab leads
	#release = null; // gives the lock back
	#waiting = null; // aborts the request for the lock
	#held = null; // what came while this tab was reading what it had missed
	#outbox = []; // for the other tabs
	#status = "disconnected";
	#timer;

	/** `connect(callbacks)` makes the connection of a tab that leads; `page` holds the same callbacks. */
	constructor({ config, platform, topic, connect, page }) {
		this.#config = config;
		this.#platform = platform;
		this.#topic = topic;
		this.#connect = connect;
		this.#page = page;
	}

	/** Follow, or make sure that there is something to follow. */
	wake() {
		if (this.#connection) this.#connection.wake();
		else if (!this.#platform.locks) this.#lead();
		else if (this.#waiting === null) this.#join();
		else this.#ask();
	}

	/** Leave the stream to the other tabs and rest until `wake`. */
	stop() {
		this.#waiting?.abort();
		this.#waiting = null;
		this.#stepDown();
		this.#platform.clearTimeout(this.#timer);
		this.#send();
		this.#channel?.close();
		this.#channel = null;
		this.#held = null;
		this.#show("disconnected");
	}

	#join() {
		const channel = new this.#platform.BroadcastChannel(PREFIX + this.#topic.name);
		channel.onmessage = ({ data }) => {
			for (const message of data) this.#hear(message);
		};
		this.#channel = channel;
		this.#waitForLock();
		this.#ask();
	}

	/** Wait for the lock; with `steal` take it from a leader that no longer answers. */
	#waitForLock({ steal = false } = {}) {
		const waiting = new AbortController();
		this.#waiting?.abort();
		this.#waiting = waiting;
		const isWanted = () => this.#waiting === waiting;
		this.#platform.locks
			.request(PREFIX + this.#topic.name, steal ? { steal } : { signal: waiting.signal }, () => {
				if (!isWanted()) return undefined;
				this.#lead();
				return new Promise((resolve) => {
					this.#release = resolve;
				});
			})
			.catch(() => {
				// Stolen: another tab believed this one to be frozen. Or aborted, and not wanted any more.
				if (!isWanted()) return;
				this.#stepDown();
				this.#waitForLock();
				this.#ask();
			});
	}

	#lead() {
		this.#platform.clearTimeout(this.#timer);
		this.#held = null;
		this.#connection = this.#connect({
			...this.#page,
			onEvent: (event) => this.#pass({ kind: "event", event }),
			onCursor: (cursor) => this.#pass({ kind: "cursor", cursor }),
			onSnapshot: (snapshot) => this.#pass({ kind: "snapshot", snapshot }),
			onStatus: (status) => this.#pass({ kind: "status", status }),
		});
		this.#connection.wake();
	}

	#stepDown() {
		const connection = this.#connection;
		this.#connection = null; // first, so that its last status is not passed on as news
		connection?.stop();
		this.#release?.();
		this.#release = null;
	}

	#pass(message) {
		if (this.#connection === null && message.kind === "status") return;
		const before = this.#page.getCursor();
		this.#take(message);
		if (this.#outbox.push({ ...message, before }) === 1) this.#platform.setTimeout(() => this.#send(), 0);
	}

	/** Tell the other tabs what came: one by one, that would cost more than taking it in. */
	#send() {
		this.#channel?.postMessage(this.#outbox);
		this.#outbox = [];
	}

	/** Ask who leads: whoever does answers with its status. */
	#ask() {
		this.#channel.postMessage([{ kind: "hello" }]);
		this.#expect(this.#config.LEADER_ANSWER_TIMEOUT, () => this.#waitForLock({ steal: true }));
	}

	#hear(message) {
		if (this.#connection && message.kind === "hello") this.#pass({ kind: "status", status: this.#status });
		if (this.#connection || message.kind === "hello") return;
		this.#expect(staleAfter(this.#config), () => this.#ask());
		if (this.#held) this.#held.push(message);
		else if (isAhead(message.before, this.#page.getCursor())) this.#catchUp([message]);
		else this.#take(message);
	}

	#take({ kind, event, cursor, snapshot, status }) {
		if (kind === "event") this.#page.onEvent(event);
		else if (kind === "cursor") this.#page.onCursor(cursor);
		else if (kind === "snapshot") this.#page.onSnapshot(snapshot);
		else this.#show(status);
	}

	/** Read from the log what this tab missed, then take what came meanwhile. */
	async #catchUp(held) {
		this.#held = held;
		const isCurrent = () => this.#held === held;
		try {
			await readLog({
				...this.#page,
				fetchJson: this.#platform.fetchJson,
				url: this.#topic.eventsUrl,
				isCurrent,
			});
		} catch {
			// Dropping what is held widens the gap, and the next message shows it again.
			if (isCurrent()) this.#held = null;
			return;
		}
		if (!isCurrent()) return;
		this.#held = null;
		for (const message of held) this.#take(message);
	}

	#expect(ms, otherwise) {
		this.#platform.clearTimeout(this.#timer);
		this.#timer = this.#platform.setTimeout(otherwise, ms);
	}

	#show(status) {
		if (status === this.#status) return;
		this.#status = status;
		this.#page.onStatus(status);
	}
}

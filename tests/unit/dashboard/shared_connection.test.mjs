import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SharedConnection } from "../../../dashboard/static/dashboard/data/shared_connection.js";
import { parseCursor } from "../../../dashboard/static/dashboard/data/state.js";
import { createTickersTarget } from "../../../dashboard/static/dashboard/data/stream_targets.js";

const CONFIG = { API_BASE: "/api/v2", LEADER_ANSWER_TIMEOUT: 2000, HEARTBEAT_INTERVAL: 30000 };

/** A fake browser shared by its tabs: locks, channels, a clock, and the server's log. */
class Browser {
	time = 0;
	timers = [];
	channels = [];
	locks = new Map(); // name -> {holder, queue}
	log = []; // events in order
	tabs = [];

	request(name, { steal = false, signal } = {}, grant) {
		return new Promise((resolve, reject) => {
			const lock = this.locks.get(name) ?? { holder: null, queue: [] };
			this.locks.set(name, lock);
			const lockRequest = { resolve, reject, grant };
			signal?.addEventListener("abort", () => {
				lock.queue = lock.queue.filter((other) => other !== lockRequest);
				if (lock.holder !== lockRequest) reject(new DOMException("aborted", "AbortError"));
			});
			if (steal && lock.holder) {
				lock.holder.reject(new DOMException("stolen", "AbortError"));
				lock.holder = null;
			}
			lock.queue[steal ? "unshift" : "push"](lockRequest);
			this.grantNext(lock);
		});
	}

	async grantNext(lock) {
		if (lock.holder || lock.queue.length === 0) return;
		const lockRequest = lock.queue.shift();
		lock.holder = lockRequest;
		lockRequest.resolve(await lockRequest.grant());
		if (lock.holder !== lockRequest) return;
		lock.holder = null;
		this.grantNext(lock);
	}

	platform(tab) {
		const browser = this;
		return {
			locks: { request: (...request) => browser.request(...request) },
			BroadcastChannel: class {
				constructor(name) {
					this.name = name;
					this.tab = tab;
					browser.channels.push(this);
				}

				postMessage(data) {
					for (const other of browser.channels) {
						if (other === this || other.name !== this.name || tab.isFrozen) continue;
						queueMicrotask(() => other.tab.isFrozen || other.onmessage({ data: structuredClone(data) }));
					}
				}

				close() {
					browser.channels = browser.channels.filter((other) => other !== this);
				}
			},
			fetchJson: async (url) => {
				if (tab.isOffline) throw new TypeError("Failed to fetch");
				const after = parseCursor(new URL(url, "http://x").searchParams.get("after")).seq;
				const events = browser.log.filter((event) => parseCursor(event.id).seq > after);
				return { events, cursor: `evt_e1-${browser.log.length}`, has_more: false };
			},
			now: () => browser.time,
			nextTask: () => new Promise((resolve) => setImmediate(resolve)),
			setTimeout: (callback, ms) => {
				const timer = { callback, at: browser.time + ms, tab };
				browser.timers.push(timer);
				return timer;
			},
			clearTimeout: (timer) => {
				browser.timers = browser.timers.filter((other) => other !== timer);
			},
		};
	}

	open(cursor = "evt_e1-0", target = createTickersTarget([], "/api/v2")) {
		const tab = { cursor, received: [], statuses: [], stream: null, isFrozen: false };
		const platform = this.platform(tab);
		const advanceCursor = (id) => {
			if (parseCursor(id).seq > parseCursor(tab.cursor).seq) tab.cursor = id;
		};
		tab.shared = new SharedConnection({
			config: CONFIG,
			platform,
			target,
			callbacks: {
				getCursor: () => tab.cursor,
				onEvent: ({ id }) => {
					if (!tab.received.includes(id)) tab.received.push(id); // repeated events are ignored, as in state.js
					advanceCursor(id);
				},
				onCursor: advanceCursor,
				onSnapshot: (snapshot) => tab.received.push(snapshot),
				onStatus: (status) => tab.statuses.push(status),
			},
			createConnection: (callbacks) => {
				const stream = { ...callbacks, connect() {}, disconnect: () => (tab.stream = null) };
				tab.stream = stream;
				return stream;
			},
		});
		this.tabs.push(tab);
		tab.shared.connect();
		return tab;
	}

	/** Close a tab: its timers and channels vanish and its lock is released. */
	close(tab) {
		this.channels = this.channels.filter((channel) => channel.tab !== tab);
		this.timers = this.timers.filter((timer) => timer.tab !== tab);
		tab.stream = null;
		for (const lock of this.locks.values()) {
			lock.holder = null;
			this.grantNext(lock);
		}
	}

	/** Append an item to the log and deliver it to every open stream. */
	async publish() {
		this.log.push({ event: "new_item", id: `evt_e1-${this.log.length + 1}`, data: {} });
		await this.deliver();
	}

	async deliver() {
		for (const { stream, cursor } of this.tabsWithStream()) {
			for (const { event, id, data } of this.log.slice(parseCursor(cursor).seq))
				stream.onEvent({ type: event, id, data });
		}
		await this.advance(0);
	}

	tabsWithStream() {
		return this.tabs.filter((tab) => tab.stream !== null && !tab.isFrozen);
	}

	async advance(ms) {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const next = this.timers.filter(({ at, tab }) => at <= end && !tab.isFrozen).sort((a, b) => a.at - b.at)[0];
			if (next === undefined) break;
			this.timers = this.timers.filter((timer) => timer !== next);
			this.time = next.at;
			next.callback();
		}
		this.time = end;
	}
}

function settle() {
	return new Promise((resolve) => setImmediate(resolve));
}

function allEventIds(browser) {
	return browser.log.map(({ id }) => id);
}

let browser;
let first;
let second;

beforeEach(async () => {
	browser = new Browser();
	first = browser.open();
	await browser.advance(0);
	second = browser.open();
	await browser.advance(0);
});

test("shared connection: leader broadcasts its events and status to the followers", async () => {
	first.stream.onStatus("connected");
	await browser.publish();

	assert.deepEqual(browser.tabsWithStream(), [first]);
	assert.deepEqual([first.received, second.received], [["evt_e1-1"], ["evt_e1-1"]]);
	assert.deepEqual([first.statuses, second.statuses], [["connected"], ["connected"]]);
});

test("shared connection: tab that joins late gets the status and the missed events", async () => {
	first.stream.onStatus("connected");
	await browser.publish();
	await browser.publish();

	const third = browser.open("evt_e1-0");
	await browser.advance(0);

	assert.deepEqual(third.statuses, ["connected"]);
	assert.deepEqual(third.received, allEventIds(browser));
});

test("shared connection: closed leader is replaced without lost or repeated events", async () => {
	await browser.publish();

	browser.close(first);
	await browser.advance(0);
	await browser.publish();

	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.deepEqual(second.received, allEventIds(browser));
});

test("shared connection: follower behind the new leader fetches the gap from the log", async () => {
	const third = browser.open();
	await browser.advance(0);
	third.isFrozen = true; // it misses the old leader's last messages
	await browser.publish();
	third.isFrozen = false;

	browser.close(first);
	await browser.advance(0);
	await browser.publish();

	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.deepEqual(third.received, allEventIds(browser));
});

test("shared connection: messages received during catch-up are applied afterwards in order", async () => {
	second.isFrozen = true;
	for (let n = 0; n < 5; n++) await browser.publish();
	second.isFrozen = false;

	for (let n = 0; n < 5; n++) browser.publish();
	await browser.advance(0);

	assert.deepEqual(second.received, allEventIds(browser));
});

test("shared connection: failed catch-up is retried with the next message", async () => {
	second.isFrozen = true;
	await browser.publish();
	second.isFrozen = false;
	second.isOffline = true;
	await browser.publish();
	assert.deepEqual(second.received, []);

	second.isOffline = false;
	await browser.publish();

	assert.deepEqual(second.received, allEventIds(browser));
});

test("shared connection: disconnected leader hands the stream to a follower", async () => {
	first.shared.disconnect();
	await browser.advance(0);

	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.equal(first.statuses.at(-1) ?? "disconnected", "disconnected");
	first.shared.connect();
	await browser.publish();
	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.deepEqual(first.received, allEventIds(browser));
});

test("shared connection: disconnect of all tabs leaves no stream, channel or timer", async () => {
	second.shared.disconnect();
	first.shared.disconnect();
	await browser.advance(0);

	assert.deepEqual(browser.tabsWithStream(), []);
	assert.deepEqual(browser.channels, []);
	assert.deepEqual(browser.timers, []);
});

test("shared connection: frozen leader is replaced and becomes a follower when it resumes", async () => {
	first.isFrozen = true;
	await browser.advance(2 * CONFIG.HEARTBEAT_INTERVAL + 5000);
	await browser.advance(CONFIG.LEADER_ANSWER_TIMEOUT);
	await browser.advance(0);
	await browser.publish();
	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.deepEqual(second.received, allEventIds(browser));

	first.isFrozen = false;
	await browser.publish();

	assert.deepEqual(browser.tabsWithStream(), [second]);
	assert.deepEqual(first.received, allEventIds(browser));
});

test("shared connection: leader broadcasts polled cursors and snapshots", async () => {
	first.stream.onStatus("polling");
	first.stream.onCursor("evt_e1-0");
	first.stream.onSnapshot({ total: 3 });
	await browser.advance(0);

	assert.deepEqual(second.statuses, ["polling"]);
	assert.deepEqual(second.received, [{ total: 3 }]);
});

test("shared connection: tab with another target has its own stream", async () => {
	const third = browser.open("evt_e1-0", createTickersTarget(["AAPL"], "/api/v2"));
	await browser.advance(0);

	assert.deepEqual(browser.tabsWithStream(), [first, third]);
});

test("shared connection: platform without locks gives every tab a stream", async () => {
	const callbacks = { getCursor: () => null, onStatus() {} };
	let connects = 0;
	const stream = { connect: () => (connects += 1), disconnect() {} };
	const platform = { ...browser.platform({}), locks: undefined };
	const target = createTickersTarget([], "/api/v2");
	const shared = new SharedConnection({ config: CONFIG, platform, target, callbacks, createConnection: () => stream });

	shared.connect();
	shared.connect();
	shared.disconnect();

	assert.equal(connects, 2);
});

test("shared connection: every tab is offline at once, and the leader tells when the site answers", async () => {
	first.stream.onStatus("connected");
	await browser.advance(0);
	first.stream.goOffline = () => first.stream.onStatus("offline");

	for (const tab of [first, second]) tab.shared.goOffline();
	assert.deepEqual([first.statuses.at(-1), second.statuses.at(-1)], ["offline", "offline"]);
	await browser.advance(0);
	assert.equal(second.statuses.at(-1), "offline");
	first.stream.onStatus("connected");
	await browser.advance(0);

	assert.equal(second.statuses.at(-1), "connected");
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SharedConnection } from "../../dashboard/static/dashboard/data/shared_connection.js";
import { parseCursor } from "../../dashboard/static/dashboard/data/state.js";
import { topicOfTickers } from "../../dashboard/static/dashboard/data/stream_targets.js";

const CONFIG = { LEADER_ANSWER_TIMEOUT: 2000, HEARTBEAT_INTERVAL: 30000 };

/** What the tabs of one browser have in common: locks, channels, the clock, and the server's log. */
class Browser {
	time = 0;
	timers = [];
	channels = [];
	locks = new Map(); // name -> {holder, waiting}
	log = []; // events in order
	tabs = [];

	request(name, { steal = false, signal } = {}, grant) {
		return new Promise((resolve, reject) => {
			const lock = this.locks.get(name) ?? { holder: null, waiting: [] };
			this.locks.set(name, lock);
			const ticket = { resolve, reject, grant };
			signal?.addEventListener("abort", () => {
				lock.waiting = lock.waiting.filter((other) => other !== ticket);
				if (lock.holder !== ticket) reject(new DOMException("aborted", "AbortError"));
			});
			if (steal && lock.holder) {
				lock.holder.reject(new DOMException("stolen", "AbortError"));
				lock.holder = null;
			}
			lock.waiting[steal ? "unshift" : "push"](ticket);
			this.pump(lock);
		});
	}

	async pump(lock) {
		if (lock.holder || lock.waiting.length === 0) return;
		const ticket = lock.waiting.shift();
		lock.holder = ticket;
		ticket.resolve(await ticket.grant());
		if (lock.holder !== ticket) return;
		lock.holder = null;
		this.pump(lock);
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
			setTimeout: (action, ms) => {
				const timer = { action, at: browser.time + ms, tab };
				browser.timers.push(timer);
				return timer;
			},
			clearTimeout: (timer) => {
				browser.timers = browser.timers.filter((other) => other !== timer);
			},
		};
	}

	open(cursor = "evt_e1-0", topic = topicOfTickers([])) {
		const tab = { cursor, seen: [], statuses: [], stream: null, isFrozen: false };
		const platform = this.platform(tab);
		const move = (id) => {
			if (parseCursor(id).seq > parseCursor(tab.cursor).seq) tab.cursor = id;
		};
		tab.shared = new SharedConnection({
			config: CONFIG,
			platform,
			topic,
			page: {
				getCursor: () => tab.cursor,
				onEvent: ({ id }) => {
					if (!tab.seen.includes(id)) tab.seen.push(id); // as the state does
					move(id);
				},
				onCursor: move,
				onSnapshot: (snapshot) => tab.seen.push(snapshot),
				onStatus: (status) => tab.statuses.push(status),
			},
			connect: (callbacks) => {
				const stream = { ...callbacks, wakes: 0, wake: () => (stream.wakes += 1), stop: () => (tab.stream = null) };
				tab.stream = stream;
				return stream;
			},
		});
		this.tabs.push(tab);
		tab.shared.wake();
		return tab;
	}

	/** The tab ends without a word, as when it is closed. */
	close(tab) {
		this.channels = this.channels.filter((channel) => channel.tab !== tab);
		this.timers = this.timers.filter((timer) => timer.tab !== tab);
		tab.stream = null;
		for (const lock of this.locks.values()) {
			lock.holder = null;
			this.pump(lock);
		}
	}

	/** The server sends one more item to whoever streams from where it stands. */
	async publish() {
		this.log.push({ event: "new_item", id: `evt_e1-${this.log.length + 1}`, data: {} });
		await this.deliver();
	}

	async deliver() {
		for (const { stream, cursor } of this.streaming()) {
			for (const { event, id, data } of this.log.slice(parseCursor(cursor).seq))
				stream.onEvent({ type: event, id, data });
		}
		await this.pass(0);
	}

	streaming() {
		return this.tabs.filter((tab) => tab.stream !== null && !tab.isFrozen);
	}

	async pass(ms) {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const next = this.timers.filter(({ at, tab }) => at <= end && !tab.isFrozen).sort((a, b) => a.at - b.at)[0];
			if (next === undefined) break;
			this.timers = this.timers.filter((timer) => timer !== next);
			this.time = next.at;
			next.action();
		}
		this.time = end;
	}
}

function settle() {
	return new Promise((resolve) => setImmediate(resolve));
}

function everything(browser) {
	return browser.log.map(({ id }) => id);
}

let browser;
let first;
let second;

beforeEach(async () => {
	browser = new Browser();
	first = browser.open();
	await browser.pass(0);
	second = browser.open();
	await browser.pass(0);
});

test("the first tab has the stream, and the others hear what it brings", async () => {
	first.stream.onStatus("connected");
	await browser.publish();

	assert.deepEqual(browser.streaming(), [first]);
	assert.deepEqual([first.seen, second.seen], [["evt_e1-1"], ["evt_e1-1"]]);
	assert.deepEqual([first.statuses, second.statuses], [["connected"], ["connected"]]);
});

test("a tab that joins late learns the status and reads what it had missed", async () => {
	first.stream.onStatus("connected");
	await browser.publish();
	await browser.publish();

	const third = browser.open("evt_e1-0");
	await browser.pass(0);

	assert.deepEqual(third.statuses, ["connected"]);
	assert.deepEqual(third.seen, everything(browser));
});

test("when the tab with the stream is closed another goes on, and nothing is lost or doubled", async () => {
	await browser.publish();

	browser.close(first);
	await browser.pass(0);
	await browser.publish();

	assert.deepEqual(browser.streaming(), [second]);
	assert.deepEqual(second.seen, everything(browser));
});

test("what only the new leader had heard reaches the others from the log", async () => {
	const third = browser.open();
	await browser.pass(0);
	third.isFrozen = true; // the last words of the old leader pass it by
	await browser.publish();
	third.isFrozen = false;

	browser.close(first);
	await browser.pass(0);
	await browser.publish();

	assert.deepEqual(browser.streaming(), [second]);
	assert.deepEqual(third.seen, everything(browser));
});

test("what comes while a tab is catching up is taken after that, in order", async () => {
	second.isFrozen = true;
	for (let n = 0; n < 5; n++) await browser.publish();
	second.isFrozen = false;

	for (let n = 0; n < 5; n++) browser.publish();
	await browser.pass(0);

	assert.deepEqual(second.seen, everything(browser));
});

test("a tab that can't read what it missed tries again with the next message", async () => {
	second.isFrozen = true;
	await browser.publish();
	second.isFrozen = false;
	second.isOffline = true;
	await browser.publish();
	assert.deepEqual(second.seen, []);

	second.isOffline = false;
	await browser.publish();

	assert.deepEqual(second.seen, everything(browser));
});

test("a tab that rests gives the stream to another", async () => {
	first.shared.stop();
	await browser.pass(0);

	assert.deepEqual(browser.streaming(), [second]);
	assert.equal(first.statuses.at(-1) ?? "disconnected", "disconnected");
	first.shared.wake();
	await browser.publish();
	assert.deepEqual(browser.streaming(), [second]);
	assert.deepEqual(first.seen, everything(browser));
});

test("a tab that rests does not wait for the stream either", async () => {
	second.shared.stop();
	first.shared.stop();
	await browser.pass(0);

	assert.deepEqual(browser.streaming(), []);
	assert.deepEqual(browser.channels, []);
	assert.deepEqual(browser.timers, []);
});

test("a leader that is frozen is replaced, and follows when it thaws", async () => {
	first.isFrozen = true;
	await browser.pass(2 * CONFIG.HEARTBEAT_INTERVAL + 5000);
	await browser.pass(CONFIG.LEADER_ANSWER_TIMEOUT);
	await browser.pass(0);
	await browser.publish();
	assert.deepEqual(browser.streaming(), [second]);
	assert.deepEqual(second.seen, everything(browser));

	first.isFrozen = false;
	await browser.publish();

	assert.deepEqual(browser.streaming(), [second]);
	assert.deepEqual(first.seen, everything(browser));
});

test("polled pages and their numbers reach all tabs", async () => {
	first.stream.onStatus("polling");
	first.stream.onCursor("evt_e1-0");
	first.stream.onSnapshot({ total: 3 });
	await browser.pass(0);

	assert.deepEqual(second.statuses, ["polling"]);
	assert.deepEqual(second.seen, [{ total: 3 }]);
});

test("tabs that show something else have their own stream", async () => {
	const third = browser.open("evt_e1-0", topicOfTickers(["AAPL"]));
	await browser.pass(0);

	assert.deepEqual(browser.streaming(), [first, third]);
});

test("without locks every tab has a stream", async () => {
	const page = { getCursor: () => null, onStatus() {} };
	let opened = 0;
	const stream = { wake: () => (opened += 1), stop() {} };
	const platform = { ...browser.platform({}), locks: undefined };
	const topic = topicOfTickers([]);
	const shared = new SharedConnection({ config: CONFIG, platform, topic, page, connect: () => stream });

	shared.wake();
	shared.wake();
	shared.stop();

	assert.equal(opened, 2);
});

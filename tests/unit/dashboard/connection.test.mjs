import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "../../../dashboard/static/dashboard/data/connection.js";
import { createTickersTarget } from "../../../dashboard/static/dashboard/data/stream_targets.js";

const CONFIG = {
	SSE_MAX_RETRIES: 3,
	SSE_RECONNECT_DELAY: 1000,
	SSE_RECONNECT_DELAY_CAP: 8000,
	SSE_ANSWER_TIMEOUT: 8000,
	HEARTBEAT_INTERVAL: 30000,
	EVENT_TYPES: ["metrics", "new_item", "heartbeat", "reset"],
	METRICS_POLL_INTERVAL: 5000,
};
const SERVER_FULL = Symbol("503");

/** A fake browser: time advances only in `advance`, and streams deliver only what the test sends. */
class Browser {
	time = 0;
	timers = [];
	streams = [];
	polls = [];
	responses = [];
	snapshot = { total: 9, recent_items: [], cursor: "evt_e1-9" };
	randomValue = 0.5;

	platform() {
		const browser = this;
		return {
			EventSource: class extends EventTarget {
				constructor(url) {
					super();
					this.url = url;
					this.isClosed = false;
					browser.streams.push(this);
				}

				close() {
					this.isClosed = true;
				}
			},
			fetchJson: async (url) => {
				if (url === "/api/v2/metrics") return this.snapshot;
				this.polls.push(url);
				const response = await this.responses.shift();
				if (response === undefined) throw new TypeError("Failed to fetch");
				if (response === SERVER_FULL) throw new Error("HTTP 503");
				return response;
			},
			setTimeout: (callback, ms) => {
				const timer = { callback, at: this.time + ms };
				this.timers.push(timer);
				return timer;
			},
			clearTimeout: (timer) => {
				this.timers = this.timers.filter((other) => other !== timer);
			},
			now: () => this.time,
			nextTask: settle,
			random: () => this.randomValue,
		};
	}

	get stream() {
		return this.streams.at(-1);
	}

	get openStreams() {
		return this.streams.filter((stream) => !stream.isClosed);
	}

	send(type, data = {}, id = "evt_e1-1", stream = this.stream) {
		const event = new Event(type);
		Object.assign(event, { data: JSON.stringify(data), lastEventId: id });
		stream.dispatchEvent(event);
	}

	sendHeartbeat(seconds) {
		this.send("heartbeat", { timestamp: new Date(seconds * 1000).toISOString(), connections: 1 });
	}

	disconnect(stream = this.stream) {
		stream.dispatchEvent(new Event("error"));
	}

	/** Advance the clock by `ms`, running due timers in order and settling promises after each. */
	async advance(ms) {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
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

function createPage(events, cursor = "evt_e1-9", hasMore = false) {
	return { events, cursor, has_more: hasMore };
}

let browser;
let connection;
let cursor;
let events;
let snapshots;
let statuses;

beforeEach(() => {
	browser = new Browser();
	cursor = "evt_e1-1";
	events = [];
	snapshots = [];
	statuses = [];
	connection = createConnection(createTickersTarget([], "/api/v2"));
});

/** `workMs`: how long the page works on an event. */
function createConnection(target, { workMs = 0 } = {}) {
	return new Connection({
		config: CONFIG,
		platform: browser.platform(),
		target,
		getCursor: () => cursor,
		onEvent: (event) => {
			events.push(event);
			browser.time += workMs;
		},
		onCursor: (next) => {
			cursor = next;
		},
		onSnapshot: (snapshot) => snapshots.push(snapshot),
		onStatus: (status) => statuses.push(status),
	});
}

async function disconnectUntilPolling() {
	browser.disconnect();
	for (const delay of [1000, 2000, 4000]) {
		await browser.advance(delay);
		browser.disconnect();
	}
	await settle();
}

test("connection: first event sets the status to connected, not the open event", () => {
	connection.connect();
	browser.stream.dispatchEvent(new Event("open"));
	assert.equal(connection.status, "disconnected");

	browser.sendHeartbeat(0);

	assert.deepEqual(statuses, ["connected"]);
});

test("connection: stream URL with a cursor resumes from it", () => {
	connection.connect();

	assert.equal(browser.stream.url, "/api/v2/stream?include=headline,entities,changes&last_event_id=evt_e1-1");
});

test("connection: stream URL without a cursor starts at the present", () => {
	cursor = null;

	connection.connect();

	assert.equal(browser.stream.url, "/api/v2/stream?include=headline,entities,changes");
});

test("connection: stream event is delivered with type, id and data", () => {
	connection.connect();

	browser.send("new_item", { item_id: "a" }, "evt_e1-2");

	assert.deepEqual(events, [{ type: "new_item", id: "evt_e1-2", data: { item_id: "a" } }]);
});

test("connection: reconnect within the grace period keeps the status connected", async () => {
	connection.connect();
	browser.sendHeartbeat(0);

	browser.disconnect();
	await browser.advance(1000);
	browser.sendHeartbeat(1);
	await browser.advance(5000);

	assert.deepEqual(statuses, ["connected"]);
	assert.equal(browser.streams.length, 2);
});

test("connection: repeated failures retry with doubling delays and then poll", async () => {
	connection.connect();
	browser.sendHeartbeat(0);

	browser.disconnect();
	const openedAt = [];
	for (let retry = 0; retry < 3; retry++) {
		const count = browser.streams.length;
		while (browser.streams.length === count) await browser.advance(100);
		openedAt.push(browser.time);
		browser.disconnect();
	}
	await settle();

	assert.deepEqual(openedAt, [1000, 3000, 7000]);
	assert.deepEqual(statuses.slice(0, 3), ["connected", "reconnecting", "polling"]);
});

test("connection: retry delays are jittered and capped", async () => {
	const measureDelay = async (randomValue, failures) => {
		browser.randomValue = randomValue;
		for (let n = 0; n < failures; n++) {
			browser.disconnect();
			await browser.advance(CONFIG.SSE_RECONNECT_DELAY_CAP);
		}
		const before = browser.time;
		const count = browser.streams.length;
		browser.disconnect();
		while (browser.streams.length === count) await browser.advance(50);
		return browser.time - before;
	};
	connection.connect();

	assert.equal(await measureDelay(0, 0), 750);
	browser.sendHeartbeat(0);
	assert.equal(await measureDelay(1, 0), 1250);
	browser.sendHeartbeat(0);
	assert.equal(await measureDelay(1, 2), 5000);
});

test("connection: stream error closes the EventSource to stop its built-in reconnection", () => {
	connection.connect();

	browser.disconnect();

	assert.deepEqual(browser.openStreams, []);
});

test("connection: failed first stream sets the status to reconnecting immediately", () => {
	connection.connect();

	browser.disconnect();

	assert.deepEqual(statuses, ["reconnecting"]);
});

test("connection: poll delivers the events of every page and advances the cursor", async () => {
	connection.connect();
	const event = (seq) => ({ event: "new_item", id: `evt_e1-${seq}`, data: { item_id: `item-${seq}` } });
	browser.responses.push(createPage([event(2), event(3)], "evt_e1-3", true), createPage([event(4)], "evt_e1-4"));

	await disconnectUntilPolling();

	assert.deepEqual(
		events.map((each) => each.id),
		["evt_e1-2", "evt_e1-3", "evt_e1-4"],
	);
	assert.deepEqual(browser.polls, [
		"/api/v2/events?include=headline,entities,changes&after=evt_e1-1",
		"/api/v2/events?include=headline,entities,changes&after=evt_e1-3",
	]);
	assert.deepEqual(snapshots, [browser.snapshot]);
	assert.equal(connection.status, "polling");
	assert.equal(browser.stream.url, "/api/v2/stream?include=headline,entities,changes&last_event_id=evt_e1-4");
});

test("connection: failing polls set the status to offline and polling continues", async () => {
	connection.connect();

	await disconnectUntilPolling();
	assert.equal(connection.status, "offline");
	browser.disconnect();
	browser.responses.push(SERVER_FULL);
	await browser.advance(CONFIG.METRICS_POLL_INTERVAL);
	assert.equal(connection.status, "offline");
	browser.disconnect();
	browser.responses.push(createPage([]));
	await browser.advance(CONFIG.METRICS_POLL_INTERVAL);

	assert.equal(connection.status, "polling");
});

test("connection: every poll cycle retries the stream and its first event stops polling", async () => {
	connection.connect();
	browser.responses.push(createPage([]), createPage([]));
	await disconnectUntilPolling();
	browser.disconnect();

	await browser.advance(CONFIG.METRICS_POLL_INTERVAL);
	assert.equal(browser.openStreams.length, 1);
	browser.sendHeartbeat(0);
	await browser.advance(3 * CONFIG.METRICS_POLL_INTERVAL);

	assert.equal(connection.status, "connected");
	assert.equal(browser.polls.length, 2);
});

test("connection: poll response after the stream recovered is ignored", async () => {
	connection.connect();
	let resolveLate;
	browser.responses.push(
		createPage([]),
		new Promise((resolve) => {
			resolveLate = resolve;
		}),
	);
	await disconnectUntilPolling();
	const retryStream = browser.stream;
	await browser.advance(CONFIG.METRICS_POLL_INTERVAL);

	browser.send("heartbeat", { timestamp: "2026-01-01T00:00:00Z" }, "evt_e1-9", retryStream);
	resolveLate(createPage([{ event: "reset", id: "evt_e1-1-r1", data: {} }], "evt_e1-1"));
	await settle();

	assert.deepEqual(
		events.map((event) => event.type),
		["heartbeat"],
	);
	assert.equal(connection.status, "connected");
});

test("connection: event after polling resets the retry count", async () => {
	connection.connect();
	browser.responses.push(createPage([]));
	await disconnectUntilPolling();
	browser.sendHeartbeat(0);

	browser.disconnect();
	await browser.advance(2000);

	assert.equal(connection.status, "reconnecting");
});

test("connection: stream without a first event times out", async () => {
	connection.connect();

	await browser.advance(CONFIG.SSE_ANSWER_TIMEOUT);

	assert.equal(connection.status, "reconnecting");
});

test("connection: stream silent for two heartbeats is replaced", async () => {
	connection.connect();
	browser.sendHeartbeat(0);

	await browser.advance(64_000);
	assert.equal(connection.status, "connected");
	assert.equal(browser.streams.length, 1);
	await browser.advance(2500);

	assert.equal(browser.streams.length, 2);
});

test("connection: connect with a healthy stream keeps it", () => {
	connection.connect();
	browser.sendHeartbeat(0);

	connection.connect();

	assert.equal(browser.streams.length, 1);
});

test("connection: connect during a retry delay opens a stream immediately", async () => {
	connection.connect();
	browser.disconnect();
	await browser.advance(10);

	connection.connect();

	assert.equal(browser.openStreams.length, 1);
	browser.sendHeartbeat(0);
	await browser.advance(CONFIG.SSE_RECONNECT_DELAY_CAP);
	assert.equal(browser.streams.length, 2);
});

test("connection: connect after a sleep longer than the stale timeout replaces the stream", () => {
	connection.connect();
	browser.sendHeartbeat(0);
	browser.time += 3_600_000;

	connection.connect();

	assert.ok(browser.streams[0].isClosed);
	assert.equal(browser.openStreams.length, 1);
});

test("connection: connect while polling polls and retries the stream immediately", async () => {
	connection.connect();
	browser.responses.push(createPage([]), createPage([]));
	await disconnectUntilPolling();
	browser.disconnect();

	connection.connect();
	await settle();

	assert.equal(browser.polls.length, 2);
	assert.equal(browser.openStreams.length, 1);
});

test("connection: target with tickets requests a new stream URL for each attempt", async () => {
	let tickets = 0;
	const createStreamUrl = async () => `/stream?ticket=${++tickets}`;
	const connection = createConnection({ ...createTickersTarget([], "/api/v2"), createStreamUrl });

	connection.connect();
	await settle();
	browser.sendHeartbeat(0);
	browser.disconnect();
	await browser.advance(1000);

	assert.deepEqual(
		browser.streams.map((stream) => stream.url),
		["/stream?ticket=1&last_event_id=evt_e1-1", "/stream?ticket=2&last_event_id=evt_e1-1"],
	);
});

test("connection: stream URL that arrives after disconnect opens no stream", async () => {
	let resolveUrl;
	const createStreamUrl = () =>
		new Promise((resolve) => {
			resolveUrl = resolve;
		});
	const connection = createConnection({ ...createTickersTarget([], "/api/v2"), createStreamUrl });

	connection.connect();
	connection.disconnect();
	resolveUrl("/stream?ticket=1");
	await settle();

	assert.deepEqual(browser.streams, []);
});

test("connection: rejected ticket requests are retried with doubling delays", async () => {
	const requestedAt = [];
	const createStreamUrl = async () => {
		requestedAt.push(browser.time);
		throw new Error("429");
	};
	createConnection({ ...createTickersTarget(["AAPL"], "/api/v2"), createStreamUrl }).connect();

	await browser.advance(1000 + 2000 + 4000);

	assert.deepEqual(requestedAt, [0, 1000, 3000, 7000, 7000]); // the last one by the first poll
	assert.deepEqual(browser.polls, ["/api/v2/events?include=headline,entities,changes&tickers=AAPL&after=evt_e1-1"]);
});

test("connection: disconnect closes the stream and clears all timers", async () => {
	connection.connect();
	browser.sendHeartbeat(0);

	connection.disconnect();

	assert.deepEqual(browser.openStreams, []);
	assert.deepEqual(browser.timers, []);
	assert.equal(connection.status, "disconnected");
	connection.connect();
	assert.equal(browser.openStreams.length, 1);
});

test("connection: repeated failures and connects never open two streams", async () => {
	connection.connect();
	for (let round = 0; round < 20; round++) {
		browser.disconnect();
		connection.connect();
		await browser.advance(3000);
		assert.ok(browser.openStreams.length <= 1);
	}
});

test("connection: browser without network is offline at once, and connected again as soon as the site answers", async () => {
	connection.connect();
	browser.send("heartbeat");
	statuses.length = 0;

	connection.goOffline();
	assert.deepEqual(statuses, ["offline"]);
	assert.equal(browser.streams[0].isClosed, true);
	await browser.advance(0); // the poll fails, too
	assert.deepEqual(statuses, ["offline"]);

	browser.responses.push(createPage([]));
	connection.connect();
	await browser.advance(0);
	browser.send("heartbeat");

	assert.deepEqual(statuses, ["offline", "polling", "connected"]);
	assert.equal(browser.openStreams.length, 1);
});

test("connection: site on the same machine stays connected without network", async () => {
	connection.connect();
	browser.send("heartbeat");
	browser.responses.push(createPage([]));

	connection.goOffline();
	await browser.advance(0);
	browser.send("heartbeat");

	assert.equal(connection.status, "connected");
	connection.disconnect();
	connection.goOffline();
	assert.equal(connection.status, "disconnected");
});

test("connection: many events at once are applied in order, in several tasks", async () => {
	const slow = createConnection(createTickersTarget([], "/api/v2"), { workMs: 15 });
	slow.connect();

	for (let seq = 1; seq <= 7; seq += 1) browser.send("new_item", { seq }, `evt_e1-${seq}`);
	const numbers = () => events.map(({ data }) => data.seq);

	assert.deepEqual(numbers(), [1, 2, 3]);
	await settle();
	browser.send("new_item", { seq: 8 }, "evt_e1-8"); // while others wait
	for (let task = 0; task < 9; task += 1) await settle();
	assert.deepEqual(numbers(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("connection: events that wait when the stream is lost are not applied, as they come again", async () => {
	const slow = createConnection(createTickersTarget([], "/api/v2"), { workMs: 50 });
	slow.connect();
	for (const seq of [1, 2, 3]) browser.send("new_item", { seq }, `evt_e1-${seq}`);

	browser.disconnect();
	await settle();
	await settle();

	assert.deepEqual(
		events.map(({ data }) => data.seq),
		[1],
	);
});

test("connection: a long page of missed events is applied in several tasks", async () => {
	const missed = [1, 2, 3].map((seq) => ({ event: "new_item", id: `evt_e1-${seq}`, data: { seq } }));
	const slow = createConnection(createTickersTarget([], "/api/v2"), { workMs: 50 });
	browser.responses = [createPage(missed)];
	slow.connect();
	browser.sendHeartbeat(1);
	await settle();
	events = [];
	slow.goOffline();
	const counts = [];
	for (let task = 0; task < 9; task += 1) {
		await settle();
		counts.push(events.length);
	}

	assert.deepEqual([counts[0], counts.at(-1)], [1, 3]);
	assert.equal(cursor, "evt_e1-9");
	slow.disconnect();
});

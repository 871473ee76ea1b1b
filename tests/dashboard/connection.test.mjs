import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "../../dashboard/static/dashboard/data/connection.js";
import { topicOfTickers } from "../../dashboard/static/dashboard/data/stream_targets.js";

const CONFIG = {
	SSE_MAX_RETRIES: 3,
	SSE_RECONNECT_DELAY: 1000,
	SSE_RECONNECT_DELAY_CAP: 8000,
	SSE_ANSWER_TIMEOUT: 8000,
	HEARTBEAT_INTERVAL: 30000,
	METRICS_POLL_INTERVAL: 5000,
};
const HOUSE_FULL = Symbol("503");

/** The browser's side, driven by the test: time stands still until `pass`, streams answer when they are told to. */
class Browser {
	time = 0;
	timers = [];
	streams = [];
	polls = [];
	answers = [];
	snapshot = { total: 9, recent_items: [], cursor: "evt_e1-9" };
	dice = 0.5;

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
				const answer = await this.answers.shift();
				if (answer === undefined) throw new TypeError("Failed to fetch");
				if (answer === HOUSE_FULL) throw new Error("answered 503");
				return answer;
			},
			setTimeout: (action, ms) => {
				const timer = { action, at: this.time + ms };
				this.timers.push(timer);
				return timer;
			},
			clearTimeout: (timer) => {
				this.timers = this.timers.filter((other) => other !== timer);
			},
			now: () => this.time,
			random: () => this.dice,
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

	beat(seconds) {
		this.send("heartbeat", { timestamp: new Date(seconds * 1000).toISOString(), connections: 1 });
	}

	cut(stream = this.stream) {
		stream.dispatchEvent(new Event("error"));
	}

	/** Let `ms` pass, running timers in order, and promises after each. */
	async pass(ms) {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
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

function pageOf(events, cursor = "evt_e1-9", hasMore = false) {
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
	connection = connectionTo(topicOfTickers([]));
});

function connectionTo(topic) {
	return new Connection({
		config: CONFIG,
		platform: browser.platform(),
		topic,
		getCursor: () => cursor,
		onEvent: (event) => events.push(event),
		onCursor: (next) => {
			cursor = next;
		},
		onSnapshot: (snapshot) => snapshots.push(snapshot),
		onStatus: (status) => statuses.push(status),
	});
}

async function loseUntilPolling() {
	browser.cut();
	for (const delay of [1000, 2000, 4000]) {
		await browser.pass(delay);
		browser.cut();
	}
	await settle();
}

test("it is connected when the first event has come, not when the stream opens", () => {
	connection.wake();
	browser.stream.dispatchEvent(new Event("open"));
	assert.equal(connection.status, "disconnected");

	browser.beat(0);

	assert.deepEqual(statuses, ["connected"]);
});

test("it resumes at the cursor", () => {
	connection.wake();

	assert.equal(browser.stream.url, "/api/v2/stream?include=headline&last_event_id=evt_e1-1");
});

test("it starts at the present without a cursor", () => {
	cursor = null;

	connection.wake();

	assert.equal(browser.stream.url, "/api/v2/stream?include=headline");
});

test("events are passed on with type, id and data", () => {
	connection.wake();

	browser.send("new_item", { item_id: "a" }, "evt_e1-2");

	assert.deepEqual(events, [{ type: "new_item", id: "evt_e1-2", data: { item_id: "a" } }]);
});

test("a stream that is back within the grace never looks lost", async () => {
	connection.wake();
	browser.beat(0);

	browser.cut();
	await browser.pass(1000);
	browser.beat(1);
	await browser.pass(5000);

	assert.deepEqual(statuses, ["connected"]);
	assert.equal(browser.streams.length, 2);
});

test("tries come further and further apart, and then it polls", async () => {
	connection.wake();
	browser.beat(0);

	browser.cut();
	const openedAt = [];
	for (let tries = 0; tries < 3; tries++) {
		const count = browser.streams.length;
		while (browser.streams.length === count) await browser.pass(100);
		openedAt.push(browser.time);
		browser.cut();
	}
	await settle();

	assert.deepEqual(openedAt, [1000, 3000, 7000]);
	assert.deepEqual(statuses.slice(0, 3), ["connected", "reconnecting", "polling"]);
});

test("delays are jittered and capped", async () => {
	const opened = async (dice, tries) => {
		browser.dice = dice;
		for (let n = 0; n < tries; n++) {
			browser.cut();
			await browser.pass(CONFIG.SSE_RECONNECT_DELAY_CAP);
		}
		const before = browser.time;
		const count = browser.streams.length;
		browser.cut();
		while (browser.streams.length === count) await browser.pass(50);
		return browser.time - before;
	};
	connection.wake();

	assert.equal(await opened(0, 0), 750);
	browser.beat(0);
	assert.equal(await opened(1, 0), 1250);
	browser.beat(0);
	assert.equal(await opened(1, 2), 5000);
});

test("the browser's own reconnecting is stopped", () => {
	connection.wake();

	browser.cut();

	assert.deepEqual(browser.openStreams, []);
});

test("a failed first connection is shown as reconnecting at once", () => {
	connection.wake();

	browser.cut();

	assert.deepEqual(statuses, ["reconnecting"]);
});

test("polling applies the events of every page and moves the cursor", async () => {
	connection.wake();
	const event = (seq) => ({ event: "new_item", id: `evt_e1-${seq}`, data: { item_id: `item-${seq}` } });
	browser.answers.push(pageOf([event(2), event(3)], "evt_e1-3", true), pageOf([event(4)], "evt_e1-4"));

	await loseUntilPolling();

	assert.deepEqual(
		events.map((each) => each.id),
		["evt_e1-2", "evt_e1-3", "evt_e1-4"],
	);
	assert.deepEqual(browser.polls, [
		"/api/v2/events?include=headline&after=evt_e1-1",
		"/api/v2/events?include=headline&after=evt_e1-3",
	]);
	assert.deepEqual(snapshots, [browser.snapshot]);
	assert.equal(connection.status, "polling");
	assert.equal(browser.stream.url, "/api/v2/stream?include=headline&last_event_id=evt_e1-4");
});

test("it is offline while polls fail, and polls on", async () => {
	connection.wake();

	await loseUntilPolling();
	assert.equal(connection.status, "offline");
	browser.cut();
	browser.answers.push(HOUSE_FULL);
	await browser.pass(CONFIG.METRICS_POLL_INTERVAL);
	assert.equal(connection.status, "offline");
	browser.cut();
	browser.answers.push(pageOf([]));
	await browser.pass(CONFIG.METRICS_POLL_INTERVAL);

	assert.equal(connection.status, "polling");
});

test("every round of polling tries the stream, and its first event ends the polling", async () => {
	connection.wake();
	browser.answers.push(pageOf([]), pageOf([]));
	await loseUntilPolling();
	browser.cut();

	await browser.pass(CONFIG.METRICS_POLL_INTERVAL);
	assert.equal(browser.openStreams.length, 1);
	browser.beat(0);
	await browser.pass(3 * CONFIG.METRICS_POLL_INTERVAL);

	assert.equal(connection.status, "connected");
	assert.equal(browser.polls.length, 2);
});

test("a poll that is answered after the stream came back is ignored", async () => {
	connection.wake();
	let answerLate;
	browser.answers.push(
		pageOf([]),
		new Promise((resolve) => {
			answerLate = resolve;
		}),
	);
	await loseUntilPolling();
	const probe = browser.stream;
	await browser.pass(CONFIG.METRICS_POLL_INTERVAL);

	browser.send("heartbeat", { timestamp: "2026-01-01T00:00:00Z" }, "evt_e1-9", probe);
	answerLate(pageOf([{ event: "reset", id: "evt_e1-1-r1", data: {} }], "evt_e1-1"));
	await settle();

	assert.deepEqual(
		events.map((event) => event.type),
		["heartbeat"],
	);
	assert.equal(connection.status, "connected");
});

test("after a stream has answered, the next loss has all its tries again", async () => {
	connection.wake();
	browser.answers.push(pageOf([]));
	await loseUntilPolling();
	browser.beat(0);

	browser.cut();
	await browser.pass(2000);

	assert.equal(connection.status, "reconnecting");
});

test("a stream that never answers is given up", async () => {
	connection.wake();

	await browser.pass(CONFIG.SSE_ANSWER_TIMEOUT);

	assert.equal(connection.status, "reconnecting");
});

test("a stream silent for two heartbeats is given up", async () => {
	connection.wake();
	browser.beat(0);

	await browser.pass(64_000);
	assert.equal(connection.status, "connected");
	assert.equal(browser.streams.length, 1);
	await browser.pass(2500);

	assert.equal(browser.streams.length, 2);
});

test("waking leaves a healthy stream alone", () => {
	connection.wake();
	browser.beat(0);

	connection.wake();

	assert.equal(browser.streams.length, 1);
});

test("waking connects at once, whatever delay was left", async () => {
	connection.wake();
	browser.cut();
	await browser.pass(10);

	connection.wake();

	assert.equal(browser.openStreams.length, 1);
	browser.beat(0);
	await browser.pass(CONFIG.SSE_RECONNECT_DELAY_CAP);
	assert.equal(browser.streams.length, 2);
});

test("waking from a sleep longer than the heartbeats replaces the stream", () => {
	connection.wake();
	browser.beat(0);
	browser.time += 3_600_000;

	connection.wake();

	assert.ok(browser.streams[0].isClosed);
	assert.equal(browser.openStreams.length, 1);
});

test("waking while polling polls and tries the stream at once", async () => {
	connection.wake();
	browser.answers.push(pageOf([]), pageOf([]));
	await loseUntilPolling();
	browser.cut();

	connection.wake();
	await settle();

	assert.equal(browser.polls.length, 2);
	assert.equal(browser.openStreams.length, 1);
});

test("a stream that needs a ticket is opened with a new one each time", async () => {
	let tickets = 0;
	const admit = async () => `/stream?ticket=${++tickets}`;
	const guarded = connectionTo({ ...topicOfTickers([]), admit });

	guarded.wake();
	await settle();
	browser.beat(0);
	browser.cut();
	await browser.pass(1000);

	assert.deepEqual(
		browser.streams.map((stream) => stream.url),
		["/stream?ticket=1&last_event_id=evt_e1-1", "/stream?ticket=2&last_event_id=evt_e1-1"],
	);
});

test("a ticket that comes after it was stopped opens nothing", async () => {
	let give;
	const admit = () =>
		new Promise((resolve) => {
			give = resolve;
		});
	const guarded = connectionTo({ ...topicOfTickers([]), admit });

	guarded.wake();
	guarded.stop();
	give("/stream?ticket=1");
	await settle();

	assert.deepEqual(browser.streams, []);
});

test("a ticket that is refused is asked for again, further and further apart", async () => {
	const askedAt = [];
	const admit = async () => {
		askedAt.push(browser.time);
		throw new Error("429");
	};
	connectionTo({ ...topicOfTickers(["AAPL"]), admit }).wake();

	await browser.pass(1000 + 2000 + 4000);

	assert.deepEqual(askedAt, [0, 1000, 3000, 7000, 7000]); // at last by the first poll
	assert.deepEqual(browser.polls, ["/api/v2/events?include=headline&tickers=AAPL&after=evt_e1-1"]);
});

test("stopping gives the stream back and leaves no timer", async () => {
	connection.wake();
	browser.beat(0);

	connection.stop();

	assert.deepEqual(browser.openStreams, []);
	assert.deepEqual(browser.timers, []);
	assert.equal(connection.status, "disconnected");
	connection.wake();
	assert.equal(browser.openStreams.length, 1);
});

test("there is never more than one stream", async () => {
	connection.wake();
	for (let round = 0; round < 20; round++) {
		browser.cut();
		connection.wake();
		await browser.pass(3000);
		assert.ok(browser.openStreams.length <= 1);
	}
});

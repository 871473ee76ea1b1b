import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { accountOf, Refusal } from "../../dashboard/static/dashboard/data/account.js";

let answers;
let calls;
let stored;

function account({ isSignedIn = false } = {}) {
	return accountOf({
		storage: stored,
		isSignedIn,
		readCookie: (name) => `cookie ${name}`,
		fetch: async (url, { method, headers, body }) => {
			calls.push([method, url, headers.Authorization ?? headers["X-CSRFToken"] ?? null, body && JSON.parse(body)]);
			const [status, answer] = answers.shift();
			return { status, ok: status < 300, json: async () => answer ?? JSON.parse("") };
		},
	});
}

beforeEach(() => {
	answers = [];
	calls = [];
	stored = {};
});

test("a stranger has no configurations, and asks nobody for them", async () => {
	assert.deepEqual(await account().list(), []);
	assert.deepEqual(calls, []);
});

test("the first save of a stranger begins a session, whose key opens the rest", async () => {
	answers.push([201, { token: "secret" }], [201, { config_id: "1" }], [200, { configurations: [1] }]);
	const stranger = account();

	await stranger.save({ name: "Mine", tickers: ["AAPL"] });

	assert.ok(stranger.isKnown());
	assert.deepEqual(await stranger.list(), [1]);
	assert.deepEqual(calls, [
		["POST", "/api/v2/auth/anonymous", null, {}],
		["POST", "/api/v2/configurations", "Bearer secret", { name: "Mine", tickers: ["AAPL"] }],
		["GET", "/api/v2/configurations", "Bearer secret", undefined],
	]);
});

test("who has signed in needs no session, and shows the CSRF token", async () => {
	answers.push([200, { config_id: "1" }]);

	await account({ isSignedIn: true }).save({ id: "1", name: "Mine", tickers: ["AAPL"] });

	assert.deepEqual(calls, [
		["PATCH", "/api/v2/configurations/1", "cookie csrftoken", { name: "Mine", tickers: ["AAPL"] }],
	]);
	assert.deepEqual(stored, {});
});

test("a session that has ended is forgotten, and what was refused is told", async () => {
	stored["sentiment-session"] = "old";
	answers.push([401, { detail: "Unknown token" }]);

	await assert.rejects(account().list(), new Refusal(401, "Unknown token"));

	assert.equal(account().isKnown(), false);
});

test("an answer without words is told by its number", async () => {
	answers.push([502, undefined]);

	await assert.rejects(account().read("1"), /502/);
});

test("a stream is opened with a ticket of its own", async () => {
	stored["sentiment-session"] = "secret";
	answers.push([201, { ticket: "a+b", expires_at: "" }], [204, null]);

	assert.equal(await account().streamUrl("1"), "/api/v2/configurations/1/stream?include=headline&ticket=a%2Bb");
	assert.equal(await account().remove("1"), null);
});

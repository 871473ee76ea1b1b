import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ApiError, createAccountClient } from "../../../dashboard/static/dashboard/data/account.js";

let responses;
let requests;
let storage;

function createClient({ isSignedIn = false, sitePath = "/" } = {}) {
	return createAccountClient({
		apiBase: "/api/v2",
		sitePath,
		storage,
		isSignedIn,
		getCookie: (name) => `cookie ${name}`,
		fetch: async (url, { method, headers, body: sentBody }) => {
			requests.push([
				method,
				url,
				headers.Authorization ?? headers["X-CSRFToken"] ?? null,
				sentBody && JSON.parse(sentBody),
			]);
			const [status, body] = responses.shift();
			return { status, ok: status < 300, json: async () => body ?? JSON.parse("") };
		},
	});
}

beforeEach(() => {
	responses = [];
	requests = [];
	storage = {};
});

test("account: listWatchlists without a session returns an empty list and sends no request", async () => {
	assert.deepEqual(await createClient().listWatchlists(), []);
	assert.deepEqual(requests, []);
});

test("account: first save creates an anonymous session whose token authenticates later requests", async () => {
	responses.push([201, { token: "secret" }], [201, { config_id: "1" }], [200, { configurations: [1] }]);
	const client = createClient();

	await client.saveWatchlist({ name: "Mine", tickers: ["AAPL"] });

	assert.ok(client.hasSession());
	assert.deepEqual(await client.listWatchlists(), [1]);
	assert.deepEqual(requests, [
		["POST", "/api/v2/auth/anonymous", null, {}],
		["POST", "/api/v2/configurations", "Bearer secret", { name: "Mine", tickers: ["AAPL"] }],
		["GET", "/api/v2/configurations", "Bearer secret", undefined],
	]);
});

test("account: save of a signed-in user sends the CSRF token and creates no session", async () => {
	responses.push([200, { config_id: "1" }]);

	await createClient({ isSignedIn: true }).saveWatchlist({ id: "1", name: "Mine", tickers: ["AAPL"] });

	assert.deepEqual(requests, [
		["PATCH", "/api/v2/configurations/1", "cookie csrftoken", { name: "Mine", tickers: ["AAPL"] }],
	]);
	assert.deepEqual(storage, {});
});

test("account: 401 response removes the expired token and rejects with the server's detail", async () => {
	storage["sentiment-session"] = "old";
	responses.push([401, { detail: "Unknown token" }]);

	await assert.rejects(createClient().listWatchlists(), new ApiError(401, "Unknown token"));

	assert.equal(createClient().hasSession(), false);
});

test("account: error response without detail rejects with its status code", async () => {
	responses.push([502, undefined]);

	await assert.rejects(createClient().getWatchlist("1"), /502/);
});

test("account: createStreamUrl adds a ticket to the URL", async () => {
	storage["sentiment-session"] = "secret";
	responses.push([201, { ticket: "a+b", expires_at: "" }], [204, null]);

	assert.equal(
		await createClient().createStreamUrl("1"),
		"/api/v2/configurations/1/stream?include=headline,entities,changes&ticket=a%2Bb",
	);
	assert.equal(await createClient().deleteWatchlist("1"), null);
});

test("account: sites at other paths of the host have tokens of their own", async () => {
	storage["sentiment-session"] = "of the site at /";
	assert.equal(createClient({ sitePath: "/news/" }).hasSession(), false);
	responses.push([201, { token: "secret" }], [201, { config_id: "1" }]);

	await createClient({ sitePath: "/news/" }).saveWatchlist({ name: "Mine", tickers: ["AAPL"] });

	assert.equal(storage["sentiment-session/news/"], "secret");
	assert.equal(storage["sentiment-session"], "of the site at /");
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createVisits } from "../../../dashboard/static/dashboard/data/visits.js";
import { WatchlistStore } from "../../../dashboard/static/dashboard/data/watchlist_store.js";

const NOW = Date.UTC(2026, 11, 2, 12);
const CHIPS = { config_id: "chips", name: "Chips", tickers: [{ symbol: "NVDA" }, { symbol: "AMD" }] };
const PLANES = { config_id: "planes", name: "Planes", tickers: [{ symbol: "BA" }] };

let saved; // watchlists of the account
let news; // items that the server answers
let requests;
let visits;
let store;

beforeEach(async () => {
	saved = [CHIPS, PLANES];
	news = [];
	requests = [];
	visits = createVisits({ storage: {}, sitePath: "/" });
	store = new WatchlistStore({
		account: {
			listWatchlists: async () => saved,
			saveWatchlist: async (watchlist) => {
				const result = { config_id: watchlist.id ?? "new", ...watchlist };
				saved = [...saved.filter(({ config_id }) => config_id !== result.config_id), { ...result, tickers: [] }];
				return result;
			},
			deleteWatchlist: async (id) => {
				saved = saved.filter(({ config_id }) => config_id !== id);
			},
		},
		visits,
		apiBase: "/api",
		fetchJson: async (url) => {
			requests.push(url);
			return { items: news };
		},
		onChange() {},
	});
});

const unread = () => Object.fromEntries(store.watchlists.map(({ config_id, unread }) => [config_id, unread]));

test("watchlist store: headlines since the last visit are counted, each once", async () => {
	visits.mark("chips", NOW);
	news = [
		{ item_id: "a", tickers: ["NVDA", "AMD", "X"] },
		{ item_id: "b", tickers: ["AMD"] },
		{ item_id: "old", tickers: ["AMD"], historical: true },
	];

	await store.load();
	store.addItem({ item_id: "b", tickers: ["AMD"] });
	store.addItem({ item_id: "c", tickers: ["BA", "NVDA"] });

	assert.deepEqual(requests, ["/api/items?tickers=NVDA%2CAMD&appended_from=2026-12-02T12%3A00%3A00.001Z&limit=99"]);
	assert.deepEqual(unread(), { chips: 3, planes: 1 });
	assert.equal(store.unreadTotal, 4);
	assert.deepEqual(store.countByTicker("chips"), { NVDA: 2, AMD: 2 });
});

test("watchlist store: shown watchlist is seen, and knows when it was seen before", async () => {
	visits.mark("chips", NOW - 1000);
	news = [{ item_id: "a", tickers: ["NVDA"] }];
	await store.load();

	store.show("chips", NOW);
	assert.deepEqual([unread().chips, store.lastVisit, visits.get("chips")], [0, NOW - 1000, NOW]);
	store.addItem({ item_id: "b", tickers: ["NVDA"] }); // while the page is hidden
	assert.equal(unread().chips, 1);
	store.markSeen(NOW + 5000);
	store.markSeen(NOW + 4000);
	store.show("", NOW + 6000);

	assert.deepEqual([unread().chips, store.lastVisit, visits.get("chips")], [0, null, NOW + 5000]);
	store.show("planes", NOW);
	assert.equal(store.lastVisit, NOW); // the first visit
});

test("watchlist store: count stops at 99", async () => {
	await store.load();
	for (let n = 0; n < 150; n++) store.addItem({ item_id: String(n), ticker: "BA" });

	assert.equal(unread().planes, 99);
});

test("watchlist store: new watchlist counts from its creation, and a deleted one is forgotten", async () => {
	await store.save({ name: "New", tickers: ["BA"] }, NOW);
	assert.deepEqual([visits.get("new"), store.find("new").name], [NOW, "New"]);

	await store.delete("new");

	assert.deepEqual([visits.get("new"), store.find("new")], [null, undefined]);
});

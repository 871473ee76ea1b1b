import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_FILTER, formatFilter } from "../../../dashboard/static/dashboard/data/filter.js";
import { compareItems, HeadlineList, makeCursor } from "../../../dashboard/static/dashboard/data/headline_list.js";
import { HeadlineLoader } from "../../../dashboard/static/dashboard/data/headline_loader.js";

const PAGE = 4;

/** A server with `count` items, one a minute, and a list of blocks of two that it fills. */
function createLoader(count, { fails = () => false, publishedAt = (number) => 60_000 * number } = {}) {
	const items = Array.from({ length: count }, (_, index) => ({
		item_id: `${index}`,
		seq: index,
		published_at: new Date(publishedAt(index)).toISOString(),
		title: `Title ${index}`,
	})).sort(compareItems);
	const requests = [];
	const fetchJson = async (url) => {
		requests.push(url);
		if (fails(url)) throw new Error("offline");
		const params = new URL(url, "http://site").searchParams;
		const [time, key] = (params.get("after") ?? `${2 ** 50}-0`).split("-").map(Number);
		const getTime = ({ published_at }) => 1000 * Date.parse(published_at);
		const selected = items.filter((item) => getTime(item) < time || (getTime(item) === time && item.seq < key));
		const page = selected.slice(0, PAGE);
		return { items: page, cursor: selected.length > PAGE ? `${getTime(page.at(-1))}-${page.at(-1).seq}` : null };
	};
	const list = new HeadlineList({ blockSize: 2 });
	const loader = new HeadlineLoader({ list, fetchJson, sitePath: "/", getQuery: formatFilter, onChange() {} });
	return { list, loader, requests, items };
}

const ids = (list) => [...list.items()].map(({ item_id }) => Number(item_id));

test("loadOlder: pages follow each other to the end of the list", async () => {
	const { list, loader, requests } = createLoader(10);

	await loader.open({ ...EMPTY_FILTER, tickers: ["AAPL", "F"], text: "profit" });
	while (list.olderCursor) await loader.loadOlder();

	assert.deepEqual(ids(list), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
	assert.equal(requests[0], "/rows?tickers=AAPL,F&q=profit");
	assert.equal(requests.length, 3);
	await loader.loadOlder();
	assert.equal(requests.length, 3);
});

test("loadOlder: a list that was cut while items came goes on without a gap", async () => {
	const { list, loader } = createLoader(10);
	await loader.open(EMPTY_FILTER);
	for (let number = 0; number < 60; number += 1) {
		list.upsert({ item_id: `new ${number}`, seq: 100 + number, published_at: "1970-02-01T00:00:00.000Z" });
	}
	assert.ok(!ids(list).includes(9));

	while (list.olderCursor) await loader.loadOlder();

	assert.deepEqual(ids(list).filter(Number.isInteger), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("loadOlder: many items of one millisecond are passed", async () => {
	const { list, loader } = createLoader(20, { publishedAt: (number) => (number < 2 ? 0 : 60_000) });
	await loader.open(EMPTY_FILTER);
	list.append([], { cursor: null, olderCursor: makeCursor(60_001) });

	await loader.loadOlder();

	assert.equal(list.count, 8);
});

test("loadOlder: a failure is said, and the next try goes on", async () => {
	let isOffline = false;
	const { list, loader } = createLoader(6, { fails: () => isOffline });
	await loader.open(EMPTY_FILTER);
	isOffline = true;

	await loader.loadOlder();
	assert.equal(loader.status, "failed");
	assert.equal(list.count, 4);

	isOffline = false;
	await loader.loadOlder();
	assert.equal(loader.status, "ready");
	assert.equal(list.count, 6);
});

test("loadOlder: after many pages without anything new, it goes on only when it is asked to", async () => {
	const requests = [];
	const list = new HeadlineList({ blockSize: 2 });
	const fetchJson = async (url) => {
		requests.push(url);
		return { items: [], cursor: `${-requests.length}-0` };
	};
	const loader = new HeadlineLoader({ list, fetchJson, sitePath: "/", getQuery: formatFilter, onChange() {} });
	await loader.open(EMPTY_FILTER);

	await loader.loadOlder({ isAutomatic: true });
	const count = requests.length;
	await loader.loadOlder({ isAutomatic: true });
	assert.equal(requests.length, count);
	await loader.loadOlder();
	assert.ok(requests.length > count);

	await loader.open(EMPTY_FILTER);
	const countOfOther = requests.length;
	await loader.loadOlder({ isAutomatic: true });
	assert.ok(requests.length > countOfOther);
});

test("restore: a block stays as it was until all of its pages are there", async () => {
	let isOffline = false;
	const { list, loader, items } = createLoader(12, { fails: (url) => isOffline && url.includes("after=") });
	await loader.open(EMPTY_FILTER);
	while (list.olderCursor) await loader.loadOlder();
	const block = list.blocks[1]; // of 9 and 8
	list.unload(block);
	const late = Array.from({ length: 6 }, (_, number) => ({
		item_id: `${100 + number}`,
		seq: 100 + number,
		published_at: new Date(60_000 * 8 + 1000 * (number + 1)).toISOString(),
	}));
	items.push(...late);
	items.sort(compareItems);
	const { count } = list;
	isOffline = true;

	await loader.restore(block);
	assert.deepEqual([block.items, list.count], [null, count]);
	isOffline = false;
	await loader.restore(block);

	assert.deepEqual(ids(list), [11, 10, 9, 105, 104, 103, 102, 101, 100, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("restore: a block that has given up its items gets them again", async () => {
	const { list, loader } = createLoader(12);
	await loader.open(EMPTY_FILTER);
	while (list.olderCursor) await loader.loadOlder();
	const [first, , third, , , last] = list.blocks;

	for (const block of [first, third, last]) list.unload(block);
	assert.deepEqual(ids(list), [9, 8, 5, 4, 3, 2]);
	for (const block of [first, third, last]) await loader.restore(block);

	assert.deepEqual(ids(list), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("jumpTo: the list begins at the end of a day, and returns to the newest", async () => {
	const { list, loader } = createLoader(20);
	await loader.open(EMPTY_FILTER);

	await loader.jumpTo(new Date("1970-01-01T00:06:00.000Z"));
	assert.deepEqual(ids(list), [5, 4, 3, 2]);
	assert.equal(loader.isFromNewest, false);
	await loader.loadOlder();
	assert.deepEqual(ids(list), [5, 4, 3, 2, 1, 0]);

	await loader.showNewest();
	assert.deepEqual(ids(list), [19, 18, 17, 16]);
	assert.equal(loader.isFromNewest, true);
});

test("open: the answer for an earlier filter is discarded", async () => {
	const { list, loader } = createLoader(3);

	const earlier = loader.open({ ...EMPTY_FILTER, text: "old" });
	await loader.open({ ...EMPTY_FILTER, text: "new" }, { items: [], cursor: null });
	await earlier;

	assert.equal(list.count, 0);
});

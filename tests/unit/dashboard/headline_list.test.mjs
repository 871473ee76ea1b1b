import assert from "node:assert/strict";
import { test } from "node:test";
import { compareItems, getCursorBefore, HeadlineList } from "../../../dashboard/static/dashboard/data/headline_list.js";

const BLOCK = 4;

/** An item published at `minute` of an hour. */
function item(minute, { id = `item-${minute}`, seq = minute, ...others } = {}) {
	const published_at = new Date(Date.UTC(2026, 0, 31, 9, minute)).toISOString();
	return { item_id: id, seq, published_at, title: `Title ${minute}`, source: "wire", ...others };
}

const items = (...minutes) => minutes.map((minute) => item(minute));
const range = (from, to) => items(...Array.from({ length: from - to + 1 }, (_, index) => from - index));
const minutes = (list) => [...list.items()].map(({ published_at }) => new Date(published_at).getUTCMinutes());
const sizes = (list) => list.blocks.map(({ count }) => count);

function createList(items = [], options = {}) {
	const list = new HeadlineList({ blockSize: BLOCK });
	list.replace(items, options);
	return list;
}

test("upsert: a new item is listed by its time of publication, whenever it comes", () => {
	const list = createList(items(30, 20, 10));

	for (const minute of [40, 15, 25]) list.upsert(item(minute, { seq: 100 + minute }));

	assert.deepEqual(minutes(list), [40, 30, 25, 20, 15, 10]);
	assert.deepEqual(
		[...list.items()].map(({ isNew }) => Boolean(isNew)),
		[true, false, true, false, true, false],
	);
});

test("upsert: items of one time are listed by their place in the log, the last first", () => {
	const list = createList();

	for (const seq of [2, 3, 1]) list.upsert(item(5, { id: `of ${seq}`, seq }));

	assert.deepEqual(
		[...list.items()].map(({ seq }) => seq),
		[3, 2, 1],
	);
});

test("upsert: an updated item keeps its place, an older state changes nothing", () => {
	const list = createList([item(5, { id: "a", seq: 2 }), item(5, { id: "b", seq: 1 })]);

	list.upsert(item(5, { id: "b", seq: 9, title: "Corrected" }), { isNew: false });
	list.upsert(item(5, { id: "b", seq: 8, title: "Older" }), { isNew: false });

	assert.deepEqual(
		[...list.items()].map(({ item_id, title }) => [item_id, title]),
		[
			["a", "Title 5"],
			["b", "Corrected"],
		],
	);
});

test("upsert: an item whose time of publication was corrected moves", () => {
	const list = createList(items(30, 20, 10));

	list.upsert({ ...item(25), item_id: "item-10", seq: 99 }, { isNew: false });

	assert.deepEqual(minutes(list), [30, 25, 20]);
});

test("upsert: an item below all loaded ones waits for its page, but is listed at the end of a complete list", () => {
	const partial = createList(items(30, 20), { olderCursor: "c" });
	const complete = createList(items(30, 20));

	for (const list of [partial, complete]) list.upsert(item(10, { seq: 99 }));

	assert.deepEqual(minutes(partial), [30, 20]);
	assert.deepEqual(minutes(complete), [30, 20, 10]);
});

test("remove: an item leaves, and an older state does not bring it back", () => {
	const list = createList(items(30, 20));

	list.remove("item-20", 50);
	list.upsert(item(20, { seq: 49 }));
	assert.deepEqual(minutes(list), [30]);

	list.upsert(item(20, { seq: 51 }));
	assert.deepEqual(minutes(list), [30, 20]);
});

test("replace, append, restore: an item that left at a place of the log is listed when a page has it as of there", () => {
	const list = createList(items(30, 20), { olderCursor: "c" });
	const changed = item(20, { seq: 50 });
	list.remove("item-20", 50, { reason: "left_filter" });

	list.replace([item(30), changed]);
	assert.deepEqual(minutes(list), [30, 20]);
	const [block] = list.blocks;
	list.unload(block);
	list.reload(block, [item(30), changed]);
	assert.deepEqual(minutes(list), [30, 20]);
	list.replace([item(30)]);
	list.append([changed], { cursor: "c", olderCursor: null });
	assert.deepEqual(minutes(list), [30, 20]);
	list.replace([item(30), item(20, { seq: 49 })]);
	assert.deepEqual(minutes(list), [30]);
});

test("replace: an item that came and left after the page was requested does not return", () => {
	const list = createList(items(30));
	const sinceChange = list.changeNumber;
	list.upsert(item(40, { seq: 50 }));
	list.remove("item-40", 51, { reason: "withdrawn" });

	list.replace(items(30), { sinceChange });

	assert.deepEqual(minutes(list), [30]);
});

test("hold: nothing moves until the list is released, and new items are counted once", () => {
	const list = createList(items(30, 20, 10));
	list.hold();

	list.upsert(item(40, { seq: 100 }));
	list.upsert(item(40, { seq: 100 }));
	list.upsert(item(15, { seq: 101 }));
	list.upsert(item(20, { seq: 102, title: "Corrected" }), { isNew: false });
	list.remove("item-10", 103, { reason: "withdrawn" });

	assert.deepEqual(minutes(list), [30, 20, 10]);
	assert.equal(list.waitingCount, 2);
	assert.deepEqual(
		[...list.items()].map(({ title, isWithdrawn }) => [title, Boolean(isWithdrawn)]),
		[
			["Title 30", false],
			["Corrected", false],
			["Title 10", true],
		],
	);
	list.unhold();
	assert.deepEqual(minutes(list), [40, 30, 20, 15]);
	assert.equal(list.waitingCount, 0);
});

test("hold: an item that comes and is withdrawn meanwhile never appears", () => {
	const list = createList(items(30));
	list.hold();

	list.upsert(item(40, { seq: 100 }));
	list.remove("item-40", 101);

	assert.equal(list.waitingCount, 0);
	list.unhold();
	assert.deepEqual(minutes(list), [30]);
});

test("hold: more items than are kept are counted, and the list asks to be loaded again", () => {
	const list = createList(items(1));
	list.hold();

	for (let number = 0; number < 5000; number += 1) list.upsert(item(2, { id: `new ${number}`, seq: 10 + number }));

	assert.equal(list.waitingCount, 5000);
	assert.equal(list.isOutdated, true);
	list.replace(items(3));
	assert.deepEqual([list.waitingCount, list.isOutdated], [0, false]);
});

test("upsert: 5,000 items at once leave a bounded list that goes on where it was cut", () => {
	const list = createList(range(20, 1));

	for (let number = 0; number < 5000; number += 1) list.upsert(item(30, { id: `new ${number}`, seq: 100 + number }));

	assert.ok(list.count <= 11 * BLOCK, `${list.count} items`);
	assert.ok(Math.max(...sizes(list)) < 2 * BLOCK);
	assert.equal([...list.items()][0].item_id, "new 4999");
	assert.deepEqual(list.olderCursor, getCursorBefore(item(30)));
});

test("append: a page is added below without what the list has, unknown items at their place", () => {
	const list = createList(items(30, 20), { olderCursor: "c" });

	const added = list.append(items(25, 20, 10, 5), { cursor: "c", olderCursor: null });

	assert.equal(added, 3);
	assert.deepEqual(minutes(list), [30, 25, 20, 10, 5]);
	assert.equal(list.olderCursor, null);
});

test("release: a block gives its items up and gets them again, with what has changed in its range", () => {
	const list = createList(range(30, 19), { olderCursor: "c" });
	const block = list.blocks[1];
	assert.deepEqual(sizes(list), [4, 4, 4]);

	list.unload(block);
	list.upsert(item(25, { id: "late", seq: 99 }));
	assert.deepEqual(minutes(list), [30, 29, 28, 27, 22, 21, 20, 19]);
	assert.equal(list.count, 12);

	assert.equal(list.reachesEnd(block, range(30, 25)), false);
	assert.equal(list.reachesEnd(block, [item(24), item(22)]), true);
	list.reload(block, [...range(30, 24), item(22)]);
	assert.deepEqual(minutes(list), [30, 29, 28, 27, 26, 25, 24, 22, 21, 20, 19]);
});

test("removeWhere: items go from the list and from what waits", () => {
	const list = createList([item(30, { source: "sample" }), item(20)]);
	list.hold();
	list.upsert(item(40, { source: "sample" }));

	list.removeWhere(({ source }) => source === "sample");

	assert.deepEqual(minutes(list), [20]);
	assert.equal(list.waitingCount, 0);
});

test("list: any order of arrival gives the order of publication", () => {
	let seed = 7;
	const random = () => {
		seed = (seed * 16807) % 2147483647;
		return seed / 2147483647;
	};
	for (let round = 0; round < 50; round += 1) {
		const list = createList();
		const arrived = Array.from({ length: 40 }, (_, seq) => item(Math.floor(59 * random()), { id: `${seq}`, seq }));
		for (const each of arrived) list.upsert(each);
		const newest = [...arrived].sort(compareItems).slice(0, list.count);
		assert.deepEqual(
			[...list.items()].map(({ item_id }) => item_id),
			newest.map(({ item_id }) => item_id),
		);
	}
});

test("replace, append, restore: what came after the page was requested is not lost", () => {
	const list = createList(items(30, 20), { olderCursor: "c" });
	const sinceChange = list.changeNumber;
	list.upsert(item(5, { id: "below", seq: 100 }));
	list.upsert(item(10, { seq: 101, title: "Corrected" }), { isNew: false });
	list.remove("item-9", 102);
	list.upsert(item(40, { seq: 103 }));

	list.append(items(10, 9, 1), { cursor: "c", olderCursor: null, sinceChange });
	assert.deepEqual(minutes(list), [40, 30, 20, 10, 5, 1]);
	assert.equal(list.getListed("item-10").title, "Corrected");

	list.replace(items(30, 20, 10), { sinceChange });
	assert.deepEqual(minutes(list), [40, 30, 20, 10, 5]);
	assert.equal(list.getListed("item-10").title, "Corrected");

	const [block] = list.blocks;
	list.unload(block);
	list.upsert(item(30, { seq: 104, title: "Corrected" }), { isNew: false });
	list.reload(block, [item(40), ...items(30, 20, 10)], { sinceChange });
	assert.equal(list.getListed("item-30").title, "Corrected");
});

test("replace: while the list is held, what came after the request goes on waiting", () => {
	const list = createList(items(30, 20));
	list.hold();
	list.upsert(item(40, { seq: 100 }));
	const sinceChange = list.changeNumber;
	list.upsert(item(50, { seq: 101 }));

	list.replace(items(40, 30, 20), { sinceChange });

	assert.deepEqual(minutes(list), [40, 30, 20]);
	assert.equal(list.waitingCount, 1);
	list.unhold();
	assert.deepEqual(minutes(list), [50, 40, 30, 20]);
});

test("remembers: more changes than are kept ask for another page", () => {
	const list = createList();
	const sinceChange = list.changeNumber;
	for (let number = 0; number < 401; number += 1) list.upsert(item(2, { id: `${number}`, seq: number }));

	assert.equal(list.remembers(sinceChange), false);
	assert.equal(list.remembers(sinceChange + 1), true);
});

test("isOutdated: a list whose top was given up must be loaded again to be released", () => {
	const list = createList(range(30, 19));
	list.hold();

	list.unload(list.blocks[1]);
	assert.equal(list.isOutdated, false);
	list.unload(list.blocks[0]);
	assert.equal(list.isOutdated, true);
});

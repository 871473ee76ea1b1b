/**
 * The headlines of the list, newest publication first, in blocks. Blocks far from the view give up their items and are
 * loaded again when they come near: memory does not grow with the scrolled distance. While the list is held, nothing
 * moves: what comes is kept, and applied when the list is released. Knows no document.
 */

const MAX_BLOCKS_LIVE = 10; // while rows are not held; those below are loaded again when they are scrolled to
const MAX_JOURNAL = 400; // changes that are remembered, for pages that were made before them
const MAX_PENDING = 400; // changes kept while the list is held; with more, the list is loaded again

/** Return the order of two items: negative if `a` stands above `b`. An updated item keeps its position by `order`. */
export function compareItems(a, b) {
	if (a.published_at !== b.published_at) return a.published_at > b.published_at ? -1 : 1;
	return (b.order ?? b.seq) - (a.order ?? a.seq);
}

/** Return of an item what its position in the list depends on. */
function getSortKey({ published_at, seq, order }) {
	return { published_at, seq, order };
}

/** Return the cursor of a page that begins with what was published before `time` (ms). */
export function makeCursor(time) {
	return `${1000 * time}-0`; // microseconds and key, as the server has it
}

/**
 * Return the cursor of a page that begins with an item. Times are in whole milliseconds, rounded down, so others of the
 * same millisecond may stand before it: the list leaves out what it has.
 */
export function getCursorBefore({ published_at }) {
	return makeCursor(Date.parse(published_at) + 1);
}

export class HeadlineList {
	#blockSize;
	#blocks = []; // {items or null, count, first, last, cursor}: `cursor` of the page that has them, null for the newest
	#ids = new Map(); // id -> item, of the blocks that have items
	#olderCursor = null; // cursor of the next page; null at the end of the list
	#pending = new Map(); // id -> change, while held
	#pendingNewIds = new Set(); // of new items
	#lostChanges = 0; // new items beyond MAX_PENDING
	#removed = new Map(); // id -> seq of its removal
	#journal = []; // the newest changes, [{number, id, change}]
	#changeNumber = 0; // of the newest change
	#isHeld = false;

	constructor({ blockSize }) {
		this.#blockSize = blockSize;
	}

	get blocks() {
		return this.#blocks;
	}

	/** The cursor of the next older page, or null if the list is complete. */
	get olderCursor() {
		return this.#olderCursor;
	}

	get isHeld() {
		return this.#isHeld;
	}

	/** How many new items wait until the list is released. */
	get waitingCount() {
		return this.#pendingNewIds.size + this.#lostChanges;
	}

	/** Whether more has changed than was kept, or the top is not there: the list must be loaded again to be released. */
	get isOutdated() {
		return this.#lostChanges > 0 || this.#blocks[0]?.items === null;
	}

	/** The number of the newest change, for pages that are requested now. */
	get changeNumber() {
		return this.#changeNumber;
	}

	/** Whether all changes since `number` are remembered, so that a page of that time can be brought up to date. */
	remembers(number) {
		return this.#changeNumber - number <= this.#journal.length;
	}

	/** The number of items, with those of blocks that have given theirs up. */
	get count() {
		return this.#blocks.reduce((sum, { count }) => sum + count, 0);
	}

	/** Whether an item is shown, or waits to be. */
	has(id) {
		return this.#ids.has(id) || Boolean(this.#pending.get(id)?.item);
	}

	/** The newest state of an item that is shown or waits to be, if there is one. */
	get(id) {
		return this.#pending.get(id)?.item ?? this.#ids.get(id);
	}

	/** The state of an item that is shown. */
	getListed(id) {
		return this.#ids.get(id);
	}

	/** The items that are in memory, top to bottom. */
	*items() {
		for (const { items } of this.#blocks) if (items) yield* items;
	}

	/**
	 * Start again with the items of the page at `cursor`; null for the newest. `olderCursor` is that of the next page, or
	 * null; `sinceChange` the number of the newest change when the page was requested: later ones are applied to it.
	 */
	replace(items, { cursor = null, olderCursor = null, sinceChange = this.#changeNumber } = {}) {
		this.#blocks = [];
		this.#ids.clear();
		for (const [id, { number }] of this.#pending) if (number <= sinceChange) this.#clearPending(id);
		this.#lostChanges = 0;
		this.append(items, { cursor, olderCursor, sinceChange });
	}

	/** Forget everything: the log is another one. */
	clear() {
		this.#journal = [];
		this.#removed.clear();
		this.replace([]);
	}

	/** Add the items of an older page, without those that the list has. Returns how many were added. */
	append(items, { cursor, olderCursor, sinceChange = this.#changeNumber }) {
		this.#olderCursor = null; // so that what belongs below the last block is added there
		const added = items.filter((item) => !this.#ids.has(item.item_id) && !this.#isRemoved(item)).sort(compareItems);
		const last = this.#blocks.at(-1)?.last;
		const isBelow = (item) => !last || compareItems(item, last) > 0;
		for (const item of added) if (!isBelow(item)) this.#insert(item); // unknown so far, such as old news
		const below = added.filter(isBelow);
		for (let start = 0; start < below.length; start += this.#blockSize) {
			this.#blocks.push(this.#createBlock(below.slice(start, start + this.#blockSize), cursor));
		}
		this.#olderCursor = olderCursor;
		this.#replay(sinceChange);
		return added.length;
	}

	/** Give up the items of a block; it keeps their range. */
	unload(block) {
		for (const { item_id } of block.items ?? []) this.#ids.delete(item_id);
		block.items = null;
		[block.first, block.last] = [getSortKey(block.first), getSortKey(block.last)];
		block.range = { first: block.first, last: block.last };
	}

	/** Whether the items of a page reach the end of a block; if they don't, the next page is needed, too. */
	reachesEnd(block, items) {
		return items.length > 0 && compareItems(items.at(-1), block.range.last) >= 0;
	}

	/** Give a block its items again, from those of all its pages. */
	reload(block, items, { sinceChange = this.#changeNumber } = {}) {
		if (!this.#blocks.includes(block)) return;
		const { first, last } = block.range;
		const isInside = (item) => compareItems(item, first) >= 0 && compareItems(item, last) <= 0;
		const isMissing = (item) => !this.#isRemoved(item) && !this.#ids.has(item.item_id);
		block.items = items.filter((item) => isInside(item) && isMissing(item)).sort(compareItems);
		for (const item of block.items) this.#ids.set(item.item_id, item);
		if (block.items.length) this.#updateBounds(block);
		else this.#blocks = this.#blocks.filter((other) => other !== block);
		this.#replay(sinceChange);
	}

	/** Add a new item or replace its former state. While held, only a shown item changes, in place. */
	upsert(item, { isNew = true } = {}) {
		if (this.#isRemoved(item) || this.get(item.item_id)?.seq >= item.seq) return;
		this.#change(item.item_id, { item, isNew });
	}

	/** Take an item out at `seq`. While held, a shown item is only marked as withdrawn. */
	remove(id, seq, { reason = "" } = {}) {
		if (this.get(id)?.seq > seq) return;
		this.#removed.set(id, seq);
		if (this.#removed.size > MAX_PENDING) this.#removed.delete(this.#removed.keys().next().value);
		this.#change(id, { item: null, isNew: false, reason });
	}

	/** Replace the same state of an item by one that tells more of it. */
	complete(item) {
		const existing = this.#ids.get(item.item_id);
		if (existing?.seq === item.seq) this.#show(existing, item);
	}

	/** Remove the items that `isUnwanted`, for example because the filter has changed. */
	removeWhere(isUnwanted) {
		for (const item of [...this.items()]) if (isUnwanted(item)) this.#take(item.item_id);
		for (const [id, { item }] of this.#pending) if (item && isUnwanted(item)) this.#clearPending(id);
	}

	hold() {
		this.#isHeld = true;
	}

	/** Apply what came while the list was held. */
	unhold() {
		this.#isHeld = false;
		const changes = [...this.#pending];
		this.#pending.clear();
		this.#pendingNewIds.clear();
		for (const [id, change] of changes) this.#apply(id, change);
		this.#trim();
	}

	/** Whether a state is older than its item's removal. One of the same place may pass another filter. */
	#isRemoved({ item_id, seq }) {
		return this.#removed.get(item_id) > seq;
	}

	#change(id, change) {
		this.#changeNumber += 1;
		change.number = this.#changeNumber;
		this.#journal.push({ id, change });
		if (this.#journal.length > MAX_JOURNAL) this.#journal.shift();
		if (this.#isHeld) this.#keep(id, change);
		else {
			this.#apply(id, change);
			this.#trim();
		}
	}

	/** Apply the changes since a page was requested: the page does not have them. */
	#replay(sinceChange) {
		for (const { id, change } of this.#journal) {
			const listed = this.#ids.get(id);
			if (change.number <= sinceChange || change.item === null || listed?.seq >= change.item.seq) continue;
			if (this.#isRemoved(change.item)) continue;
			if (!this.#isHeld) this.#apply(id, change);
			else if (listed) this.#show(listed, change.item);
		}
	}

	#keep(id, change) {
		const listed = this.#ids.get(id);
		if (listed) this.#show(listed, change.item ?? { ...listed, isWithdrawn: change.reason === "withdrawn" });
		const isNew = (change.isNew && !listed) || this.#pendingNewIds.has(id);
		if (change.item === null && !listed) this.#clearPending(id);
		else if (!this.#pending.has(id) && this.#pending.size >= MAX_PENDING) this.#lostChanges += isNew ? 1 : 0;
		else {
			this.#pending.set(id, { ...change, isNew });
			if (isNew) this.#pendingNewIds.add(id);
		}
	}

	#clearPending(id) {
		this.#pending.delete(id);
		this.#pendingNewIds.delete(id);
	}

	#apply(id, { item, isNew }) {
		const existing = this.#ids.get(id);
		if (item === null) this.#take(id);
		else if (existing && existing.published_at === item.published_at) this.#show(existing, item);
		else {
			this.#take(id);
			this.#insert(isNew && !existing ? { ...item, isNew: true } : item);
		}
	}

	/** Put an item in the place of a shown one. */
	#show(existing, item) {
		const block = this.#findBlock(existing.item_id);
		const replacement = { ...item, order: existing.order ?? existing.seq, published_at: existing.published_at };
		block.items = block.items.map((other) => (other === existing ? replacement : other));
		this.#ids.set(item.item_id, replacement);
		this.#updateBounds(block);
	}

	#take(id) {
		const block = this.#findBlock(id);
		if (!block) return;
		block.items = block.items.filter((item) => item.item_id !== id);
		this.#ids.delete(id);
		if (block.items.length === 0) this.#blocks = this.#blocks.filter((other) => other !== block);
		else this.#updateBounds(block);
	}

	#findBlock(id) {
		return this.#ids.has(id) ? this.#blocks.find(({ items }) => items?.some((item) => item.item_id === id)) : undefined;
	}

	#insert(item) {
		let block = this.#blocks.find(({ last }) => compareItems(item, last) < 0);
		if (!block) {
			if (this.#olderCursor !== null) return; // it comes with an older page
			block = this.#blocks.at(-1);
		}
		if (!block) {
			this.#blocks = [this.#createBlock([item], null)];
			return;
		}
		if (block.items === null) return; // it comes when the block is loaded again
		const index = block.items.findIndex((other) => compareItems(item, other) < 0);
		block.items = block.items.toSpliced(index < 0 ? block.items.length : index, 0, item);
		this.#ids.set(item.item_id, item);
		this.#updateBounds(block);
		// Loaded again, it must come along.
		if (index === 0 && block.cursor !== null) block.cursor = getCursorBefore(item);
		if (block.count >= 2 * this.#blockSize) this.#split(block);
	}

	#split(block) {
		const [above, below] = [block.items.slice(0, this.#blockSize), block.items.slice(this.#blockSize)];
		const upper = this.#createBlock(above, block.cursor);
		const lower = this.#createBlock(below, getCursorBefore(below[0]));
		this.#blocks = this.#blocks.flatMap((other) => (other === block ? [upper, lower] : [other]));
	}

	/** Drop what is far below, when nothing is held. */
	#trim() {
		while (this.#blocks.length > MAX_BLOCKS_LIVE) {
			const block = this.#blocks.pop();
			this.unload(block);
			this.#olderCursor = getCursorBefore(block.first);
		}
	}

	#createBlock(items, cursor) {
		for (const item of items) this.#ids.set(item.item_id, item);
		const block = { items, count: 0, first: null, last: null, range: null, cursor };
		this.#updateBounds(block);
		return block;
	}

	#updateBounds(block) {
		block.count = block.items.length;
		block.first = block.items[0];
		block.last = block.items.at(-1);
	}
}

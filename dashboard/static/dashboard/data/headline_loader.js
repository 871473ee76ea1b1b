/** Load the list's headlines: the newest first, older ones page by page, a day, and blocks that come back into view. */

import { makeCursor } from "./headline_list.js";

const MAX_TRIES = 3;
const MAX_PAGES_WITHOUT_NEW = 50; // of items that the list has, such as many of one millisecond

export class HeadlineLoader {
	#list;
	#fetchJson;
	#getQuery;
	#sitePath;
	#onChange;
	#filter = null;
	#status = "ready"; // or "loading", "failed": of older items
	#loadNumber = 0; // discards responses for an earlier filter or start
	#isStalled = false; // as many older pages as are loaded at once had nothing new
	#restoring = new Set(); // blocks
	#start = null; // the cursor of the list's first page: of a day, or null for the newest

	/** `getQuery(filter)` returns the query string of a filter's rows; `onChange()` runs when list or status have changed. */
	constructor({ list, fetchJson, sitePath, getQuery, onChange }) {
		this.#getQuery = getQuery;
		this.#list = list;
		this.#fetchJson = fetchJson;
		this.#sitePath = sitePath;
		this.#onChange = onChange;
	}

	get status() {
		return this.#status;
	}

	/** Whether the list begins with the newest item, and not with a day that was chosen. */
	get isFromNewest() {
		return this.#start === null;
	}

	/**
	 * Show the items of `filter`. `page` is its first page `{items, cursor, sinceChange}`, if the caller has it;
	 * `sinceChange` is the list's `changeNumber` when it was requested.
	 */
	async open(filter, page = null) {
		this.#filter = filter;
		this.#restoring.clear();
		await this.#startAt(null, page);
	}

	/** Begin the list with what was published before `end`, a Date. */
	async jumpTo(end) {
		await this.#startAt(makeCursor(Number(end)));
	}

	async showNewest() {
		await this.#startAt(null);
	}

	/**
	 * Load the next older page, unless one is loading. `isAutomatic`: no one has asked for it, so not if the last pages,
	 * many of them, had nothing new.
	 */
	async loadOlder({ isAutomatic = false } = {}) {
		if (this.#status === "loading" || this.#list.olderCursor === null || (isAutomatic && this.#isStalled)) return;
		const number = this.#loadNumber;
		this.#setStatus("loading");
		try {
			let added = 0;
			for (let pages = 0; added === 0 && pages < MAX_PAGES_WITHOUT_NEW && this.#list.olderCursor; pages += 1) {
				const cursor = this.#list.olderCursor;
				const sinceChange = this.#list.changeNumber;
				const page = await this.#fetch(cursor);
				if (number !== this.#loadNumber) return;
				added = this.#list.append(page.items, { cursor, olderCursor: page.cursor, sinceChange });
			}
			this.#isStalled = added === 0 && this.#list.olderCursor !== null;
			this.#setStatus("ready");
		} catch {
			if (number === this.#loadNumber) this.#setStatus("failed");
		}
	}

	/** Load the items of a block that has given them up. If one of its pages can't be loaded, it stays without. */
	async restore(block) {
		if (block.items !== null || this.#restoring.has(block)) return;
		const number = this.#loadNumber;
		this.#restoring.add(block);
		try {
			const sinceChange = this.#list.changeNumber;
			const items = new Map(); // by id: one that has changed meanwhile may be on two pages
			let { cursor } = block;
			let isComplete = false;
			while (!isComplete) {
				const page = await this.#fetch(cursor);
				if (number !== this.#loadNumber) return;
				for (const item of page.items) items.set(item.item_id, item);
				isComplete = page.cursor === null || this.#list.reachesEnd(block, page.items);
				cursor = page.cursor;
			}
			this.#list.reload(block, [...items.values()], { sinceChange });
			this.#onChange();
		} catch {
			// It stays empty; the next scroll tries again.
		} finally {
			this.#restoring.delete(block);
		}
	}

	/** Fetch the newest page without changing the list, for what the stream's items don't carry. */
	async fetchNewest() {
		const number = this.#loadNumber;
		const page = await this.#fetch(null).catch(() => null);
		return (number === this.#loadNumber && page?.items) || [];
	}

	async #startAt(cursor, page = null) {
		this.#loadNumber += 1;
		const number = this.#loadNumber;
		this.#setStatus("loading");
		try {
			let [first, sinceChange] = [page, page?.sinceChange ?? this.#list.changeNumber];
			// So much may have come meanwhile that the page is out of date.
			for (let tries = 0; first === null || (tries < MAX_TRIES && !this.#list.remembers(sinceChange)); tries += 1) {
				sinceChange = this.#list.changeNumber;
				first = await this.#fetch(cursor);
				if (number !== this.#loadNumber) return;
			}
			this.#start = cursor;
			this.#isStalled = false;
			this.#list.replace(first.items, { cursor, olderCursor: first.cursor, sinceChange });
			this.#setStatus("ready");
		} catch {
			if (number === this.#loadNumber) this.#setStatus("failed");
		}
	}

	#fetch(cursor) {
		const params = new URLSearchParams(this.#getQuery(this.#filter));
		if (cursor !== null) params.set("after", cursor);
		const query = params.toString().replaceAll("%2C", ",");
		return this.#fetchJson(`${this.#sitePath}rows${query && "?"}${query}`);
	}

	#setStatus(status) {
		this.#status = status;
		this.#onChange();
	}
}

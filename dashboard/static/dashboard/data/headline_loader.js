/** Load the list's headlines: the newest first, older ones page by page, a day, and blocks that come back into view. */

import { formatFilter } from "./filter.js";
import { NEWEST } from "./headline_list.js";

const MAX_PAGES_WITHOUT_NEW = 50; // of items that the list has, such as many of one millisecond

export class HeadlineLoader {
	#list;
	#fetchJson;
	#sitePath;
	#onChange;
	#filter = null;
	#status = "ready"; // or "loading", "failed": of older items
	#generation = 0; // discards responses for an earlier filter or start
	#restoring = new Set(); // blocks
	#start = NEWEST; // the request of the list's first item: a day, or the newest

	/** `onChange()` runs when the list or the status has changed. */
	constructor({ list, fetchJson, sitePath, onChange }) {
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
		return this.#start === NEWEST;
	}

	/** Show the items of `filter`. `page` is its first page `{items, cursor}`, if the caller has it. */
	async open(filter, page = null) {
		this.#filter = filter;
		this.#restoring.clear();
		await this.#startAt(NEWEST, page);
	}

	/** Begin the list with what was published before `end`, a time in ISO form. */
	async jumpTo(end) {
		await this.#startAt({ after: null, end });
	}

	async showNewest() {
		await this.#startAt(NEWEST);
	}

	/** Load the next older page, unless one is loading. */
	async loadOlder() {
		if (this.#status === "loading" || this.#list.older === null) return;
		const generation = this.#generation;
		this.#setStatus("loading");
		try {
			let added = 0;
			for (let pages = 0; added === 0 && pages < MAX_PAGES_WITHOUT_NEW && this.#list.older; pages += 1) {
				const request = this.#list.older;
				const page = await this.#fetch(request);
				if (generation !== this.#generation) return;
				added = this.#list.append(page.items, { request, older: getNext(request, page) });
			}
			this.#setStatus("ready");
		} catch {
			if (generation === this.#generation) this.#setStatus("failed");
		}
	}

	/** Load the items of a block that has given them up. */
	async restore(block) {
		if (block.items !== null || this.#restoring.has(block)) return;
		const generation = this.#generation;
		this.#restoring.add(block);
		try {
			let request = block.request;
			let isComplete = false;
			for (let pages = 0; request && !isComplete && pages < MAX_PAGES_WITHOUT_NEW; pages += 1) {
				const page = await this.#fetch(request);
				if (generation !== this.#generation) return;
				isComplete = this.#list.restore(block, page.items);
				request = getNext(request, page);
			}
			this.#onChange();
		} catch {
			// It stays empty; the next scroll tries again.
		} finally {
			this.#restoring.delete(block);
		}
	}

	/** Fetch the newest page without changing the list, for what the stream's items don't carry. */
	async fetchNewest() {
		const generation = this.#generation;
		const page = await this.#fetch(NEWEST).catch(() => null);
		return page && generation === this.#generation ? page.items : [];
	}

	async #startAt(request, page = null) {
		this.#generation += 1;
		const generation = this.#generation;
		this.#setStatus("loading");
		try {
			const first = page ?? (await this.#fetch(request));
			if (generation !== this.#generation) return;
			this.#start = request;
			this.#list.replace(first.items, { request, older: getNext(request, first) });
			this.#setStatus("ready");
		} catch {
			if (generation === this.#generation) this.#setStatus("failed");
		}
	}

	#fetch({ after, end }) {
		const params = new URLSearchParams(formatFilter(this.#filter));
		if (after !== null) params.set("after", after);
		if (end !== null) params.set("end", end);
		const query = params.toString().replaceAll("%2C", ",");
		return this.#fetchJson(`${this.#sitePath}rows${query && `?${query}`}`);
	}

	#setStatus(status) {
		this.#status = status;
		this.#onChange();
	}
}

function getNext({ end }, { cursor }) {
	return cursor === null ? null : { after: cursor, end };
}

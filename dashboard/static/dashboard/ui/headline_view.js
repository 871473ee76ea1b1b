/**
 * Show the list's headlines in the table: the blocks near the view as rows, the others as space of the same height. Rows
 * are kept where they are while they do not change, so that focus, selection and an open detail survive.
 */

import { parseSearch } from "../data/search.js";
import { Columns } from "./columns.js";
import { createDayRow, fillDayRow } from "./day_row.js";
import { getElement } from "./dom.js";
import { fillRow, updateAges } from "./headline_row.js";
import { insertSinceRow } from "./since_row.js";
import { getDay, getReceived } from "./times.js";

const MARGIN = 1; // in heights of the view, above and below it, where rows are shown
const OLDER_MARGIN = 2; // in heights of the view, below it, where older items are loaded
const UNLOAD_MARGIN = 4; // in heights of the view, beyond which blocks give up their items
const ROW_HEIGHT = 34; // px, until rows have been measured
const MAX_SEEN = 1000; // ids of new items that have been shown

export class HeadlineView {
	#headlines;
	#body = getElement("items-tbody");
	#scroller = getElement("items-scroll");
	#template = getElement("item-row").content.firstElementChild;
	#rows = new Map(); // item id -> row
	#rowItems = new WeakMap(); // row -> the item that it was filled from
	#dayCounts = new WeakMap(); // block -> how many of its items each day has
	#earliest = new WeakMap(); // block -> when its first item was received, in ms
	#heights = new WeakMap(); // block -> height in px as it was last shown
	#dayRows = new Map(); // day -> row
	#segments = []; // {block or null, node}: blocks with rows and spaces, in order, with the first row
	#rowHeight = ROW_HEIGHT; // average
	#seenIds = new Set(); // ids of new items that have been shown
	#isEndless = false; // older headlines come by themselves, also where the window scrolls
	#isFirst = true; // nothing has been drawn yet
	#isAtTop = true;
	#height = 0; // of all blocks, in px
	#detail = null; // see ui/detail.js
	#columns = new Columns({ onResize: () => this.render() });
	#room = { who: 0 }; // for instruments in a row, see ui/columns.js
	#phrases = [];
	#filterText = null;
	#lastVisit = null; // ms; what came later is unread
	#sinceRow = null;
	#frame = null;
	#onDraw;

	/** `onDraw()` runs after the table has been drawn. */
	constructor({ headlines, onDraw }) {
		this.#headlines = headlines;
		this.#onDraw = onDraw;
		// The rows that the server has rendered.
		for (const row of this.listRows()) this.#rows.set(row.dataset.itemId, row);
		// On narrow screens the window scrolls, not the list.
		for (const target of [this.#scroller, window]) {
			target.addEventListener("scroll", () => this.render(), { passive: true });
		}
		new ResizeObserver(() => this.render()).observe(this.#scroller);
	}

	/** The detail that stays with its row: `{id, row, pinned}`, `pinned` an item that the list does not have. */
	set detail(detail) {
		this.#detail = detail;
		this.render();
	}

	/** When the reader saw the list before, in ms: what came later is marked as unread. Null: nothing is. */
	set lastVisit(time) {
		if (time === this.#lastVisit) return;
		this.#lastVisit = time;
		this.#rowItems = new WeakMap();
		this.render();
	}

	/** Whether the newest headline was in view when the list was last drawn, or there is none. */
	get isAtTop() {
		return this.#isAtTop;
	}

	/**
	 * Set whether older headlines load by scrolling alone. Where the window scrolls, as on phones, only after a click:
	 * otherwise the end of the page could not be reached.
	 */
	setEndless(isEndless) {
		this.#isEndless = isEndless;
	}

	get tableBody() {
		return this.#body;
	}

	scrollToTop() {
		this.#scroller.scrollTop = 0;
		if (this.#getView().top > 0 && !this.#isScroller()) getElement("news").scrollIntoView();
	}

	/** Scroll to the separator of a day, if the list has it. Returns whether it has. */
	scrollToDay(day) {
		const row = this.#dayRows.get(day);
		row?.scrollIntoView({ block: "start" });
		return Boolean(row?.isConnected);
	}

	/** The rows of items that are shown, top to bottom. */
	listRows() {
		return [...this.#body.querySelectorAll("tr[data-item-id]")];
	}

	updateAges() {
		updateAges(this.#body, new Date());
		this.render();
	}

	/** Draw the list in the next frame. */
	render() {
		this.#frame ??= requestAnimationFrame(() => {
			this.#frame = null;
			this.#draw();
		});
	}

	#draw() {
		const { list, loader, filter } = this.#headlines;
		if (filter === null) return;
		if (filter.text !== this.#filterText) {
			this.#filterText = filter.text;
			this.#phrases = parseSearch(filter.text);
			this.#rowItems = new WeakMap();
		}
		this.#measure();
		const view = this.#getView();
		this.#fitColumns();
		this.#isAtTop = list.count === 0 || (this.#scroller.scrollTop < ROW_HEIGHT && view.top < 2 * ROW_HEIGHT);
		this.#place(this.#createNodes(list.blocks, view));
		this.#isFirst = false;
		this.#onDraw();
		// Nothing is measured after rows were placed: that would make the browser lay the page out twice.
		const isEndless = this.#isEndless || this.#isScroller();
		const isNearEnd = isEndless && this.#height < view.bottom + OLDER_MARGIN * view.height;
		if (isNearEnd && loader.status === "ready") loader.loadOlder({ isAutomatic: true });
	}

	/** Rows are filled again if another number of instruments may fit into them. */
	#fitColumns() {
		const { list } = this.#headlines;
		const now = new Date();
		const room = this.#columns.measureRoom({ isWrapped: !this.#isScroller() });
		if (room.who !== this.#room.who || room.symbolFont !== this.#room.symbolFont) this.#rowItems = new WeakMap();
		this.#room = room;
		const times = [list.blocks.at(-1)?.last, this.#detail?.pinned].map((item) => Date.parse(item?.published_at));
		const oldest = new Date(Math.min(...times.filter((time) => !Number.isNaN(time))));
		this.#columns.fitTimes({ oldest, now, timeFont: room.timeFont });
	}

	/** Whether the list scrolls by itself. */
	#isScroller() {
		return getComputedStyle(this.#scroller).overflowY !== "visible";
	}

	/** Return which part of the table's body is in view, in px from its top. */
	#getView() {
		const { top: bodyTop } = this.#body.getBoundingClientRect();
		let [top, bottom] = [0, window.innerHeight];
		if (this.#isScroller()) ({ top, bottom } = this.#scroller.getBoundingClientRect());
		return { top: top - bodyTop, bottom: bottom - bodyTop, height: Math.max(1, bottom - top) };
	}

	/** Remember the heights of the blocks that have rows. */
	#measure() {
		const ends = [...this.#segments.slice(1).map(({ node }) => node), null];
		let [rows, height] = [0, 0];
		this.#segments.forEach(({ block, node }, index) => {
			if (!block || !node.isConnected) return;
			const end = ends[index]?.getBoundingClientRect().top ?? this.#body.getBoundingClientRect().bottom;
			const blockHeight = end - node.getBoundingClientRect().top;
			this.#heights.set(block, blockHeight);
			rows += block.count;
			height += blockHeight;
		});
		if (rows && height) this.#rowHeight = height / rows;
	}

	/** Return the rows and spaces of all blocks, in order. */
	#createNodes(blocks, view) {
		const now = new Date();
		const days = this.#countDays();
		const nodes = this.#createPinnedNodes(now);
		let [top, space, day, earliest] = [0, 0, null, Number.POSITIVE_INFINITY];
		this.#segments = [];
		const closeSpace = () => {
			if (space > 0) {
				const node = this.#createSpace(space);
				this.#segments.push({ block: null, node });
				nodes.push(node);
			}
			space = 0;
		};
		for (const block of blocks) {
			const height = this.#heights.get(block) ?? block.count * this.#rowHeight;
			const distance = Math.max(view.top - (top + height), top - view.bottom) / view.height;
			if (distance < MARGIN && block.items === null) this.#headlines.loader.restore(block);
			if (distance < MARGIN && block.items?.length) {
				closeSpace();
				const blockNodes = this.#createBlockNodes(block, { day, days, now, earliest });
				this.#segments.push({ block, node: blockNodes[0] });
				nodes.push(...blockNodes);
			} else {
				space += height;
				const hasDetail = block.items?.some(({ item_id }) => item_id === this.#detail?.id);
				if (distance > UNLOAD_MARGIN && !hasDetail) this.#headlines.list.unload(block);
			}
			top += height;
			earliest = Math.min(earliest, this.#getEarliest(block));
			day = getDay(new Date(block.last.published_at));
		}
		closeSpace();
		this.#height = top;
		this.#addSinceRow(nodes, now);
		return nodes;
	}

	#isUnread(item) {
		return this.#lastVisit !== null && getReceived(item) > this.#lastVisit;
	}

	#addSinceRow(nodes, now) {
		const count = [...this.#headlines.list.items()].filter((item) => this.#isUnread(item)).length;
		const options = { row: this.#sinceRow, count, lastVisit: this.#lastVisit, now };
		this.#sinceRow = count ? insertSinceRow(nodes, options) : null;
	}

	/** Return when the first item of a block was received, in ms. */
	#getEarliest(block) {
		if (block.items !== null) this.#earliest.set(block, findEarliest(block.items));
		return this.#earliest.get(block) ?? Number.POSITIVE_INFINITY;
	}

	/** Return how many headlines each day has, of the days that have been loaded from their first to their last. */
	#countDays() {
		const { list } = this.#headlines;
		const counts = new Map();
		for (const block of list.blocks) {
			if (block.items !== null) this.#dayCounts.set(block, countByDay(block.items));
			for (const [day, count] of this.#dayCounts.get(block) ?? []) counts.set(day, (counts.get(day) ?? 0) + count);
		}
		if (list.olderCursor !== null) counts.delete([...counts.keys()].at(-1));
		return counts;
	}

	#createBlockNodes({ items }, { day, days, now, ...above }) {
		const nodes = [];
		let previousDay = day;
		let { earliest } = above;
		for (const item of items) {
			const itemDay = getDay(new Date(item.published_at));
			if (itemDay !== previousDay) nodes.push(this.#getDayRow(itemDay, { count: days.get(itemDay), now }));
			previousDay = itemDay;
			nodes.push(...this.#createItemNodes(item, { now, earliest }));
			earliest = Math.min(earliest, findEarliest([item]));
		}
		return nodes;
	}

	/** The detail of an item that was linked to, but is not in the list, stands above it. */
	#createPinnedNodes(now) {
		if (this.#detail === null || this.#headlines.list.getListed(this.#detail.id)) return [];
		const { pinned, row } = this.#detail;
		return pinned ? this.#createItemNodes(pinned, { now }) : [row];
	}

	#createItemNodes(item, context) {
		const row = this.#getRow(item, context);
		const isOpen = item.item_id === this.#detail?.id;
		row.classList.toggle("open", isOpen);
		row.querySelector(".title").ariaExpanded = String(isOpen);
		return isOpen ? [row, this.#detail.row] : [row];
	}

	#getRow(item, context) {
		const existing = this.#rows.get(item.item_id);
		const row = existing ?? this.#template.cloneNode(true);
		const former = this.#rowItems.get(row);
		if (former === item) return row;
		fillRow(row, item, {
			filter: this.#headlines.filter,
			phrases: this.#phrases,
			isUnread: (item) => this.#isUnread(item),
			room: this.#room,
			...context,
		});
		const isChanged = former !== undefined && former.seq !== item.seq;
		row.classList.toggle(
			"is-new",
			isChanged || (Boolean(item.isNew) && !this.#seenIds.has(item.item_id) && !this.#isFirst),
		);
		if (item.isNew) this.#remember(item.item_id);
		this.#rows.set(item.item_id, row);
		this.#rowItems.set(row, item);
		return row;
	}

	/** A row that comes into view again is not new any more. */
	#remember(id) {
		this.#seenIds.add(id);
		if (this.#seenIds.size > MAX_SEEN) this.#seenIds.delete(this.#seenIds.values().next().value);
	}

	#getDayRow(day, { count, now }) {
		const row = this.#dayRows.get(day) ?? createDayRow(day);
		this.#dayRows.set(day, row);
		fillDayRow(row, { day, count: count ?? null, now });
		return row;
	}

	#createSpace(height) {
		const row = document.createElement("tr");
		row.className = "space";
		row.ariaHidden = "true";
		row.style.height = `${height}px`;
		row.append(document.createElement("td"));
		row.firstChild.colSpan = this.#template.children.length;
		return row;
	}

	#place(nodes) {
		const kept = new Set(nodes);
		for (const node of [...this.#body.children]) {
			if (kept.has(node)) continue;
			node.remove();
			if (node.dataset.itemId) this.#rows.delete(node.dataset.itemId);
			if (node.dataset.day) this.#dayRows.delete(node.dataset.day);
		}
		// Rows that keep their place are not moved, so that a focused link keeps the focus.
		let next = this.#body.firstElementChild;
		for (const node of nodes) {
			if (node === next) next = next.nextElementSibling;
			else this.#body.insertBefore(node, next);
		}
	}
}

/** Return when the first of some items was received (ms), of those of which it is known. */
function findEarliest(items) {
	return Math.min(...items.map(getReceived).filter((time) => !Number.isNaN(time)));
}

/** Return how many of some items each day has, as a map. */
function countByDay(items) {
	const counts = new Map();
	for (const { published_at } of items) {
		const day = getDay(new Date(published_at));
		counts.set(day, (counts.get(day) ?? 0) + 1);
	}
	return counts;
}

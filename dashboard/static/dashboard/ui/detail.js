/** The detail of a headline: a row below it, loaded when the reader opens it. It stays open while the list moves. */

import { listEvidence } from "../data/marks.js";
import { copyText } from "./clipboard.js";
import { createElement, createLinkOrText, getElement, setText } from "./dom.js";
import { fillChip, listInstruments } from "./headline_row.js";
import { formatPercent, formatSigned } from "./numbers.js";
import { formatDelay, formatSeconds, formatZone } from "./times.js";
import { getTone } from "./tone.js";

const LABEL = "label"; // in place of the analyzer's name, where a person decided
const MISSING = "This headline was withdrawn, or the link to it is wrong.";
const UNREACHABLE = "The detail could not be loaded.";
const COPIED_MS = 2000;
const KINDS = {
	created: "Model said",
	rescored: "Scored again",
	corrected: "Corrected",
	labelled: "Editor set",
	retagged: "Instruments changed",
	withdrawn: "Withdrawn",
};

export class Detail {
	#apiBase;
	#sitePath;
	#fetchJson;
	#showLabels;
	#getFilter;
	#onChange;
	#row = null;
	#id = null;
	#pinned = null;
	#seq = null; // of the state that is shown

	/**
	 * `showLabels(row, item, { onLabelled })` adds what staff can change. `onChange()` runs when a detail opens, closes, or
	 * has loaded.
	 */
	constructor({ config, fetchJson, showLabels, getFilter, onChange }) {
		this.#apiBase = config.API_BASE;
		this.#sitePath = config.SITE_PATH;
		this.#fetchJson = fetchJson;
		this.#showLabels = showLabels;
		this.#getFilter = getFilter;
		this.#onChange = onChange;
	}

	/** The id of the item whose detail is open, or null. */
	get id() {
		return this.#id;
	}

	/** The row to be shown below the item's. */
	get row() {
		return this.#row;
	}

	/** The open item itself, once it has loaded, for lists that do not have it. */
	get pinned() {
		return this.#pinned;
	}

	/** Open the detail of an item. */
	async open(id) {
		if (id === this.#id) return;
		const row = getElement("detail-row").content.firstElementChild.cloneNode(true);
		row.querySelector(".retry").addEventListener("click", () => this.#load());
		row.querySelector(".copy-link").addEventListener("click", ({ currentTarget }) => this.#copyLink(currentTarget));
		this.#row = row;
		this.#id = id;
		this.#pinned = null;
		this.#seq = null;
		this.#onChange();
		const item = await this.#load();
		if (item && id === this.#id) this.#showLabels(row, item, { onLabelled: () => this.#load() });
	}

	close() {
		if (this.#id === null) return;
		this.#id = null;
		this.#row = null;
		this.#pinned = null;
		this.#onChange();
	}

	/** Load the detail again if the item has changed. `seq` is that of its row. */
	update(seq) {
		if (this.#seq !== null && seq > this.#seq) {
			this.#seq = seq;
			this.#load();
		}
	}

	async #load() {
		const [id, row] = [this.#id, this.#row];
		const url = `${this.#apiBase}/items/${encodeURIComponent(id)}`;
		const [loading, failed, content] = [".loading", ".failed", ".detail-content"].map((name) =>
			row.querySelector(name),
		);
		if (content.hidden) loading.hidden = false;
		failed.hidden = true;
		try {
			const [item, history] = await Promise.all([this.#fetchJson(url), this.#fetchJson(`${url}/history?limit=20`)]);
			if (id !== this.#id) return null;
			this.#seq = item.seq;
			this.#pinned = item;
			this.#fill(row, item, history.states);
			content.hidden = false;
			this.#onChange();
			return item;
		} catch (error) {
			failed.hidden = !content.hidden;
			const isMissing = /HTTP 4(04|10)$/.test(error.message);
			setText(failed.querySelector("p"), isMissing ? MISSING : UNREACHABLE);
			failed.querySelector(".retry").hidden = isMissing;
			return null;
		} finally {
			loading.hidden = true;
		}
	}

	#fill(row, item, states) {
		row.dataset.sentiment = item.sentiment;
		this.#fillEvidence(row.querySelector(".evidence"), item);
		const instruments = listInstruments(item, this.#getFilter());
		row.querySelector(".inst").replaceChildren(...instruments.flatMap((each) => createInstrument(each, item, states)));
		fillTimes(row, item, states);
		const history = states.length > 1 ? states : []; // the first state is shown only when others follow
		row.querySelector(".history").replaceChildren(...history.map(createState));
		row.querySelector(".origin").replaceChildren(...createSources(item));
	}

	/** The words that decided, each in the tone of the instrument it speaks of. Their values follow, where they load. */
	async #fillEvidence(list, item) {
		const evidence = listEvidence(item);
		list.replaceChildren(...evidence.map(createEvidence));
		if (evidence.length === 0) {
			const text = item.analyzer === LABEL ? "Labelled by a person" : "No significant words";
			list.replaceChildren(createElement("li", text, { className: "none" }));
			return;
		}
		const url = `${this.#sitePath}words?item=${encodeURIComponent(item.item_id)}`;
		const { words } = await this.#fetchJson(url).catch(() => ({ words: [] }));
		const rows = new Map([...list.children].map((row) => [row.dataset.words, row]));
		const listed = words.filter((each) => rows.has(each.words)); // the strongest first; without names of instruments
		for (const each of listed) showValue(rows.get(each.words), each.value);
		if (listed.length) list.replaceChildren(...listed.map((each) => rows.get(each.words)));
	}

	async #copyLink(button) {
		const url = new URL(this.#sitePath, location.href);
		url.searchParams.set("item", this.#id);
		const label = button.title;
		const isCopied = await copyText(url.href);
		button.title = button.ariaLabel = isCopied ? "Copied" : "Could not be copied";
		button.classList.toggle("copied", isCopied);
		setTimeout(() => {
			button.title = button.ariaLabel = label;
			button.classList.remove("copied");
		}, COPIED_MS);
	}
}

function createEvidence({ words, tone }) {
	const row = getElement("evidence-row").content.firstElementChild.cloneNode(true);
	row.className = tone;
	row.dataset.words = words;
	row.querySelector(".words").textContent = words;
	return row;
}

/** Show what the model says of some words alone. */
function showValue(row, value) {
	row.className = value > 0 ? "positive" : value < 0 ? "negative" : "neutral";
	row.querySelector("rect").setAttribute("width", String(100 * Math.abs(value)));
	row.querySelector("b").textContent = formatSigned(value);
}

/** What the headline says of one instrument: value, probabilities, and what the model said before an editor did. */
function createInstrument(entity, item, states) {
	const row = getElement("instrument-row").content.firstElementChild.cloneNode(true);
	fillChip(row.querySelector(".chip"), entity);
	const probabilities = getProbabilities(entity);
	let start = 0;
	for (const [name, probability] of Object.entries(probabilities)) {
		const bar = row.querySelector(`.odds-bar .${name}`);
		bar.setAttribute("x", String(100 * start));
		bar.setAttribute("width", String(100 * probability));
		row.querySelector(`.pun .${name}`).textContent = formatPercent(probability);
		start += probability;
	}
	const former = item.analyzer === LABEL || entity.score === 1 ? findModelValue(entity.ticker, states) : null;
	if (former === null) return [row];
	const note = createElement("p", "Set by an editor. The model said ", { className: "note" });
	note.append(createElement("b", formatSigned(former), { className: getTone(former) }), ".");
	return [row, note];
}

/** Return the probabilities of an entity; score and value leave one solution, because their sum is 1. */
export function getProbabilities({ sentiment, score, value }) {
	const positive =
		sentiment === "positive" ? score : sentiment === "negative" ? score + value : (1 - score + value) / 2;
	const negative = positive - value;
	const clamp = (share) => Math.min(1, Math.max(0, share));
	return { positive: clamp(positive), neutral: clamp(1 - positive - negative), negative: clamp(negative) };
}

/** Return the value that a ticker had in the newest state before an editor's, or null. */
function findModelValue(ticker, states) {
	const first = states.findIndex(({ kind }) => kind === "labelled");
	if (first < 0) return null;
	const state = states.slice(first).find(({ kind }) => kind !== "labelled");
	return state?.entities.find((entity) => entity.ticker === ticker)?.value ?? null;
}

function fillTimes(row, item, states) {
	const published = new Date(item.published_at);
	const received = new Date(item.first_appended_at);
	const scored = new Date(states[0]?.scored_at ?? item.timestamp);
	row.querySelector(".zone").textContent = formatZone(published);
	const cells = [
		[".published", published, item.undated ? "not given" : ""],
		[".received", received, formatStep(published, received)],
		[".scored", scored, formatStep(received, scored)],
	];
	for (const [name, date, note] of cells) {
		const time = createElement("time", formatSeconds(date, new Date()), { dateTime: date.toISOString() });
		row.querySelector(name).replaceChildren(time, " ", createElement("small", note));
	}
}

function formatStep(from, to) {
	return to >= from ? `+${formatDelay(to - from)}` : "";
}

function createState({ kind, sentiment, score, value, timestamp, reason, changed }) {
	const entry = document.createElement("li");
	const date = new Date(timestamp);
	const time = createElement("time", formatSeconds(date, new Date()), { dateTime: date.toISOString() });
	entry.append(time, ` ${reason === "label removed" ? "Label removed, model said" : (KINDS[kind] ?? "Changed")} `);
	if (kind === "corrected") entry.append(changed.join(", "), reason ? ` (${reason}), ` : ", ");
	entry.append(createElement("b", formatSigned(value), { className: getTone(value) }));
	if (kind !== "labelled") entry.append(`, ${formatPercent(score)} ${sentiment}`);
	return entry;
}

/** Links to the sources that reported the story, the item's own as a button. */
function createSources({ source, url, sources }) {
	const own = createLinkOrText(source, url, { className: "btn" });
	const others = sources.filter((each) => each.source !== source || each.url !== url);
	return [own, ...others.flatMap((each) => [" ", createLinkOrText(each.source, each.url, {})])];
}

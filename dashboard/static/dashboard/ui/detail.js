/** The detail of a headline: a row below it, loaded when the reader opens it. It stays open while the list moves. */

import { showEntity } from "../data/entities.js";
import { copyText } from "./clipboard.js";
import { createElement, createLinkOrText, getElement, setText } from "./dom.js";
import { fillChip, listInstruments } from "./headline_row.js";
import { formatPercent, formatSigned } from "./numbers.js";
import { formatDelay, formatSeconds, formatZone } from "./times.js";

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
			const [item, history, { words }] = await Promise.all([
				this.#fetchJson(url),
				this.#fetchJson(`${url}/history?limit=20`),
				this.#fetchJson(`${this.#sitePath}words?item=${encodeURIComponent(id)}`).catch(() => ({ words: [] })),
			]);
			if (id !== this.#id) return null;
			this.#seq = item.seq;
			this.#pinned = showEntity({ ...item, deciding_words: words }, this.#getFilter());
			this.#fill(row, this.#pinned, history.states);
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
		row.querySelector(".evidence").replaceChildren(...createEvidence(item));
		const instruments = listInstruments(item, this.#getFilter());
		row.querySelector(".inst").replaceChildren(...instruments.flatMap((each) => createInstrument(each, item, states)));
		fillTimes(row, item, states);
		const history = states.length > 1 ? states : []; // the first state is shown only when others follow
		row.querySelector(".history").replaceChildren(...history.map(createState));
		row.querySelector(".origin").replaceChildren(...createSources(item));
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

/** The words that decided, each in the tone of what it speaks of, with what the model says of it alone. */
function createEvidence({ deciding_words: decidingWords, analyzer }) {
	const text = analyzer === LABEL ? "Labelled by a person" : "No single word decided";
	return decidingWords.length ? decidingWords.map(createWords) : [createElement("li", text, { className: "none" })];
}

function createWords({ words, tone, value }) {
	const row = getElement("evidence-row").content.firstElementChild.cloneNode(true);
	row.className = tone;
	row.querySelector(".words").textContent = words;
	row.querySelector("rect").setAttribute("width", String(100 * Math.abs(value)));
	row.querySelector("b").textContent = formatSigned(value);
	return row;
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
	const former = item.analyzer === LABEL || entity.score === 1 ? findModelEntity(entity.ticker, states) : null;
	if (!former) return [row];
	const note = createElement("p", "Set by an editor. The model said ", { className: "note" });
	note.append(createElement("b", formatSigned(former.value), { className: former.sentiment }), ".");
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

/** Return what the newest state before an editor's says of a ticker, or null. */
function findModelEntity(ticker, states) {
	const first = states.findIndex(({ kind }) => kind === "labelled");
	if (first < 0) return null;
	const state = states.slice(first).find(({ kind }) => kind !== "labelled");
	return state?.entities.find((entity) => entity.ticker === ticker);
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
	entry.append(createElement("b", formatSigned(value), { className: sentiment }));
	if (kind !== "labelled") entry.append(`, ${formatPercent(score)} ${sentiment}`);
	return entry;
}

/** Links to the sources that reported the story, the item's own as a button. */
function createSources({ source, url, sources }) {
	const own = createLinkOrText(source, url, {});
	if (own.href) Object.assign(own, { className: "btn", textContent: `Read at ${source}` });
	const others = sources.filter((each) => each.source !== source || each.url !== url);
	return [own, ...others.flatMap((each) => [" ", createLinkOrText(each.source, each.url, {})])];
}

/** One row of the list: times, instruments, headline and source of an item. Data is only ever set as text. */

import { getValue } from "../data/entities.js";
import { countFitting } from "../data/fitting.js";
import { splitTitle } from "../data/marks.js";
import { SAMPLE_SOURCE } from "../data/state.js";
import { createElement, getElement, setText } from "./dom.js";
import { formatTicker } from "./format.js";
import { formatPercent, formatSigned } from "./numbers.js";
import { measureText } from "./text_width.js";
import { describeTimes, formatAge, formatClock, formatDelay, formatSeconds, getLateness } from "./times.js";
import { isStrong, isUnsure } from "./tone.js";

const MAX_CHIPS = 2;
// px: between chips, for "2 more", of a chip besides its symbol and value, and up to which width values stand in a column
const CHIP = { gap: 8, more: 48, extra: 29, aligned: 144 };
let chipWidth = 0; // of the widest, so far

/** Return what an item says of each of its tickers, those of the filter first. */
export function listInstruments(item, { tickers }) {
	const entities = item.entities?.length
		? item.entities
		: (item.tickers ?? [item.ticker]).map((ticker) => ({ ...item, ticker }));
	// Of the filter's tickers, the item has the one by which it passes.
	const rank = ({ ticker }) => (!tickers.includes(ticker) ? 2 : ticker === item.ticker ? 0 : 1);
	return entities.toSorted((a, b) => rank(a) - rank(b));
}

/** Return a link that shows one instrument, with the sentiment that an item has for it. */
export function createChip(entity) {
	const chip = getElement("chip").content.firstElementChild.cloneNode(true);
	fillChip(chip, entity);
	return chip;
}

export function fillChip(chip, entity) {
	const { ticker, sentiment, score } = entity;
	const value = getValue(entity);
	chip.className = `chip ${sentiment}`;
	chip.classList.toggle("strong-v", isStrong(value));
	chip.classList.toggle("unsure", isUnsure(score));
	chip.dataset.ticker = ticker;
	chip.href = `?tickers=${encodeURIComponent(ticker)}`;
	chip.title = describeInstrument(entity);
	chip.querySelector("b").textContent = formatTicker(ticker);
	chip.querySelector(".n").textContent = formatSigned(value);
}

function describeInstrument(entity) {
	return `${formatTicker(entity.ticker)} ${formatSigned(getValue(entity))}, ${formatPercent(entity.score)} sure`;
}

/**
 * Fill a row from an item. `filter` of the list, `phrases` of its search, `earliest`: see getLateness in ui/times.js,
 * `room`: see ui/columns.js.
 */
export function fillRow(row, item, { filter, phrases, now, earliest, isUnread, room }) {
	row.dataset.itemId = item.item_id;
	row.dataset.seq = item.seq;
	row.dataset.sentiment = item.sentiment;
	row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
	row.classList.toggle("withdrawn", Boolean(item.isWithdrawn));
	row.classList.toggle("unread", isUnread(item));
	fillTime(row.querySelector(".time"), item, now);
	const instruments = listInstruments(item, filter);
	const listed = instruments.slice(0, countChips(instruments, room));
	fillInstruments(row.querySelector(".who > div"), listed, instruments.slice(listed.length));
	const confidence = row.querySelector(".conf");
	setText(confidence, formatPercent(item.score));
	confidence.classList.toggle("low", isUnsure(item.score));
	fillTitle(row.querySelector(".title"), item, phrases);
	fillTags(row, item, earliest);
	fillSource(row.querySelector(".source a"), item.source);
}

function fillTime(cell, item, now) {
	const time = cell.querySelector("time");
	time.dateTime = new Date(item.published_at).toISOString();
	time.title = describeTimes(item);
	fillAge(cell, now);
}

function fillAge(cell, now) {
	const time = cell.querySelector("time");
	const published = new Date(time.dateTime);
	const [age, clock] = [formatAge(published, now), formatClock(published)];
	setText(time, age);
	setText(cell.querySelector(".clock"), age.includes(clock) ? "" : clock);
}

/** Bring the ages of rows up to date. */
export function updateAges(tableBody, now) {
	for (const cell of tableBody.querySelectorAll("td.time")) fillAge(cell, now);
}

/** Return how many instruments of a row have chips: no symbol is cut. */
function countChips(instruments, { who, symbolFont, valueFont }) {
	const widths = instruments
		.slice(0, MAX_CHIPS)
		.map(
			(entity) =>
				measureText(formatTicker(entity.ticker), symbolFont) +
				measureText(formatSigned(getValue(entity)), valueFont) +
				CHIP.extra,
		);
	const further = instruments.slice(MAX_CHIPS).map(() => 0);
	alignValues(Math.min(Math.ceil(widths[0]), CHIP.aligned));
	return countFitting([...widths, ...further], { ...CHIP, available: who, max: MAX_CHIPS });
}

/** Make single chips as wide as the widest, so that their values stand in a column. */
function alignValues(width) {
	if (width <= chipWidth) return;
	chipWidth = width;
	getElement("items-tbody").style.setProperty("--chip", `${width}px`);
}

function fillInstruments(cell, listed, others) {
	const menu = cell.querySelector(".more");
	cell.replaceChildren(...listed.map(createChip), menu);
	menu.hidden = others.length === 0;
	const summary = menu.querySelector("summary");
	summary.textContent = `${others.length} more`;
	summary.title = others.map(describeInstrument).join("\n");
	summary.ariaLabel = `${others.length} more: ${others.map(({ ticker }) => formatTicker(ticker)).join(", ")}`;
	menu.querySelector(".panel").replaceChildren(...others.map(createChip));
}

function fillTitle(link, item, phrases) {
	link.href = `?item=${encodeURIComponent(item.item_id)}`;
	link.title = item.title;
	const parts = splitTitle(item.title, item.deciding_words ?? [], phrases);
	link.replaceChildren(createMark(item), ...parts.map(createPart));
}

/** The mark of what the filter of sentiments goes by: the headline, or with tickers in the filter the one it passes by. */
function createMark({ sentiment, score }) {
	const className = `mark ${sentiment}${isUnsure(score) ? " unsure" : ""}`;
	const title = `${sentiment}, ${formatPercent(score)} sure`;
	return createElement("i", "", { className, title, role: "img", ariaLabel: sentiment });
}

function createPart({ text, tone, isMatch }) {
	const match = isMatch ? createElement("mark", text, { className: "match" }) : text;
	if (tone === null) return match;
	const word = createElement("mark", "", { className: tone });
	word.append(match);
	return word;
}

function fillTags(row, item, earliest) {
	const corrected = row.querySelector(".tag.corrected");
	corrected.hidden = !item.corrected_at && !item.isWithdrawn;
	setText(corrected.querySelector("span"), item.isWithdrawn ? "withdrawn" : "corrected");
	if (item.corrected_at) corrected.title = `Corrected ${formatSeconds(new Date(item.corrected_at), new Date())}`;
	if (item.isWithdrawn) corrected.title = "Withdrawn: it leaves the list when the list moves on.";
	const lateness = getLateness(item, earliest);
	const late = row.querySelector(".tag.late");
	late.hidden = lateness === 0;
	setText(late.querySelector("span"), lateness ? `${formatDelay(lateness)} late` : "");
	late.title = describeTimes(item);
}

function fillSource(link, source) {
	link.textContent = source;
	link.href = `?source=${encodeURIComponent(source)}`;
	link.dataset.source = source;
	link.title = `Only ${source}`;
}

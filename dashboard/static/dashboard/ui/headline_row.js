/** One row of the list: times, instruments, headline and source of an item. Data is only ever set as text. */

import { listEvidence, splitTitle } from "../data/marks.js";
import { SAMPLE_SOURCE } from "../data/state.js";
import { getTone } from "../data/tone.js";
import { createElement, getElement, setText } from "./dom.js";
import { formatSentimentValue, formatTicker } from "./format.js";
import { describeTimes, formatAge, formatClock, formatDelay, formatSeconds, getLateness } from "./times.js";

const MAX_CHIPS = 2;
const STRONG_VALUE = 0.5; // of a value that is tinted
const UNSURE_SCORE = 0.5; // confidence below which the mark is hollow
const SIGNS = { positive: 1, neutral: 0, negative: -1 };
const percent = new Intl.NumberFormat(undefined, { style: "percent" });

export const formatPercent = (share) => percent.format(share);

/** Return what an item says of each of its tickers, those of the filter first. */
export function listInstruments(item, { tickers }) {
	const entities = item.entities?.length
		? item.entities
		: (item.tickers ?? [item.ticker]).map((ticker) => ({ ...item, ticker }));
	const isChosen = ({ ticker }) => tickers.includes(ticker);
	return [...entities.filter(isChosen), ...entities.filter((entity) => !isChosen(entity))];
}

/** Return a link that shows one instrument, with the sentiment that an item has for it. */
export function createChip({ ticker, sentiment, score, value = SIGNS[sentiment] * score }) {
	const chip = getElement("chip").content.firstElementChild.cloneNode(true);
	fillChip(chip, { ticker, score, value });
	return chip;
}

export function fillChip(chip, { ticker, score, value }) {
	const isUnsure = score < UNSURE_SCORE;
	chip.className = `chip ${getTone(value)}`;
	chip.classList.toggle("strong-v", Math.abs(value) >= STRONG_VALUE);
	chip.classList.toggle("unsure", isUnsure);
	chip.dataset.ticker = ticker;
	chip.href = `?tickers=${encodeURIComponent(ticker)}`;
	chip.title = describeInstrument({ ticker, score, value });
	chip.querySelector("b").textContent = formatTicker(ticker);
	chip.querySelector(".n").textContent = formatSentimentValue(value);
}

function describeInstrument({ ticker, score, sentiment, value = SIGNS[sentiment] * score }) {
	return `${formatTicker(ticker)} ${formatSentimentValue(value)}, ${formatPercent(score)} sure`;
}

/** Fill a row from an item. `filter` of the list, `phrases` of its search, `earliest`: see getLateness in ui/times.js. */
export function fillRow(row, item, { filter, phrases, now, earliest, isUnread }) {
	row.dataset.itemId = item.item_id;
	row.dataset.seq = item.seq;
	row.dataset.sentiment = item.sentiment;
	row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
	row.classList.toggle("withdrawn", Boolean(item.isWithdrawn));
	row.classList.toggle("unread", isUnread(item));
	fillTime(row.querySelector(".time"), item, now);
	fillInstruments(row.querySelector(".who"), listInstruments(item, filter));
	fillTitle(row.querySelector(".title"), item, phrases);
	fillTags(row, item, earliest);
	fillSource(row.querySelector(".source a"), item.source);
	const confidence = row.querySelector(".conf");
	setText(confidence, formatPercent(item.score));
	confidence.classList.toggle("low", item.score < UNSURE_SCORE);
}

function fillTime(cell, item, now) {
	const published = new Date(item.published_at);
	const time = cell.querySelector("time");
	time.dateTime = published.toISOString();
	time.title = describeTimes(item);
	const age = formatAge(published, now);
	setText(time, age);
	const clock = formatClock(published);
	setText(cell.querySelector(".clock"), age.includes(clock) ? "" : clock);
}

/** Bring the ages of rows up to date. */
export function updateAges(tableBody, now) {
	for (const time of tableBody.querySelectorAll("td.time time")) setText(time, formatAge(new Date(time.dateTime), now));
}

function fillInstruments(cell, instruments) {
	const menu = cell.querySelector(".more");
	const others = instruments.slice(MAX_CHIPS);
	cell.replaceChildren(...instruments.slice(0, MAX_CHIPS).map(createChip), menu);
	menu.hidden = others.length === 0;
	const summary = menu.querySelector("summary");
	summary.textContent = `+${others.length}`;
	summary.title = others.map(describeInstrument).join("\n");
	summary.ariaLabel = `${others.length} more: ${others.map(({ ticker }) => formatTicker(ticker)).join(", ")}`;
	menu.querySelector(".panel").replaceChildren(...others.map(createChip));
}

function fillTitle(link, item, phrases) {
	link.href = `?item=${encodeURIComponent(item.item_id)}`;
	link.title = item.title;
	// Words of a neutral reading decided for neither side.
	const evidence = listEvidence(item).filter(({ tone }) => tone !== "neutral");
	const parts = splitTitle(item.title, evidence, phrases);
	link.replaceChildren(...parts.map(createPart));
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

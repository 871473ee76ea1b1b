/** The details of an item's score: a row below the item, loaded when the user opens it. */

import { createElement, createLinkOrText } from "./dom.js";
import { formatDateTime, formatTicker } from "./format.js";

const LABEL = "label"; // in place of the analyzer's name, where a person decided

/**
 * Toggle the details row when a button in `tableBody` is clicked. `fetchJson(url)` loads the item from `apiBase`.
 * `showLabels(detailsRow, item, { onLabelled })` adds what staff can change; after a change the details are loaded again.
 */
export function initItemDetails({ apiBase, tableBody, template, fetchJson, showLabels }) {
	tableBody.addEventListener("click", async (event) => {
		const link = event.target.closest("a[aria-expanded]");
		if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		const row = link.closest("tr");
		if (link.ariaExpanded === "true") {
			link.ariaExpanded = "false";
			row.nextElementSibling.remove();
			return;
		}
		const detailsRow = template.content.firstElementChild.cloneNode(true);
		link.ariaExpanded = "true";
		row.after(detailsRow);
		const load = async () => {
			const item = await fetchJson(`${apiBase}/items/${encodeURIComponent(row.dataset.itemId)}`);
			fillDetailsRow(detailsRow, item);
			return item;
		};
		detailsRow.addEventListener("stale", () => load().catch(() => {})); // unreachable: the next change tries again
		try {
			showLabels(detailsRow, await load(), { onLabelled: load });
		} catch {
			detailsRow.querySelector(".loading").hidden = true;
			detailsRow.querySelector(".failed").hidden = false;
		}
	});
}

function fillDetailsRow(detailsRow, item) {
	const evidence = item.evidence.map((text) => createElement("li", text, { dir: "auto" }));
	const noEvidence = item.analyzer === LABEL ? "Labelled by a person" : "No significant words";
	if (evidence.length === 0) evidence.push(createElement("li", noEvidence, { className: "none" }));
	detailsRow.querySelector(".evidence").replaceChildren(...evidence);
	detailsRow.querySelector(".inst").replaceChildren(...item.entities.map(createEntityRow));
	const times = { published: item.published_at, received: item.first_appended_at, scored: item.scored_at };
	for (const [name, time] of Object.entries(times)) {
		detailsRow.querySelector(`.${name}`).textContent = time ? formatDateTime(new Date(time)) : "";
	}
	detailsRow.querySelector(".origin").replaceChildren(...createOrigin(item));
	detailsRow.querySelector(".loading").hidden = true;
	detailsRow.querySelector(".detail-content").hidden = false;
}

function createEntityRow({ ticker, sentiment, score, evidence }) {
	const row = createElement("p", "", { className: `note ${sentiment}` });
	row.append(
		createElement("span", formatTicker(ticker), { className: "symbol" }),
		" ",
		createElement("b", sentiment, { className: "sentiment" }),
		` ${score.toFixed(2)} `,
		createElement("span", evidence.join(", "), { className: "words", dir: "auto" }),
	);
	return row;
}

function createOrigin({ analyzer, sources }) {
	const author = analyzer === LABEL ? "Labelled by a person" : `Scored by ${analyzer}`;
	const links = sources.flatMap(({ source, url }, index) => [index ? ", " : "", createLinkOrText(source, url, {})]);
	return [`${author}. Reported by `, ...links];
}

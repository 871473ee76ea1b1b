/** The details of an item's score: a row below the item, loaded when the user opens it. */

import { createElement, createLinkOrText, setBarLength } from "./dom.js";
import { formatDateTime, formatTicker } from "./format.js";

const LABEL = "label"; // in place of the analyzer's name, where a person decided

/**
 * Toggle the details row when a button in `tableBody` is clicked. `fetchJson(url)` loads the item from `apiBase`.
 * `showLabels(detailsRow, item, { onLabelled })` adds what staff can change; after a change the details are loaded again.
 */
export function initItemDetails({ apiBase, tableBody, template, barTemplate, fetchJson, showLabels }) {
	tableBody.addEventListener("click", async (event) => {
		const button = event.target.closest("button[aria-expanded]");
		if (button === null) return;
		const row = button.closest("tr");
		if (button.ariaExpanded === "true") {
			button.ariaExpanded = "false";
			row.nextElementSibling.remove();
			return;
		}
		const detailsRow = template.content.firstElementChild.cloneNode(true);
		detailsRow.dataset.sentiment = row.dataset.sentiment;
		button.ariaExpanded = "true";
		row.after(detailsRow);
		const load = async () => {
			const item = await fetchJson(`${apiBase}/items/${encodeURIComponent(row.dataset.itemId)}`);
			detailsRow.dataset.sentiment = item.sentiment;
			fillDetailsRow(detailsRow, item, barTemplate);
			return item;
		};
		detailsRow.addEventListener("stale", () => load().catch(() => {})); // unreachable: the next change tries again
		try {
			showLabels(detailsRow, await load(), { onLabelled: load });
		} catch {
			detailsRow.querySelector(".loading").textContent =
				"Details could not be loaded. Close and reopen them to try again.";
		}
	});
}

function fillDetailsRow(detailsRow, item, barTemplate) {
	const evidence = item.evidence.map((text) => createElement("li", text, { dir: "auto" }));
	const noEvidence = item.analyzer === LABEL ? "Labelled by a person" : "No significant words";
	if (evidence.length === 0) evidence.push(createElement("li", noEvidence, { className: "none" }));
	detailsRow.querySelector(".evidence").replaceChildren(...evidence);
	const probabilities = Object.entries(item.probabilities).map(([sentiment, probability]) =>
		createProbabilityRow(sentiment, probability, barTemplate),
	);
	detailsRow.querySelector(".probabilities").replaceChildren(...probabilities);
	const entities = item.entities.filter((entity) => item.entities.length > 1 || entity.sentiment !== item.sentiment);
	detailsRow.querySelector(".instruments").hidden = entities.length === 0;
	detailsRow.querySelector(".entities").replaceChildren(...entities.map(createEntityRow));
	detailsRow.querySelector(".origin").replaceChildren(...createOrigin(item));
	detailsRow.querySelector(".loading").hidden = true;
	detailsRow.querySelector(".details-content").hidden = false;
}

/** What the headline says of one ticker, and the words that decided it. */
function createEntityRow({ ticker, sentiment, score, evidence }) {
	const row = createElement("li", "", { className: sentiment });
	row.append(
		createElement("span", formatTicker(ticker), { className: "symbol" }),
		" ",
		createElement("span", sentiment, { className: "sentiment" }),
		` ${score.toFixed(2)} `,
		createElement("span", evidence.join(", "), { className: "words", dir: "auto" }),
	);
	return row;
}

function createProbabilityRow(sentiment, probability, barTemplate) {
	const row = document.createElement("div");
	row.className = sentiment;
	const bar = barTemplate.content.querySelector(".bar").cloneNode(true);
	setBarLength(bar, probability);
	row.append(
		createElement("dt", sentiment, { className: "sentiment" }),
		bar,
		createElement("dd", `${(100 * probability).toFixed(0)}%`),
	);
	return row;
}

function createOrigin({ published_at, analyzer, sources }) {
	const published = createElement("span", `Published ${formatDateTime(new Date(published_at))}. `);
	const author = analyzer === LABEL ? "Labelled by a person" : `Scored by ${analyzer}`;
	const scored = createElement("span", `${author}. Reported by `);
	const links = sources.flatMap(({ source, url }, index) => [index ? ", " : "", createLinkOrText(source, url, {})]);
	return [published, scored, ...links, "."];
}

/** Say why an item was scored so: a row below it, filled when somebody asks. */

import { elementOf, fullTime, linkOrText } from "./dom.js";
import { setLength } from "./render.js";

const ITEM_URL = "/api/v2/items/";

/** Open and close the row of reasons when a button in `body` is pressed. `fetchJson(url)` reads an item. */
export function explainRows({ body, template, barTemplate, fetchJson }) {
	body.addEventListener("click", async (event) => {
		const button = event.target.closest("button[aria-expanded]");
		if (button === null) return;
		const row = button.closest("tr");
		if (button.ariaExpanded === "true") {
			button.ariaExpanded = "false";
			row.nextElementSibling.remove();
			return;
		}
		const detail = template.content.firstElementChild.cloneNode(true);
		detail.dataset.sentiment = row.dataset.sentiment;
		button.ariaExpanded = "true";
		row.after(detail);
		try {
			fillDetail(detail, await fetchJson(ITEM_URL + encodeURIComponent(row.dataset.itemId)), barTemplate);
		} catch {
			detail.querySelector(".wait").textContent = "The reasons can't be read right now. Close this and try again.";
		}
	});
}

function fillDetail(detail, item, barTemplate) {
	const words = item.evidence.map((text) => elementOf("li", text, { dir: "auto" }));
	if (words.length === 0) words.push(elementOf("li", "None stood out", { className: "none" }));
	detail.querySelector(".evidence").replaceChildren(...words);
	const odds = Object.entries(item.probabilities).map(([name, share]) => oddsOf(name, share, barTemplate));
	detail.querySelector(".odds").replaceChildren(...odds);
	detail.querySelector(".origin").replaceChildren(...originOf(item));
	detail.querySelector(".wait").hidden = true;
	detail.querySelector(".reasons").hidden = false;
}

function oddsOf(name, share, barTemplate) {
	const row = document.createElement("div");
	row.className = name;
	const bar = barTemplate.content.querySelector(".bar").cloneNode(true);
	setLength(bar, share);
	row.append(elementOf("dt", name, { className: "sentiment" }), bar, elementOf("dd", `${(100 * share).toFixed(0)}%`));
	return row;
}

function originOf({ published_at, analyzer, sources }) {
	const published = elementOf("span", `Published ${fullTime(new Date(published_at))}. `);
	const scored = elementOf("span", `Scored by ${analyzer}. Reported by `);
	const links = sources.flatMap(({ source, url }, index) => [index ? ", " : "", linkOrText(source, url, {})]);
	return [published, scored, ...links, "."];
}

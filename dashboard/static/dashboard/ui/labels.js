/** Buttons for staff in the details of an item: what the sentiment of its headline, or of one of its tickers, should be. */

import { ApiError } from "../data/account.js";

const UNREACHABLE = "The server is unreachable. Nothing was changed; try again.";

/**
 * Return `showLabels(detailsRow, item, { onLabelled })`, which adds a row of buttons for the headline and for each ticker.
 * It does nothing where the page has no such section, because its reader may not label. `onLabelled()` runs after a change.
 */
export function createLabeller({ account, template }) {
	return (detailsRow, item, { onLabelled }) => {
		const section = detailsRow.querySelector(".labels");
		if (section === null) return;
		const status = section.querySelector(".label-status");
		const rows = [null, ...item.tickers].map((symbol) => createRow(template, symbol));
		section.querySelector(".label-rows").replaceChildren(...rows);

		let queue = Promise.resolve(); // a click while a request is under way waits for its turn
		function run(action, done) {
			queue = queue.then(async () => {
				section.ariaBusy = "true";
				status.textContent = "";
				try {
					const labels = await action();
					for (const row of rows) showLabel(row, labels);
					status.textContent = done;
				} catch (error) {
					status.textContent = error instanceof ApiError ? error.message : UNREACHABLE;
				}
				section.ariaBusy = null;
			});
			return queue;
		}

		section.addEventListener("click", async ({ target }) => {
			const button = target.closest("button");
			if (button === null || button.ariaPressed === "true") return;
			const row = button.closest(".label");
			const symbol = row.dataset.symbol || null;
			const name = symbol ?? "Headline";
			const done = button.value ? `${name}: labelled ${button.value}.` : `${name}: label removed.`;
			await run(async () => {
				const labels = await account.setLabel(item.item_id, { symbol, sentiment: button.value });
				await onLabelled();
				return labels;
			}, done);
			// The button that removed the label is hidden now.
			if (button.hidden) row.querySelector("button").focus();
		});
		run(() => account.listLabels(item.item_id), "");
	};
}

function createRow(template, symbol) {
	const row = template.content.firstElementChild.cloneNode(true);
	row.dataset.symbol = symbol ?? "";
	row.querySelector(".name").textContent = symbol ?? "Headline";
	return row;
}

/** Show which label a row has, and who set it. */
function showLabel(row, labels) {
	const label = labels.find(({ symbol }) => (symbol ?? "") === row.dataset.symbol);
	for (const button of row.querySelectorAll("button[aria-pressed]")) {
		button.ariaPressed = String(button.value === label?.sentiment);
	}
	row.querySelector(".remove").hidden = !label;
	row.querySelector(".author").textContent = label ? `by ${label.author}` : "";
}

/** On phones: the filters and the search of instruments open as sheets over the page. */

import { getElement } from "./dom.js";

/** Open and close sheets by the buttons with `data-action`. */
export function initSheets() {
	const fields = { filter: getElement("row-filters"), find: getElement("filter-tickers") };
	let opener = null;
	function close() {
		if (!document.body.dataset.sheet) return;
		delete document.body.dataset.sheet;
		opener?.focus();
		opener = null;
	}
	document.addEventListener("click", ({ target }) => {
		const button = target.closest("[data-action]");
		const action = button?.dataset.action;
		if (action === "close-sheet") close();
		if (!(action in fields)) return;
		opener = button;
		document.body.dataset.sheet = action;
		(action === "find" ? fields.find : fields.filter.querySelector(":checked")).focus();
	});
	document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
	getElement("filters").addEventListener("submit", close);
}

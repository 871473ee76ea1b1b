/** Buttons with `data-action`. On phones, the filters and the search of instruments open as sheets over the page. */

import { copyText } from "./clipboard.js";
import { getElement } from "./dom.js";

/** Open and close sheets, show watchlists and instruments, and copy examples. `onLeave()` runs before the list is left. */
export function initSheets({ onLeave }) {
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
		if (action === "watchlists") {
			getElement("news").scrollIntoView();
			if (!getElement("watchlists").children.length) getElement("new-watchlist").click();
		}
		if (action === "leaders") {
			onLeave();
			getElement("more").hidePopover();
			[...document.querySelectorAll(".leaders")].find((panel) => panel.checkVisibility())?.scrollIntoView();
		}
		if (action === "copy") copyExample(button);
		if (!(action in fields)) return;
		opener = button;
		document.body.dataset.sheet = action;
		(action === "find" ? fields.find : fields.filter.querySelector(":checked")).focus();
	});
	document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
	getElement("filters").addEventListener("submit", close);
}

async function copyExample(button) {
	const isCopied = await copyText(button.previousElementSibling.textContent);
	button.textContent = isCopied ? "Copied" : "Select the text and copy it";
}

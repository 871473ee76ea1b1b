/** Keys for the list and its filters. They do nothing while text is typed, or together with Ctrl, Alt or Meta. */

import { getElement } from "./dom.js";

/** `actions` has a function for each key: `j`, `k`, `o`, `p`, `Escape`. Keys that only focus a field are known here. */
export function initKeys(actions) {
	const focus = (id) => () => {
		getElement(id).focus();
		getElement(id).select();
	};
	const keys = {
		"/": focus("filter-text"),
		s: focus("filter-tickers"),
		"?": () => getElement("keys").togglePopover(),
		...actions,
	};
	document.addEventListener("keydown", (event) => {
		const { key, ctrlKey, metaKey, altKey, target, defaultPrevented } = event;
		const action = Object.hasOwn(keys, key) ? keys[key] : null;
		if (action === null || ctrlKey || metaKey || altKey || defaultPrevented) return;
		const isTyping = target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea");
		if (isTyping) {
			if (key === "Escape") target.blur();
			return;
		}
		// A window over the page closes by itself, and alone.
		if (key === "Escape" && document.querySelector(":popover-open")) return;
		if (action() !== false) event.preventDefault();
	});
}

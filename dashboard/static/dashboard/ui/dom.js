/** Find, create and update elements. Data is always set as text, never parsed as HTML. */

import { formatDateTime } from "./format.js";

export const getElement = (id) => document.getElementById(id);

/** Set an element's text, if it differs. */
export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/** Set a `<time>` element's date, its visible text, and the full date as tooltip. */
export function setTime(element, date, text) {
	element.dateTime = date.toISOString();
	element.title = formatDateTime(date);
	setText(element, text);
}

/** Set an integer in groups of three digits. The style sheet spaces the groups, so that a copied number has no spaces. */
export function setNumber(element, value) {
	if (element.textContent === String(value) && element.children.length) return;
	const groups = String(value).split(/(?=(?:\d{3})+$)/);
	element.replaceChildren(...groups.map((group) => createElement("span", group)));
}

/** Whether a click on a link follows it here, and not in another tab. */
export function isPlainClick({ button, ctrlKey, metaKey, shiftKey, altKey }) {
	return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}

export function createElement(tag, text, properties = {}) {
	return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

/** Return a link, or plain text if the URL is not http(s): other schemes could run code or open a program. */
export function createLinkOrText(text, url, properties) {
	const isLink = /^https?:\/\//i.test(url ?? "");
	const element = createElement(isLink ? "a" : "span", text, properties);
	if (isLink) Object.assign(element, { href: url, target: "_blank", rel: "noopener noreferrer" });
	return element;
}

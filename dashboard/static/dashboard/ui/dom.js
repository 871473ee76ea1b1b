/** Find, create and update elements. Data is always set as text, never parsed as HTML. */

import { formatDateTime } from "./format.js";

const plainDigits = new Intl.NumberFormat(undefined, { numberingSystem: "latn" });

/** From this width on, times have the clock, and watchlists and sources have panels; as in widths.css. */
export const wideScreen = matchMedia("(min-width: 1900px)");

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

/** Set an integer in groups as the locale has them. The style sheet draws what divides them: copied, it is plain digits. */
export function setNumber(element, value) {
	if (element.textContent === String(value) && element.children.length) return;
	const parts = plainDigits.formatToParts(value);
	const divider = parts.find(({ type }) => type === "group")?.value ?? "";
	const groups = parts.filter(({ type }) => type === "integer").map((part) => createElement("span", part.value));
	for (const group of groups) group.dataset.divider = divider;
	element.replaceChildren(...groups);
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

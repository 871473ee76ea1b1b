/** Find elements, and write numbers, times and links into them: always as text, never as markup. */

const MINUTE = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CALENDAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
export const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" }).format;
export const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format;
const DAY = 86_400_000; // ms

export const find = (id) => document.getElementById(id);

/** Return a bucket's time: its day, its minute, or both, as `seconds`, the width of buckets, asks for. */
export function momentOf(at, seconds) {
	return seconds >= 86_400 ? CALENDAR.format(at) : `${CALENDAR.format(at)}, ${MINUTE.format(at)}`;
}

/** Return the label of a tick on a time axis: the day where one begins, else the minute. */
export function tickOf(at) {
	return at.getHours() === 0 && at.getMinutes() === 0 ? CALENDAR.format(at) : MINUTE.format(at);
}

/** Return an item's time: of today to the second, before that the day. */
export function shortTime(at) {
	return Date.now() - at < DAY ? clock(at) : CALENDAR.format(at);
}

export function writeText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

export function writeTime(element, at, text) {
	element.dateTime = at.toISOString();
	element.title = fullTime(at);
	writeText(element, text);
}

/** Write digits in groups of three, with gaps by style sheet: copied numbers are plain digits. */
export function writeNumber(element, value) {
	if (element.textContent === String(value) && element.children.length) return;
	const groups = String(value).split(/(?=(?:\d{3})+$)/);
	element.replaceChildren(...groups.map((group) => elementOf("span", group)));
}

/** Write by how much something differs from the hour before; null: not known. */
export function writeChange(element, value, { unit, digits }) {
	const amount = value === null ? "" : Math.abs(value).toFixed(digits);
	const sign = Number(amount) === 0 ? "\u00b1" : value > 0 ? "+" : "\u2212";
	writeText(element, amount && `${sign}${amount}${unit}`);
}

export function elementOf(tag, text, attributes = {}) {
	return Object.assign(document.createElement(tag), { textContent: text }, attributes);
}

/** Return a link if it is to the web, else text: other schemes could run code or open a program. */
export function linkOrText(text, url, attributes) {
	const isLink = /^https?:\/\//i.test(url ?? "");
	const element = elementOf(isLink ? "a" : "span", text, attributes);
	if (isLink) Object.assign(element, { href: url, target: "_blank", rel: "noopener noreferrer" });
	return element;
}

/** Write numbers, times and links into elements: always as text, never as markup. */

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const MINUTE = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CALENDAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const DAY = 86_400_000; // ms

export function clock(at) {
	return CLOCK.format(at);
}

/** Return a bucket's time: its day, its minute, or both, as `seconds`, the width of buckets, asks for. */
export function momentOf(at, seconds) {
	if (seconds >= 86_400) return CALENDAR.format(at);
	return seconds >= 900 ? `${CALENDAR.format(at)}, ${MINUTE.format(at)}` : MINUTE.format(at);
}

/** Return the label of a tick on a time axis: the day where one begins, else the minute. */
export function tickOf(at) {
	return at.getHours() === 0 && at.getMinutes() === 0 ? CALENDAR.format(at) : MINUTE.format(at);
}

/** Return an item's time: of today to the second, before that the day. */
export function shortTime(at) {
	return Date.now() - at < DAY ? CLOCK.format(at) : CALENDAR.format(at);
}

export function fullTime(at) {
	return FULL.format(at);
}

export function writeText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

export function writeTime(element, at, text) {
	element.dateTime = at.toISOString();
	element.title = FULL.format(at);
	writeText(element, text);
}

/** Write digits in groups of three. The gaps are the style sheet's, so that copied numbers are plain digits. */
export function writeNumber(element, value) {
	if (element.textContent === String(value) && element.children.length) return;
	const groups = String(value).split(/(?=(?:\d{3})+$)/);
	element.replaceChildren(...groups.map((group) => elementOf("span", group)));
}

/** Write by how much something differs from the hour before, `null` for unknown; green or red only where `tone` says so. */
export function writeChange(element, value, { unit, digits }) {
	const amount = value === null ? "" : Math.abs(value).toFixed(digits);
	const direction = !amount || Number(amount) === 0 ? "same" : value > 0 ? "up" : "down";
	const sign = { up: "+", down: "\u2212", same: "\u00b1" }[direction];
	element.dataset.direction = direction;
	element.title = amount && "Change against the hour before";
	writeText(element, amount && `${sign}${amount}${unit}`);
}

export function elementOf(tag, text, attributes = {}) {
	return Object.assign(document.createElement(tag), { textContent: text }, attributes);
}

/** Return a link, or plain text: only http and https become links; other schemes could run code or open a program. */
export function linkOrText(text, url, attributes) {
	const isLink = /^https?:\/\//i.test(url ?? "");
	const element = elementOf(isLink ? "a" : "span", text, attributes);
	if (isLink) Object.assign(element, { href: url, target: "_blank", rel: "noopener noreferrer" });
	return element;
}

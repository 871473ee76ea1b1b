/** Say in words when the page is not live, or can't show what its address asks for. */

import { find } from "./dom.js";

const STATUS_TEXTS = {
	connected: "Connected",
	disconnected: "Disconnected",
	reconnecting: "Reconnecting\u2026",
	polling: "Polling",
	offline: "Offline",
};
const STATUS_NOTICES = {
	polling: "The live stream does not answer. News is asked for every few seconds until it does.",
	offline: "No connection. What is missed meanwhile will follow by itself.",
};
export const GONE = "This configuration does not exist, or belongs to somebody else.";
export const UNREACHABLE = "This configuration can't be read right now. Reload the page to try again.";

/** Show how the page is fed. */
export function showStatus(status) {
	const indicator = find("status-indicator");
	indicator.className = status;
	find("status-text").textContent = STATUS_TEXTS[status];
	const notice = find("notice");
	if (notice.dataset.kind !== "fault") write(notice, status, STATUS_NOTICES[status] ?? "");
}

/** Show what stands in the way of what the address asks for; `words` of "" take it back. */
export function showFault(words) {
	write(find("notice"), words && "fault", words);
}

function write(notice, kind, words) {
	notice.dataset.kind = kind;
	notice.hidden = !words;
	find("notice-text").textContent = words;
	find("notice-link").hidden = kind !== "fault";
}

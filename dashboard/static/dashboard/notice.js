/** Say in words when the page is not live, or can't show what its address asks for. */

const STATUS_TEXTS = {
	connected: "Connected",
	disconnected: "Disconnected",
	reconnecting: "Reconnecting\u2026",
	polling: "Polling",
	offline: "Offline",
};
const STATUS_NOTICES = {
	polling: "The live stream does not answer. News is asked for every few seconds until it does.",
	offline: "No connection. The numbers stand as they were; what is missed meanwhile will follow by itself.",
};
export const GONE = "This configuration does not exist, or belongs to somebody else.";
export const UNREACHABLE = "This configuration can't be read right now. Reload the page to try again.";

/** Show how the page is fed. */
export function showStatus(status) {
	const indicator = document.getElementById("status-indicator");
	indicator.className = status;
	document.getElementById("status-text").textContent = STATUS_TEXTS[status];
	const notice = document.getElementById("notice");
	if (notice.dataset.kind !== "fault") write(notice, status, STATUS_NOTICES[status] ?? "");
}

/** Show what stands in the way of what the address asks for; `words` of "" take it back. */
export function showFault(words) {
	write(document.getElementById("notice"), words && "fault", words);
}

function write(notice, kind, words) {
	notice.dataset.kind = kind;
	notice.hidden = !words;
	document.getElementById("notice-text").textContent = words;
	document.getElementById("notice-link").hidden = kind !== "fault";
}

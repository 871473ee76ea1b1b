/** The connection status, and a banner when the page is not live or can't show the requested watchlist. */

import { getElement } from "./dom.js";

const STATUS_TEXTS = {
	connected: "Connected",
	disconnected: "Disconnected",
	reconnecting: "Reconnecting\u2026",
	polling: "Polling",
	offline: "Offline",
};
const STATUS_MESSAGES = {
	polling: "The live stream is unavailable. New headlines load every few seconds.",
	offline: "Offline. Missed headlines load when you're back.",
};
const WATCHLIST_ERRORS = {
	not_found: "This watchlist does not exist or belongs to another user.",
	unavailable: "This watchlist could not be loaded. Reload the page to try again.",
};

/** Show the connection status. An error in the banner has priority over the status message. */
export function showStatus(status) {
	getElement("status-indicator").className = status;
	getElement("status-text").textContent = STATUS_TEXTS[status];
	if (getElement("status-banner").dataset.kind !== "error") setBanner(status, STATUS_MESSAGES[status] ?? "");
}

/** Show why the requested watchlist can't be shown: `reason` is "not_found" or "unavailable". */
export function showWatchlistError(reason) {
	setBanner("error", WATCHLIST_ERRORS[reason]);
}

export function clearBanner() {
	setBanner("", "");
}

function setBanner(kind, message) {
	const banner = getElement("status-banner");
	banner.dataset.kind = kind;
	banner.hidden = !message;
	getElement("status-banner-text").textContent = message;
	getElement("status-banner-link").hidden = kind !== "error";
}

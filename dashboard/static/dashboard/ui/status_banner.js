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
	polling: "Live updates interrupted; refreshing every 5 s.",
	offline: "Offline. Missed headlines will load when you're back.",
};
const WATCHLIST_ERRORS = {
	not_found: "This watchlist does not exist or belongs to another user.",
	unavailable: "This watchlist could not be loaded. Reload the page to try again.",
};

/** Show the connection status; what it means in a sentence takes the place of the scale. */
export function showStatus(status) {
	getElement("status-indicator").className = status;
	getElement("status-text").textContent = STATUS_TEXTS[status];
	const banner = getElement("status-banner");
	banner.dataset.kind = status;
	getElement("status-banner-text").textContent = STATUS_MESSAGES[status] ?? "";
	banner.hidden = !STATUS_MESSAGES[status];
}

/** Show only why the requested watchlist can't be shown: `reason` is "not_found" or "unavailable". */
export function showWatchlistError(reason) {
	getElement("notice-title").textContent = "No watchlist";
	getElement("notice-text").textContent = WATCHLIST_ERRORS[reason];
	getElement("notice").hidden = false;
}

export function clearBanner() {
	getElement("notice").hidden = true;
}

/** The connection's status, its sentence in place of the scale line, and the notice in place of a missing watchlist. */

import { getElement, setText } from "./dom.js";

const STATUS_TEXTS = {
	connected: "Connected",
	disconnected: "Disconnected",
	reconnecting: "Reconnecting\u2026",
	polling: "Polling",
	offline: "Offline",
};
const NOTICES = {
	not_found: {
		title: "This watchlist is not here",
		text: "It was deleted, or belongs to another user. A share link shows its instruments to anyone.",
	},
	unavailable: {
		title: "This watchlist could not be loaded",
		text: "The server did not answer. Reload the page to try again.",
	},
};

/** Show the connection's status. `pollSeconds` is how often the page asks while it polls. */
export function showStatus(status, { pollSeconds }) {
	getElement("status-indicator").className = status;
	setText(getElement("status-text"), STATUS_TEXTS[status]);
	const messages = {
		polling: `Live updates interrupted; refreshing every ${pollSeconds} s.`,
		offline: "Offline. Missed headlines will load when you're back.",
	};
	const banner = getElement("status-banner");
	banner.dataset.kind = status;
	banner.hidden = !(status in messages);
	setText(getElement("status-banner-text"), messages[status] ?? "");
}

/** Show why the requested watchlist can't be shown, and nothing else: `reason` is "not_found" or "unavailable". */
export function showNotice(reason) {
	const { title, text } = NOTICES[reason];
	setText(getElement("notice-title"), title);
	setText(getElement("notice-text"), text);
	getElement("notice").hidden = false;
}

export function hideNotice() {
	getElement("notice").hidden = true;
}

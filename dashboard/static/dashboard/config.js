/** The page's settings. Values in a `window.CONFIG` that is set before this module loads take precedence. */

const { apiBase, sitePath, heartbeat, eventTypes, topics, ...limits } = document.getElementById("dashboard").dataset; // set by the server

const DEFAULTS = {
	API_BASE: apiBase.replace(/\/$/, ""),
	SITE_PATH: sitePath, // of the page
	SSE_MAX_RETRIES: 3, // before the page falls back to polling
	SSE_RECONNECT_DELAY: 1000, // ms before the first retry; doubles with each retry
	SSE_RECONNECT_DELAY_CAP: 8000, // ms
	SSE_ANSWER_TIMEOUT: 8000, // ms, of the first stream event and of requests
	HEARTBEAT_INTERVAL: 1000 * heartbeat, // ms
	EVENT_TYPES: eventTypes.split(" "),
	TOPICS: topics.split(" "), // tickers that are no leaders
	NEUTRAL_BELOW: Number(limits.neutralBelow), // values closer to zero are neutral
	STRONG_FROM: Number(limits.strongFrom), // values from which on they are tinted
	UNSURE_BELOW: Number(limits.unsureBelow), // confidence below which a mark is hollow
	METRICS_POLL_INTERVAL: 5000, // ms between polls while there is no stream
	LEADER_ANSWER_TIMEOUT: 2000, // ms, of the tab that owns the shared stream
	REFRESH_INTERVAL: 60000, // ms between reloads of data that the stream does not deliver
	CHANGE_RELOAD_DELAY: 3000, // ms, up to twice that, until the period is loaded again after a change of a headline
	HIDDEN_TAB_GRACE: 60000, // ms until a hidden tab closes its stream
	SUMMARY_INTERVAL: 10000, // ms between announcements to screen readers
	MAX_RECENT_ITEMS: 20, // headlines in a block of the list: blocks far from the view leave the document
	MAX_TICKER_ROWS: window.innerWidth < 1900 ? 20 : 40,
	MAX_LINES: 6, // tickers with a line in the chart
};

window.CONFIG = { ...DEFAULTS, ...window.CONFIG };

export const CONFIG = window.CONFIG;

/** What the page waits for and shows. A `window.CONFIG` set before this module loads wins, name by name. */

const DEFAULTS = {
	SSE_MAX_RETRIES: 3, // tries after a loss, before the page polls
	SSE_RECONNECT_DELAY: 1000, // ms before the first try; doubles per try
	SSE_RECONNECT_DELAY_CAP: 8000, // ms
	SSE_ANSWER_TIMEOUT: 8000, // ms
	HEARTBEAT_INTERVAL: 1000 * document.getElementById("dashboard").dataset.heartbeat, // ms, as the server says
	METRICS_POLL_INTERVAL: 5000, // ms between polls while there is no stream
	LEADER_ANSWER_TIMEOUT: 2000, // ms for another tab to answer
	REFRESH_INTERVAL: 60000, // ms between readings of what the stream does not tell
	HIDDEN_TAB_GRACE: 60000, // ms after which a hidden tab gives its stream back
	SUMMARY_INTERVAL: 10000, // ms between announcements to screen readers
	MAX_RECENT_ITEMS: 20, // rows of the table
	MAX_TICKERS: 10, // lines of the leaderboard
	MAX_LINES: 6, // tickers with a line in the chart
};

window.CONFIG = { ...DEFAULTS, ...window.CONFIG };

export const CONFIG = window.CONFIG;

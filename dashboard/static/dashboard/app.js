/** Wire the page's parts: URL -> filter -> store (state, time series, connection) -> rendering. */

import { CONFIG } from "./config.js";
import { createAccountClient } from "./data/account.js";
import { DashboardStore } from "./data/dashboard_store.js";
import { createJsonFetcher } from "./data/http.js";
import { SentimentChart } from "./ui/charts.js";
import { Controls } from "./ui/controls.js";
import { getElement } from "./ui/dom.js";
import { initItemDetails } from "./ui/item_details.js";
import { createLabeller } from "./ui/labels.js";
import { Renderer } from "./ui/render.js";
import { clearBanner, showStatus, showWatchlistError } from "./ui/status_banner.js";
import { Suggestions } from "./ui/suggestions.js";
import { WatchlistPanel } from "./ui/watchlists.js";

const PRODUCT_NAME = "Market Sentiment";

let storage;
try {
	storage = localStorage;
} catch {} // blocked by the browser: the session lasts as long as the page
const fetch = (...request) => window.fetch(...request);
const fetchJson = createJsonFetcher({ fetch, timeoutMs: CONFIG.SSE_ANSWER_TIMEOUT });
const platform = {
	EventSource,
	BroadcastChannel: window.BroadcastChannel,
	locks: storage && navigator.locks,
	fetchJson,
	setTimeout: setTimeout.bind(window),
	clearTimeout: clearTimeout.bind(window),
	now: () => performance.now(),
	random: Math.random,
};
const dashboard = getElement("dashboard");
const initialSnapshot = JSON.parse(dashboard.dataset.snapshot);
const account = createAccountClient({
	apiBase: CONFIG.API_BASE,
	sitePath: CONFIG.SITE_PATH,
	storage: storage ?? {},
	fetch,
	isSignedIn: dashboard.dataset.user !== "",
	getCookie: (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "",
});

const chart = new SentimentChart(
	{
		chart: getElement("sentiment-chart"),
		legend: getElement("chart-legend"),
		time: getElement("chart-time"),
		readout: getElement("chart-readout"),
		resetZoom: getElement("reset-zoom"),
		message: getElement("chart-message"),
		messageText: getElement("chart-message-text"),
		retry: getElement("chart-retry"),
	},
	{ onRetry: () => store.reloadTimeseries() },
);
const renderer = new Renderer({ config: CONFIG, drawChart: (series) => chart.draw(series, store.chartLines) });
const store = new DashboardStore({
	config: CONFIG,
	platform,
	account,
	updatedAt: new Date(initialSnapshot.timestamp),
	onChange: (view) => renderer.render(view),
	onStatus: showStatus,
	onTimeseriesStatus: (status, options) => chart.showLoadStatus(status, options),
	onLoading: () => {
		dashboard.ariaBusy = "true";
		clearBanner();
	},
	onLoaded: ({ requested, filter, watchlist }) => {
		document.title = watchlist ? `${watchlist.name} \u00b7 ${PRODUCT_NAME}` : PRODUCT_NAME;
		controls.render(requested, filter.tickers);
		watchlistPanel.render();
		dashboard.ariaBusy = null;
	},
	onWatchlistError: showWatchlistError,
});
const controls = new Controls((filter) => store.navigate(filter));
const watchlistPanel = new WatchlistPanel({
	account,
	getFilter: () => store.filter ?? controls.filter,
	onSaved: ({ config_id }) => {
		store.invalidate();
		if (!controls.updateFilter({ tickers: [], watchlistId: config_id })) store.navigate(controls.filter);
	},
	onDelete: (id) => controls.filter.watchlistId === id && controls.updateFilter({ watchlistId: "" }),
});
initItemDetails({
	apiBase: CONFIG.API_BASE,
	tableBody: getElement("items-tbody"),
	template: getElement("detail-row"),
	fetchJson,
	showLabels: createLabeller({ account, template: getElement("label-row") }),
});

async function searchInstruments(text, limit) {
	const query = new URLSearchParams({ q: text, limit });
	return (await fetchJson(`${CONFIG.API_BASE}/instruments?${query}`)).instruments;
}
for (const id of ["filter-tickers", "watchlist-tickers"]) new Suggestions(getElement(id), searchInstruments);

let hiddenTimer;
document.addEventListener("visibilitychange", () => {
	clearTimeout(hiddenTimer);
	// A hidden tab frees its stream: the server limits streams, and HTTP/1.1 browsers allow six connections per host.
	if (document.hidden) hiddenTimer = setTimeout(() => store.disconnect(), CONFIG.HIDDEN_TAB_GRACE);
	else resume();
});
window.addEventListener("online", () => store.connect());
window.addEventListener("pagehide", () => store.disconnect());
window.addEventListener("pageshow", (event) => event.persisted && resume());
setInterval(() => document.hidden || store.refresh(), CONFIG.REFRESH_INTERVAL);

function resume() {
	store.connect();
	store.refresh();
}

const initialFilter = controls.filter;
store.navigate(initialFilter, initialFilter.watchlistId ? null : initialSnapshot);
watchlistPanel.load();

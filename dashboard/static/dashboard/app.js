/** Wire the page's parts: URL -> filter -> stores (state, period, watchlists, connection) -> rendering. */

import { CONFIG } from "./config.js";
import { createAccountClient } from "./data/account.js";
import { DashboardStore } from "./data/dashboard_store.js";
import { EMPTY_FILTER, formatFilter, toggleTicker } from "./data/filter.js";
import { createJsonFetcher } from "./data/http.js";
import { createVisits } from "./data/visits.js";
import { WatchlistStore } from "./data/watchlist_store.js";
import { SentimentChart } from "./ui/chart.js";
import { Controls } from "./ui/controls.js";
import { getElement } from "./ui/dom.js";
import { HeadlinePanel } from "./ui/headline_panel.js";
import { MembersPanel } from "./ui/members.js";
import { PeriodPicker } from "./ui/period_picker.js";
import { PeriodView } from "./ui/period_view.js";
import { Renderer } from "./ui/render.js";
import { hideNotice, showNotice, showStatus } from "./ui/status_banner.js";
import { StatusBar } from "./ui/status_bar.js";
import { TickerSearch } from "./ui/ticker_search.js";
import { WatchlistViews } from "./ui/watchlists.js";

let storage = {};
try {
	storage = localStorage;
} catch {} // blocked by the browser: the session lasts as long as the page
const fetch = (...request) => window.fetch(...request);
const fetchJson = createJsonFetcher({ fetch, timeoutMs: CONFIG.SSE_ANSWER_TIMEOUT });
const tasks = new MessageChannel();
const waiting = []; // for a task
tasks.port1.onmessage = () => waiting.shift()();
const platform = {
	EventSource,
	BroadcastChannel: window.BroadcastChannel,
	locks: storage instanceof Storage ? navigator.locks : undefined,
	fetchJson,
	setTimeout: setTimeout.bind(window),
	clearTimeout: clearTimeout.bind(window),
	now: () => performance.now(),
	// Not a timer: those of hidden tabs wait for a second.
	nextTask: () =>
		new Promise((resolve) => {
			waiting.push(resolve);
			tasks.port2.postMessage(null);
		}),
	random: Math.random,
};
const dashboard = getElement("dashboard");
const initialSnapshot = JSON.parse(dashboard.dataset.snapshot);
const account = createAccountClient({
	apiBase: CONFIG.API_BASE,
	sitePath: CONFIG.SITE_PATH,
	storage,
	fetch,
	isSignedIn: dashboard.dataset.user !== "",
	getCookie: (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "",
});

const controls = new Controls((filter) => {
	picker.render(filter, Date.now());
	store.navigate(filter);
});
const updateFilter = (changes, options) => controls.updateFilter(changes, options);
const picker = new PeriodPicker({ updateFilter });
const chart = new SentimentChart(
	{
		chart: getElement("sentiment-chart"),
		legend: getElement("chart-legend"),
		legendRow: getElement("legend-row"),
		time: getElement("chart-time"),
		readout: getElement("chart-readout"),
		reset: getElement("reset-zoom"),
		message: getElement("chart-message"),
		messageText: getElement("chart-message-text"),
		retry: getElement("chart-retry"),
	},
	{
		onBucket: (range) => picker.toggleBucket(range, controls.filter),
		onRange: (range) => picker.chooseRange(range),
		onUndo: () => picker.undo(controls.filter),
		onRetry: () => store.reloadPeriod(),
	},
);
const watchlists = new WatchlistStore({
	account,
	visits: createVisits({ storage, sitePath: CONFIG.SITE_PATH }),
	fetchJson,
	apiBase: CONFIG.API_BASE,
	onChange: () => {
		watchlistViews.render();
		store.loadLines(watchlistViews.listPanelTickers());
	},
});
const periodView = new PeriodView({
	chart,
	topics: CONFIG.TOPICS,
	countUnread: (id) => watchlists.countByTicker(id),
	onDraw: (period) => watchlistViews.drawPanel(period),
});
const statusBar = new StatusBar({ summaryInterval: CONFIG.SUMMARY_INTERVAL });
const renderer = new Renderer(
	(view) => statusBar.draw(view),
	(view) => periodView.draw(view),
	({ state }) => headlinePanel.showTotal(state.metrics.total),
);
const store = new DashboardStore({
	config: CONFIG,
	platform,
	account,
	updatedAt: new Date(initialSnapshot.timestamp),
	onChange: (view) => renderer.render(view),
	onStatus: (status) => showStatus(status, { pollSeconds: CONFIG.METRICS_POLL_INTERVAL / 1000 }),
	onPeriodStatus: (status, options) => chart.showLoadStatus(status, options),
	onHeadlines: () => headlinePanel.render(),
	onNewItem: (item) => {
		watchlists.addItem(item);
		markSeen();
	},
	onLoading: () => {
		dashboard.ariaBusy = "true";
		hideNotice();
	},
	onLoaded: ({ requested, filter, watchlist }) => {
		controls.render(requested);
		search.render(filter.tickers);
		members.render(watchlist);
		watchlists.show(watchlist?.config_id ?? "", store.serverTime);
		watchlistViews.render();
		headlinePanel.lastVisit = watchlists.lastVisit;
		headlinePanel.showFilter(filter);
		dashboard.ariaBusy = null;
	},
	onWatchlistError: (reason) => {
		showNotice(reason);
		dashboard.ariaBusy = null;
	},
});

async function searchInstruments(text, limit) {
	const query = new URLSearchParams({ q: text, limit });
	const { instruments } = await fetchJson(`${CONFIG.API_BASE}/instruments?${query}`);
	return instruments.toSorted((a, b) => (b.count > 0) - (a.count > 0)); // those in the news first
}

const search = new TickerSearch({ searchInstruments, updateFilter });
const watchlistViews = new WatchlistViews({
	watchlists,
	getFilter: () => store.filter ?? controls.filter,
	hasSession: () => account.hasSession(),
	now: () => store.serverTime,
	updateFilter,
	onSaved: showSaved,
	searchInstruments,
});
const members = new MembersPanel({
	save: async (watchlist) => showSaved(await watchlists.save(watchlist, store.serverTime)),
	getShareUrl: (tickers) => location.origin + location.pathname + formatFilter({ ...EMPTY_FILTER, tickers }),
	onEdit: (watchlist) => watchlistViews.openForm(watchlist),
	onDelete: (watchlist) => watchlistViews.delete(watchlist),
	searchInstruments,
});
const headlinePanel = new HeadlinePanel({
	config: CONFIG,
	headlines: store.headlines,
	account,
	fetchJson,
	updateFilter,
	undoPeriod: () => picker.undo(controls.filter),
});
getElement("tag-chart").addEventListener("click", ({ target }) => {
	const ticker = target.closest(".compare")?.closest("[data-ticker]").dataset.ticker;
	if (ticker) updateFilter({ compare: toggleTicker(controls.filter.compare, ticker, CONFIG.MAX_LINES) });
});

/** Show a watchlist that was saved; what it had before is loaded again. */
function showSaved({ config_id }) {
	store.invalidate();
	if (!updateFilter({ tickers: [], watchlistId: config_id })) store.navigate(controls.filter);
}

/** The reader sees the shown watchlist, unless the page is in the background. */
function markSeen() {
	if (!document.hidden) watchlists.markSeen(store.serverTime);
}

let hiddenTimer;
document.addEventListener("visibilitychange", () => {
	clearTimeout(hiddenTimer);
	// A hidden tab frees its stream: the server limits streams, and HTTP/1.1 browsers allow six connections per host.
	if (document.hidden) hiddenTimer = setTimeout(() => store.disconnect(), CONFIG.HIDDEN_TAB_GRACE);
	else resume();
});
window.addEventListener("offline", () => store.goOffline());
window.addEventListener("online", () => store.connect());
window.addEventListener("pagehide", () => store.disconnect());
window.addEventListener("pageshow", (event) => event.persisted && resume());
setInterval(() => {
	if (!document.hidden) {
		store.refresh();
		headlinePanel.refresh();
	}
	// The stream of all news counts by itself; a hidden tab has none, and its title still tells what is new.
	if (document.hidden || store.filter?.tickers.length) watchlists.refresh();
}, CONFIG.REFRESH_INTERVAL);

function resume() {
	store.connect();
	store.refresh();
	watchlists.refresh();
	markSeen();
}

const initialFilter = controls.filter;
picker.render(initialFilter, Date.now());
store.navigate(initialFilter, initialFilter.watchlistId ? null : initialSnapshot);
watchlistViews.load();

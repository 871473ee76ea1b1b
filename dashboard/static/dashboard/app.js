/** Connect the parts: address -> filter -> connection -> state -> page. */

import { CONFIG } from "./config.js";
import { accountOf, Refusal } from "./data/account.js";
import { Connection } from "./data/connection.js";
import { isShown, writeFilter } from "./data/filter.js";
import { OVERALL } from "./data/series.js";
import { SharedConnection } from "./data/shared_connection.js";
import { absorbSnapshot, applyEvent, cursorOf, emptyState, moveTo, topTickers } from "./data/state.js";
import { topicOfConfiguration, topicOfTickers } from "./data/stream_targets.js";
import { Trend } from "./data/timeseries_store.js";
import { TrendChart } from "./ui/charts.js";
import { ConfigurationPanel } from "./ui/configurations.js";
import { Controls } from "./ui/controls.js";
import { find } from "./ui/dom.js";
import { explainRows } from "./ui/item_details.js";
import { Renderer } from "./ui/render.js";
import { GONE, showFault, showStatus, UNREACHABLE } from "./ui/status_banner.js";

let storage;
try {
	storage = localStorage;
} catch {} // refused: nothing is kept
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
const dashboard = find("dashboard");
const account = accountOf({
	storage: storage ?? {},
	fetch: (...request) => fetch(...request),
	isSignedIn: dashboard.dataset.user !== "",
	readCookie: (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "",
});

async function fetchJson(url) {
	const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(CONFIG.SSE_ANSWER_TIMEOUT) });
	if (!answer.ok) throw new Error(`${url}: answered ${answer.status}`);
	return answer.json();
}

let filter; // with the tickers of the configuration, if one is shown
let state;
let connection;
let showing = 0; // tells what is shown now from what was asked for before
let hiddenTimer;
let updatedAt = new Date();

const chart = new TrendChart({
	chart: find("sentiment-chart"),
	legend: find("trend-legend"),
	at: find("trend-time"),
	readout: find("trend-readout"),
	resetZoom: find("reset-zoom"),
});
const trend = new Trend({ fetchJson, onChange: showTrend });
const renderer = new Renderer({ config: CONFIG, drawChart: (series) => chart.draw(series, chartKeys()) });

/** A line for everything and for the tickers chosen; the volume of those, or else of all. */
function chartKeys() {
	const tickers = filter.tickers.slice(0, CONFIG.MAX_LINES);
	return { keys: [OVERALL, ...tickers], volumeKeys: filter.tickers.length ? filter.tickers : [OVERALL] };
}

function seriesKeys() {
	const leaders = topTickers(state.metrics.by_tag, CONFIG.MAX_TICKERS).map(([ticker]) => ticker);
	return [...new Set([OVERALL, ...filter.tickers, ...leaders])];
}

function showTrend(status) {
	const isBlank = !trend.series.lines[OVERALL];
	const words = { loading: "Reading the chart…", failed: "The chart can't be read right now." }[status];
	find("trend-state").hidden = !(isBlank && words);
	find("trend-state-text").textContent = words ?? "";
	find("trend-retry").hidden = status !== "failed";
	if (status === "ready") draw();
}

function draw({ isFirst = false } = {}) {
	renderer.render({ state, series: trend.series, updatedAt, isFirst });
}

function update(next) {
	state = next;
	updatedAt = new Date();
	draw();
}

function take(event) {
	if (event.type === "new_item" && !state.items.some((item) => item.item_id === event.data.item_id))
		trend.count(event.data);
	update(applyEvent(state, event, CONFIG.MAX_RECENT_ITEMS));
	if (event.type === "reset") refill();
	if (event.type === "metrics") trend.show(seriesKeys(), filter.resolution);
}

/** Read rows that are missing, and the hours to compare. */
async function refill() {
	const round = showing;
	const query = writeFilter({ ...filter, configuration: "" });
	const snapshot = await fetchJson(`/snapshot${query}`).catch(() => null);
	if (snapshot && round === showing) update(absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS));
}

/** Return a configuration, or null, having said why. */
async function findConfiguration(id) {
	try {
		return await account.read(id);
	} catch (error) {
		showFault(error instanceof Refusal ? GONE : UNREACHABLE);
		return null;
	}
}

async function openStream(id) {
	const asking = connection;
	try {
		await account.read(id); // an EventSource can't tell a 404 from a server that is away
	} catch (error) {
		if (![401, 404].includes(error.status)) throw error;
		asking.stop();
		if (asking === connection) showFault(GONE); // else something else is shown by now
	}
	return account.streamUrl(id);
}

/** Show what the address asks for. `snapshot` is given if it is known already. */
async function show(asked, snapshot = null) {
	showing += 1;
	const round = showing;
	if (filter && topicIdOf(filter) === topicIdOf(asked)) {
		filter = { ...asked, tickers: filter.tickers };
		update({ ...state, filter, items: state.items.filter((item) => isShown(filter, item)) });
		trend.show(seriesKeys(), filter.resolution);
		await refill();
		return;
	}
	dashboard.ariaBusy = "true";
	showFault("");
	const configuration = asked.configuration && (await findConfiguration(asked.configuration));
	if (round !== showing) return;
	connection?.stop();
	filter = { ...asked, tickers: configuration ? configuration.tickers.map(({ symbol }) => symbol) : asked.tickers };
	state = emptyState(filter);
	if (snapshot) state = absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS);
	else await refill();
	if (round !== showing) return;
	document.title = `${configuration ? `${configuration.name} \u00b7 ` : ""}Market sentiment, live`;
	controls.show(asked, filter.tickers);
	follow(configuration ? topicOfConfiguration(configuration, openStream) : topicOfTickers(filter.tickers));
	trend.show(seriesKeys(), filter.resolution);
	draw({ isFirst: true });
	panel.draw();
	dashboard.ariaBusy = null;
}

function topicIdOf({ configuration, tickers }) {
	return configuration || tickers.join();
}

function follow(topic) {
	const page = {
		getCursor: () => cursorOf(state),
		onEvent: take,
		onCursor: (cursor) => update(moveTo(state, cursor)),
		onSnapshot: (snapshot) => update(absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS)),
		onStatus: showStatus,
	};
	const shared = { config: CONFIG, platform, topic };
	const connect = (callbacks) => new Connection({ ...shared, ...callbacks });
	connection = new SharedConnection({ ...shared, page, connect });
	connection.wake();
}

const controls = new Controls((asked) => show(asked));
const panel = new ConfigurationPanel({
	account,
	getFilter: () => filter ?? controls.filter,
	onSaved: ({ config_id }) => {
		filter &&= { ...filter, configuration: "-" }; // shown anew: its tickers are others now
		if (!controls.go({ tickers: [], configuration: config_id })) show(controls.filter);
	},
	onRemove: (id) => controls.filter.configuration === id && controls.go({ configuration: "" }),
});
explainRows({
	body: find("items-tbody"),
	template: find("detail-row"),
	barTemplate: find("item-row"),
	fetchJson,
});
find("trend-retry").addEventListener("click", () => trend.refresh());

document.addEventListener("visibilitychange", () => {
	clearTimeout(hiddenTimer);
	// Streams are few, also in the browser (six per host over HTTP/1.1): nobody looks, nobody needs one.
	if (document.hidden) hiddenTimer = setTimeout(() => connection?.stop(), CONFIG.HIDDEN_TAB_GRACE);
	else wake();
});

window.addEventListener("online", () => connection?.wake());
window.addEventListener("pagehide", () => connection?.stop());
window.addEventListener("pageshow", (event) => event.persisted && wake());
setInterval(() => document.hidden || refresh(), CONFIG.REFRESH_INTERVAL);

function wake() {
	connection?.wake();
	refresh();
}

/** Read again what the stream does not tell. */
function refresh() {
	if (!state) return;
	refill();
	trend.refresh();
}

const asked = controls.filter;
const snapshot = JSON.parse(dashboard.dataset.snapshot);
updatedAt = new Date(snapshot.timestamp);
show(asked, asked.configuration ? null : snapshot);
panel.load();

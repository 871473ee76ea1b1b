/** Connect the parts: snapshot -> state -> page, the connection's events into the state, the address into the filter. */

import { Account, Refusal } from "./account.js";
import { TrendChart } from "./charts.js";
import { CONFIG } from "./config.js";
import { ConfigurationPanel } from "./configurations.js";
import { Connection, fetchJson as fetchJsonWithin } from "./connection.js";
import { Controls } from "./controls.js";
import { explainRows } from "./details.js";
import { isShown, writeFilter } from "./filter.js";
import { GONE, showFault, showStatus, UNREACHABLE } from "./notice.js";
import { Renderer } from "./render.js";
import { OVERALL } from "./series.js";
import { absorbSnapshot, applyEvent, cursorOf, emptyState, moveTo, topTickers } from "./state.js";
import { SharedConnection } from "./tabs.js";
import { topicOfConfiguration, topicOfTickers } from "./topics.js";
import { Trend } from "./trend.js";

const find = (id) => document.getElementById(id);
const platform = {
	EventSource,
	BroadcastChannel: window.BroadcastChannel,
	locks: window.BroadcastChannel && navigator.locks,
	fetch: (...request) => fetch(...request),
	fetchJson: (url) => fetchJsonWithin(platform, url, CONFIG.SSE_ANSWER_TIMEOUT),
	setTimeout: (...timer) => setTimeout(...timer),
	clearTimeout: (timer) => clearTimeout(timer),
	now: () => performance.now(),
	random: () => Math.random(),
};
const dashboard = find("dashboard");
const account = new Account({
	storage: localStorage,
	fetch: platform.fetch,
	isSignedIn: dashboard.dataset.user !== "",
	readCookie: (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "",
});

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
const trend = new Trend({ config: CONFIG, platform, onChange: showTrend });
const renderer = new Renderer({ document, config: CONFIG, drawChart: (series) => chart.draw(series, chartKeys()) });

/** What has a line: everything, and the tickers chosen. Their volume is shown if there are any, else that of all. */
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
	const words = { loading: "Reading the chart\u2026", failed: "The chart can't be read right now." }[status];
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
	const isNews = event.type === "new_item";
	if (isNews && !state.items.some((item) => item.item_id === event.data.item_id)) trend.count(event.data);
	update(applyEvent(state, event, CONFIG.MAX_RECENT_ITEMS));
	if (event.type === "reset") refill();
	if (event.type === "metrics") trend.show(seriesKeys(), filter.resolution);
}

/** Read what the page begins with, for the filter as it is now: rows that are missing, and the hours to compare. */
async function refill() {
	const round = showing;
	const query = writeFilter({ ...filter, configuration: "" });
	const snapshot = await platform.fetchJson(`/snapshot${query}`).catch(() => null);
	if (snapshot && round === showing) update(absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS));
}

function connect(topic) {
	const page = {
		getCursor: () => cursorOf(state),
		onEvent: take,
		onCursor: (cursor) => update(moveTo(state, cursor)),
		onSnapshot: (snapshot) => update(absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS)),
		onStatus: showStatus,
	};
	connection?.stop();
	connection = new SharedConnection({
		config: CONFIG,
		platform,
		topic,
		page,
		connect: (callbacks) => new Connection({ config: CONFIG, platform, topic, ...callbacks }),
	});
	if (!document.hidden || hiddenTimer === undefined) connection.wake();
}

/** Return the topic of what the address asks for, and set the filter; null when that can't be shown. */
async function resolveTopic(asked, round) {
	if (!asked.configuration) {
		filter = asked;
		return topicOfTickers(asked.tickers);
	}
	try {
		const found = await account.read(asked.configuration);
		if (round !== showing) return null;
		const tickers = found.tickers.map(({ symbol }) => symbol);
		filter = { ...asked, tickers };
		controls.show(asked, tickers);
		document.title = `${found.name} \u00b7 Market sentiment, live`;
		return topicOfConfiguration({ id: asked.configuration, tickers }, () => openStream(asked.configuration));
	} catch (error) {
		if (round === showing) showFault(error instanceof Refusal ? GONE : UNREACHABLE);
		return null;
	}
}

async function openStream(id) {
	try {
		return await account.streamUrl(id);
	} catch (error) {
		if (error instanceof Refusal && error.status !== 429) {
			connection.stop();
			showFault(GONE);
		}
		throw error;
	}
}

/** Show what the address asks for. `snapshot` is given if it is known already. */
async function show(asked, snapshot = null) {
	showing += 1;
	const round = showing;
	const before = filter;
	showFault("");
	const isSameTopic = before && !asked.configuration && !before.configuration && sameTickers(before, asked);
	if (isSameTopic) {
		filter = asked;
		update({ ...state, filter, items: state.items.filter((item) => isShown(filter, item)) });
		trend.show(seriesKeys(), filter.resolution);
		await refill();
		return;
	}
	dashboard.ariaBusy = "true";
	document.title = "Market sentiment, live";
	const topic = await resolveTopic(asked, round);
	if (round !== showing) return;
	if (topic) {
		connection?.stop();
		state = emptyState(filter);
		if (snapshot) state = absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS);
		else await refill();
		if (round !== showing) return;
		connect(topic);
		trend.show(seriesKeys(), filter.resolution);
		draw({ isFirst: true });
	} else connection?.stop();
	dashboard.ariaBusy = null;
	panel.draw();
}

function sameTickers(a, b) {
	return a.tickers.join() === b.tickers.join();
}

const controls = new Controls((asked) => show(asked));
const panel = new ConfigurationPanel({
	account,
	getFilter: () => filter ?? controls.filter,
	onSaved: ({ config_id }) => {
		if (controls.filter.configuration === config_id) show(controls.filter);
		else controls.go({ tickers: [], configuration: config_id });
	},
	onRemoved: (id) => controls.filter.configuration === id && controls.go({ configuration: "" }),
});
explainRows({
	body: find("items-tbody"),
	template: find("detail-row"),
	barTemplate: find("item-row"),
	fetchJson: platform.fetchJson,
});
find("trend-retry").addEventListener("click", () => trend.show(seriesKeys(), filter.resolution, { isFresh: true }));

document.addEventListener("visibilitychange", () => {
	clearTimeout(hiddenTimer);
	// Streams are few, on the server and in the browser (six per host over HTTP/1.1): nobody looks, nobody needs one.
	if (document.hidden) hiddenTimer = setTimeout(rest, CONFIG.HIDDEN_TAB_GRACE);
	else wake();
});

function rest() {
	connection?.stop();
	trend.stop();
}

function wake() {
	connection?.wake();
	trend.show(seriesKeys(), filter.resolution);
	trend.refresh();
}

window.addEventListener("online", () => connection?.wake());
window.addEventListener("pagehide", rest);
window.addEventListener("pageshow", (event) => event.persisted && wake());
setInterval(() => !document.hidden && refill(), CONFIG.SNAPSHOT_REFRESH_INTERVAL);

const asked = controls.filter;
const snapshot = JSON.parse(dashboard.dataset.snapshot);
updatedAt = new Date(snapshot.timestamp);
show(asked, asked.configuration ? null : snapshot);
panel.load();

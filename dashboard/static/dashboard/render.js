/** Put the state on the page: text only, never markup, in one animation frame however many events came before it. */

import { drawSentiment, drawTickers, setLength } from "./charts.js";
import { hasSampleItems, percentages, SAMPLE_SOURCE, SENTIMENTS, topTickers } from "./state.js";

const STATUS_TEXTS = {
  connected: "Connected",
  disconnected: "Disconnected",
  reconnecting: "Reconnecting\u2026",
  polling: "Polling",
  offline: "Offline",
};
const DAY = 86_400_000; // ms
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const CALENDAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** Show how the page is fed. */
export function showStatus(document, status) {
  document.getElementById("status-indicator").className = status;
  document.getElementById("status-text").textContent = STATUS_TEXTS[status];
}

/** Renders states into `document`; the newest one wins. */
export class Renderer {
  #document;
  #config;
  #newest = null;
  #summarisedAt = 0;
  #summary = "";

  constructor({ document, config }) {
    this.#document = document;
    this.#config = config;
  }

  /** Show `state`, last changed at `updatedAt` (a Date), with the next frame. */
  render(state, updatedAt) {
    if (this.#newest === null) requestAnimationFrame(() => this.#draw({ isFirst: false }));
    this.#newest = { state, updatedAt };
  }

  /** Take over what the server rendered: the same state, in local time. */
  adopt(state, updatedAt) {
    this.#newest = { state, updatedAt };
    this.#draw({ isFirst: true });
  }

  #draw({ isFirst }) {
    const { state, updatedAt } = this.#newest;
    this.#newest = null;
    const shares = percentages(state.metrics);
    const tickers = topTickers(state.metrics.by_tag, this.#config.MAX_TICKERS);
    this.#drawNumbers(state.metrics, shares);
    drawSentiment(this.#find("sentiment-chart"), shares);
    drawTickers(this.#find("tag-chart"), this.#find("tag-row"), tickers);
    this.#drawRows(state.items, { isFirst });
    this.#find("sample-badge").hidden = !hasSampleItems(state);
    this.#find("empty-state").hidden = state.items.length > 0;
    this.#find("items-table").hidden = state.items.length === 0;
    this.#find("how-to").hidden = state.items.length === 0;
    writeTime(this.#find("last-updated"), updatedAt, CLOCK.format(updatedAt));
    this.#summarise(state.metrics, shares, updatedAt);
  }

  #find(id) {
    return this.#document.getElementById(id);
  }

  #drawNumbers(metrics, shares) {
    writeNumber(this.#find("total-items"), metrics.total);
    writeNumber(this.#find("rate-last-hour"), metrics.rate_last_hour);
    writeNumber(this.#find("rate-last-24h"), metrics.rate_last_24h);
    for (const name of SENTIMENTS) {
      writeNumber(this.#find(`${name}-count`), metrics[name]);
      writeText(this.#find(`${name}-pct`), `${shares[name].toFixed(1)}%`);
    }
  }

  #drawRows(items, { isFirst }) {
    const body = this.#find("items-tbody");
    const template = this.#find("item-row");
    const rows = new Map([...body.rows].map((row) => [row.dataset.itemId, row]));
    const wanted = new Set(items.map((item) => item.item_id));
    for (const [id, row] of rows) if (!wanted.has(id)) row.remove();
    items.forEach((item, index) => {
      const row = rows.get(item.item_id) ?? template.content.firstElementChild.cloneNode(true);
      if (isFirst || row.dataset.seq !== String(item.seq)) {
        fillRow(row, item);
        row.classList.toggle("is-new", !isFirst);
      }
      // Rows that stay are not touched: a link keeps its focus while others arrive above it.
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    });
  }

  #summarise(metrics, shares, now) {
    const parts = SENTIMENTS.map((name) => `${Math.round(shares[name])}% ${name}`);
    const summary = `${metrics.total} items: ${parts.join(", ")}.`;
    if (summary === this.#summary || now - this.#summarisedAt < this.#config.SUMMARY_INTERVAL) return;
    this.#summary = summary;
    this.#summarisedAt = Number(now);
    this.#find("live-summary").textContent = summary;
  }
}

function fillRow(row, item) {
  const at = new Date(item.timestamp);
  const isToday = Date.now() - at < DAY;
  row.dataset.itemId = item.item_id;
  row.dataset.seq = item.seq;
  row.dataset.sentiment = item.sentiment;
  row.toggleAttribute("data-sample", item.source === SAMPLE_SOURCE);
  writeTime(row.querySelector("time"), at, isToday ? CLOCK.format(at) : CALENDAR.format(at));
  fillTickers(row.querySelector(".ticker"), item.tickers ?? [item.ticker]);
  row.querySelector(".sentiment").textContent = item.sentiment;
  row.querySelector(".score .number").textContent = item.score.toFixed(2);
  setLength(row.querySelector(".score .bar"), item.score);
  row.querySelector(".title").replaceWith(titleOf(item));
  row.querySelector(".source span").textContent = item.source;
}

function fillTickers(cell, tickers) {
  const [first, ...others] = tickers;
  cell.querySelector(".symbol").textContent = first;
  cell.querySelector(".more").textContent = others.length ? `+${others.length}` : "";
  cell.title = tickers.join(", ");
}

/** Only http and https become links; any other scheme could run code or open a program. */
function titleOf(item) {
  const isLink = /^https?:\/\//i.test(item.url ?? "");
  const title = document.createElement(isLink ? "a" : "span");
  title.className = "title";
  title.dir = "auto";
  title.textContent = item.title;
  if (isLink) Object.assign(title, { href: item.url, target: "_blank", rel: "noopener noreferrer" });
  return title;
}

function writeText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function writeTime(element, at, text) {
  element.dateTime = at.toISOString();
  element.title = FULL.format(at);
  writeText(element, text);
}

/** Write digits in groups of three. The gaps are the style sheet's, so that copied numbers are plain digits. */
function writeNumber(element, value) {
  if (element.textContent === String(value) && element.children.length) return;
  const groups = String(value).split(/(?=(?:\d{3})+$)/);
  element.replaceChildren(
    ...groups.map((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return span;
    }),
  );
}

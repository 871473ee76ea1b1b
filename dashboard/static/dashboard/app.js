/** Connect the parts: snapshot -> state -> page, and the connection's events into the state. */

import { CONFIG } from "./config.js";
import { Connection } from "./connection.js";
import { Renderer, showStatus } from "./render.js";
import { absorbSnapshot, applyEvent, cursorOf, emptyState, moveTo } from "./state.js";

const METRICS_URL = "/api/v2/metrics";

const snapshot = JSON.parse(document.getElementById("dashboard").dataset.snapshot);
const renderer = new Renderer({ document, config: CONFIG });
let state = absorbSnapshot(emptyState(), snapshot, CONFIG.MAX_RECENT_ITEMS);
let hiddenTimer;

function update(next) {
  state = next;
  renderer.render(state, new Date());
}

/** The log was cut off behind the page: the stream goes on from here, the rows before it are asked for. */
async function refill() {
  const answer = await fetch(METRICS_URL).catch(() => null);
  if (answer?.ok) update(absorbSnapshot(state, await answer.json(), CONFIG.MAX_RECENT_ITEMS));
}

const connection = new Connection({
  config: CONFIG,
  platform: {
    EventSource,
    fetch: (...request) => fetch(...request),
    setTimeout: (...timer) => setTimeout(...timer),
    clearTimeout: (timer) => clearTimeout(timer),
    now: () => performance.now(),
    random: () => Math.random(),
  },
  getCursor: () => cursorOf(state),
  onEvent(event) {
    update(applyEvent(state, event, CONFIG.MAX_RECENT_ITEMS));
    if (event.type === "reset") refill();
  },
  onCursor(cursor) {
    update(moveTo(state, cursor));
  },
  onSnapshot(snapshot) {
    update(absorbSnapshot(state, snapshot, CONFIG.MAX_RECENT_ITEMS));
  },
  onStatus(status) {
    showStatus(document, status);
  },
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  // Streams are few, on the server and in the browser (six per host over HTTP/1.1): nobody looks, nobody needs one.
  if (document.hidden) hiddenTimer = setTimeout(() => connection.stop(), CONFIG.HIDDEN_TAB_GRACE);
  else connection.wake();
});
window.addEventListener("online", () => connection.wake());
window.addEventListener("pagehide", () => connection.stop());
window.addEventListener("pageshow", (event) => event.persisted && connection.wake());

renderer.adopt(state, new Date(snapshot.timestamp));
connection.wake();

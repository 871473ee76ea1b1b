/** Load and cache the time series of the chart and the ticker list: full history first, then only the newest buckets. */

import { addItem, buildSeriesUrl, createSeries, getWindowStart, mergeSeries } from "./series.js";

const REFRESH_BUCKETS = 5; // items are published a little before they arrive, so recent buckets still change
const MAX_KEYS = 20; // tickers per request

export class TimeseriesStore {
	#apiBase;
	#fetchJson;
	#onChange;
	#series = createSeries("1m");
	#keys = [];
	#requestGeneration = 0; // discards responses for an earlier resolution

	/** `onChange(status)` runs when `series` changes or fails to load: "loading", "ready" or "failed". */
	constructor({ apiBase, fetchJson, onChange }) {
		this.#apiBase = apiBase;
		this.#fetchJson = fetchJson;
		this.#onChange = onChange;
	}

	get series() {
		return this.#series;
	}

	/** Load the lines of `keys` that are not loaded yet at this resolution. */
	load(keys, resolution) {
		if (resolution !== this.#series.resolution) {
			this.#requestGeneration += 1;
			this.#series = createSeries(resolution);
			this.#onChange("loading");
		}
		this.#keys = keys.slice(0, MAX_KEYS);
		const missingKeys = this.#keys.filter((key) => !(key in this.#series.lines));
		if (missingKeys.length) this.#fetch(missingKeys);
	}

	/** Count a new item; the next response replaces this estimate. */
	addItem(item) {
		this.#series = addItem(this.#series, item);
	}

	/** Reload the newest buckets of every line, or the full history if a line has not been loaded. */
	refresh() {
		const isLoaded = this.#keys.every((key) => key in this.#series.lines);
		this.#fetch(this.#keys, isLoaded ? REFRESH_BUCKETS : undefined);
	}

	async #fetch(keys, buckets) {
		const { resolution } = this.#series;
		const start = getWindowStart(resolution, Date.now(), buckets);
		const generation = this.#requestGeneration;
		try {
			const response = await this.#fetchJson(buildSeriesUrl(this.#apiBase, keys, resolution, start));
			if (generation !== this.#requestGeneration) return;
			this.#series = mergeSeries(this.#series, response, start);
			this.#onChange("ready");
		} catch {
			if (generation === this.#requestGeneration) this.#onChange("failed");
		}
	}
}

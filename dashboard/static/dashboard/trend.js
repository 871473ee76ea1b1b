/** Keep the series of the chart and the leaderboard read: whole at first, then only their end. Knows no document. */

import { absorbSeries, countItem, emptySeries, seriesUrl, windowStart } from "./series.js";

const TAIL_BUCKETS = 5; // read again, because an item may be published a little before it comes
const MAX_KEYS = 20; // tickers in one request

export class Trend {
	#config;
	#platform;
	#onChange;
	#series = emptySeries("1m");
	#keys = [];
	#isDirty = false;
	#round = 0; // tells the answers of what is shown now from late ones
	#timer;

	/** `onChange(status)` is called with each change of `series`: "loading", "ready" or "failed". */
	constructor({ config, platform, onChange }) {
		this.#config = config;
		this.#platform = platform;
		this.#onChange = onChange;
	}

	get series() {
		return this.#series;
	}

	/** Read lines for `keys` at a resolution; those known already only if `isFresh` asks for it. */
	show(keys, resolution, { isFresh = false } = {}) {
		const wanted = keys.slice(0, MAX_KEYS);
		if (isFresh || resolution !== this.#series.resolution) {
			this.#round += 1;
			this.#series = emptySeries(resolution);
			this.#onChange("loading");
		}
		this.#keys = wanted;
		const unknown = wanted.filter((key) => !(key in this.#series.lines));
		if (unknown.length) this.#read(unknown);
		this.#schedule();
	}

	/** Count an item until the server's numbers are read. */
	count(item) {
		this.#series = countItem(this.#series, item);
		this.#isDirty = true;
	}

	/** Read the end of every line again, now. */
	refresh(buckets = TAIL_BUCKETS) {
		this.#isDirty = false;
		return this.#read(this.#keys, buckets);
	}

	stop() {
		this.#platform.clearTimeout(this.#timer);
	}

	async #read(keys, buckets) {
		const { resolution } = this.#series;
		const start = windowStart(resolution, Date.now(), buckets);
		const round = this.#round;
		try {
			const answer = await this.#platform.fetchJson(seriesUrl(keys, resolution, start));
			if (round !== this.#round) return;
			this.#series = absorbSeries(this.#series, answer, start);
			this.#onChange("ready");
		} catch {
			if (round === this.#round) this.#onChange("failed");
		}
	}

	#schedule() {
		this.stop();
		const jitter = 0.75 + this.#platform.random() / 2;
		this.#timer = this.#platform.setTimeout(() => {
			const unknown = this.#keys.some((key) => !(key in this.#series.lines));
			if (unknown) this.#read(this.#keys);
			else if (this.#isDirty) this.refresh();
			this.#schedule();
		}, jitter * this.#config.SERIES_REFRESH_INTERVAL);
	}
}

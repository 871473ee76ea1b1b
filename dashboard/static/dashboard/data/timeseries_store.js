/** Read the series of chart and leaderboard: whole at first, then only their end. Knows no document. */

import { absorbSeries, countItem, emptySeries, seriesUrl, windowStart } from "./series.js";

const TAIL_BUCKETS = 5; // read again: items come a little after they are published
const MAX_KEYS = 20; // tickers in one request

export class Trend {
	#fetchJson;
	#onChange;
	#series = emptySeries("1m");
	#keys = [];
	#round = 0; // tells current answers from late ones

	/** `onChange(status)` is called with each change of `series`: "loading", "ready" or "failed". */
	constructor({ fetchJson, onChange }) {
		this.#fetchJson = fetchJson;
		this.#onChange = onChange;
	}

	get series() {
		return this.#series;
	}

	/** Read those lines of `keys` at a resolution that are not known yet. */
	show(keys, resolution) {
		const wanted = keys.slice(0, MAX_KEYS);
		if (resolution !== this.#series.resolution) {
			this.#round += 1;
			this.#series = emptySeries(resolution);
			this.#onChange("loading");
		}
		this.#keys = wanted;
		const unknown = wanted.filter((key) => !(key in this.#series.lines));
		if (unknown.length) this.#read(unknown);
	}

	/** Count an item until the server's numbers are read. */
	count(item) {
		this.#series = countItem(this.#series, item);
	}

	/** Read the end of every line again, or the whole where one is not known yet. */
	refresh() {
		const isWhole = this.#keys.every((key) => key in this.#series.lines);
		this.#read(this.#keys, isWhole ? TAIL_BUCKETS : undefined);
	}

	async #read(keys, buckets) {
		const { resolution } = this.#series;
		const start = windowStart(resolution, Date.now(), buckets);
		const round = this.#round;
		try {
			const answer = await this.#fetchJson(seriesUrl(keys, resolution, start));
			if (round !== this.#round) return;
			this.#series = absorbSeries(this.#series, answer, start);
			this.#onChange("ready");
		} catch {
			if (round === this.#round) this.#onChange("failed");
		}
	}
}

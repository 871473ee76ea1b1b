/** When the reader last saw each of their watchlists, kept in this browser. */

const KEY = "sentiment-visit:";

/** `storage` is `localStorage` or a plain object; `sitePath` tells sites of one host apart. */
export function createVisits({ storage, sitePath }) {
	const getKey = (id) => `${KEY}${sitePath}${id}`;
	return {
		/** Return the time (ms, of the server's clock) up to which the watchlist was seen; null if it never was. */
		get: (id) => Number(storage[getKey(id)]) || null,

		/** Note that the watchlist was seen up to `time`. Never goes back. */
		mark(id, time) {
			if (!(storage[getKey(id)] >= time)) storage[getKey(id)] = String(time);
		},

		clear(id) {
			delete storage[getKey(id)];
		},
	};
}

/** The period picker: the named periods, and the one that was drawn in the chart as the last choice. */

import { CUSTOM_PERIOD, DEFAULT_PERIOD, EMPTY_PERIOD } from "../data/period.js";
import { getElement, isPlainClick, setText } from "./dom.js";
import { formatRange } from "./format_period.js";

export class PeriodPicker {
	#updateFilter;
	#standard = DEFAULT_PERIOD; // the last period that was not drawn

	/** `updateFilter(changes)` changes the address. */
	constructor({ updateFilter }) {
		this.#updateFilter = updateFilter;
		getElement("periods").addEventListener("click", (event) => {
			if (!isPlainClick(event)) return;
			const name = event.target.closest("[data-period]")?.dataset.period;
			if (name) this.choose({ period: name });
			else if (event.target.closest("#clear-period")) this.choose({ period: this.#standard });
			else return;
			event.preventDefault();
		});
	}

	render(filter, now) {
		const isCustom = filter.period === CUSTOM_PERIOD;
		if (!isCustom) this.#standard = filter.period;
		for (const link of getElement("periods").querySelectorAll("[data-period]")) {
			link.ariaCurrent = link.dataset.period === filter.period ? "true" : null;
		}
		getElement("custom-period").hidden = !isCustom;
		if (isCustom) setText(getElement("custom-period-text"), formatRange(filter, now));
	}

	/** Show another period; a choice of one bucket ends with it. */
	choose(period) {
		this.#updateFilter({ ...EMPTY_PERIOD, ...period });
	}

	/** Show the range (ms) that was drawn in the chart. */
	chooseRange(range) {
		this.choose({ period: CUSTOM_PERIOD, ...range });
	}

	/** Limit the list to a bucket (ms), or to none if it is the present one. */
	toggleBucket(range, { bucket }) {
		const isSame = bucket?.start === range.start && bucket.end === range.end;
		this.#updateFilter({ bucket: isSame ? null : range });
	}

	/** Take back the choice of a bucket, else that of a range. */
	undo({ bucket, period }) {
		if (bucket) this.#updateFilter({ bucket: null });
		else if (period === CUSTOM_PERIOD) this.choose({ period: this.#standard });
	}
}

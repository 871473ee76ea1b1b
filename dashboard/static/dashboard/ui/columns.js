/** The columns of the list: how many instruments fit into theirs, and how wide that of the times must be. */

import { getElement, wideScreen } from "./dom.js";
import { measureText } from "./text_width.js";
import { formatAge, formatClock } from "./times.js";

const CELL_PADDING = 12; // px, of a cell
const FIRST_PADDING = 18; // px, of the first one
const AGE_WIDTH = 56; // px, of an age with a clock beside it
const MIN_WIDTH = 80; // px, of the times
const DAY = 86_400_000; // ms
const MONTHS = 12;

export class Columns {
	#table = getElement("items-table");
	#who = this.#table.querySelector("th.who");
	#fitted = ""; // what the width of the times was made for

	/** `onResize()` runs when the room has changed. */
	constructor({ onResize }) {
		new ResizeObserver(() => onResize()).observe(this.#who);
	}

	/** Return the room for instruments in a row, `who` in px, and their fonts. On phones they go on in the next line. */
	measureRoom({ isWrapped }) {
		const { fontSize, fontFamily } = getComputedStyle(this.#who);
		return {
			who: isWrapped ? Number.POSITIVE_INFINITY : this.#who.clientWidth - CELL_PADDING,
			symbolFont: `620 ${fontSize} ${fontFamily}`,
			valueFont: `600 ${fontSize} ${fontFamily}`,
			timeFont: `${fontSize} ${fontFamily}`,
		};
	}

	/** Make the times fit. `oldest`: the time from which on headlines may be listed, in ms. */
	fitTimes({ oldest, now, timeFont }) {
		const options = { isDated: now - oldest >= DAY, hasClock: wideScreen.matches, timeFont };
		const key = Object.values(options).join();
		if (key === this.#fitted) return;
		this.#fitted = key;
		this.#table.style.setProperty("--time", `${measureTimes(options)}px`);
	}
}

function measureTimes({ isDated, hasClock, timeFont }) {
	const measure = (text) => measureText(text, timeFont);
	const samples = Array.from({ length: MONTHS }, (_, month) => new Date(2024, month, 28, 22, 58));
	const widths = [MIN_WIDTH - FIRST_PADDING];
	if (hasClock) widths.push(AGE_WIDTH + measure(formatClock(samples[0])));
	// As of the same year, and of a later one.
	const ends = isDated ? [new Date(2024, MONTHS - 1, 31), new Date(2025, 1)] : [];
	for (const end of ends) widths.push(...samples.map((date) => measure(formatAge(date, end))));
	return FIRST_PADDING + Math.ceil(Math.max(...widths));
}

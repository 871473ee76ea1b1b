/** The columns of the list: how many instruments fit into theirs, and how wide that of the times must be. */

import { getElement, wideScreen } from "./dom.js";
import { measureText } from "./text_width.js";
import { formatAge, formatClock } from "./times.js";

const CELL_PADDING = 12; // px, of a cell
const FIRST_PADDING = 18; // px, of the first one
const AGE_WIDTH = 56; // px, of an age with a clock beside it
const MIN_WIDTH = 68; // px, of the times
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

	/** Make the times fit. `oldest`: when the first headline of the list was published. */
	fitTimes({ oldest, now, timeFont }) {
		const hasYear = oldest.getFullYear() < now.getFullYear();
		const options = { hasYear, hasClock: wideScreen.matches, timeFont };
		const key = Object.values(options).join();
		if (key === this.#fitted) return;
		this.#fitted = key;
		this.#table.style.setProperty("--time", `${measureTimes(options)}px`);
	}
}

function measureTimes({ hasYear, hasClock, timeFont }) {
	const measure = (text) => measureText(text, timeFont);
	const samples = Array.from({ length: MONTHS }, (_, month) => new Date(2024, month, 28, 22, 58));
	const widths = [MIN_WIDTH - FIRST_PADDING];
	if (hasClock) widths.push(AGE_WIDTH + measure(formatClock(samples[0])));
	const now = new Date(2024, hasYear ? MONTHS : MONTHS - 1, 31); // a later year, or the end of this one
	widths.push(...samples.map((date) => measure(formatAge(date, now))));
	return FIRST_PADDING + Math.ceil(Math.max(...widths)) + CELL_PADDING;
}

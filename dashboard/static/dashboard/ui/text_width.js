/** Measure texts without laying out the page. */

const MAX_WIDTHS = 2000; // that are remembered
const context = document.createElement("canvas").getContext("2d");
const widths = new Map();

/** Return the width of a text in px, in a font as CSS writes it. */
export function measureText(text, font) {
	const key = `${font} ${text}`;
	if (!widths.has(key)) {
		if (widths.size >= MAX_WIDTHS) widths.clear();
		context.font = font;
		widths.set(key, context.measureText(text).width);
	}
	return widths.get(key);
}

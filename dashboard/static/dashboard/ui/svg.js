/** Create SVG elements and paths. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Return an SVG element with attributes; `text` becomes its text. */
export function createSvg(tag, { text, ...attributes } = {}) {
	const element = document.createElementNS(NAMESPACE, tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	if (text !== undefined) element.textContent = text;
	return element;
}

/** Return the data of a path along points, `{x, y}`. A single point is a line of length 0, which round caps draw as a dot. */
export function toPath(points) {
	if (points.length === 0) return "";
	const coordinates = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
	return points.length === 1 ? `M${coordinates[0]}h0` : `M${coordinates.join("L")}`;
}

/** Return the data of a path of circles, `{x, y, radius}`. */
export function toCircles(circles) {
	return circles
		.map(({ x, y, radius }) => {
			const r = radius.toFixed(2);
			return `M${(x - radius).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${(2 * radius).toFixed(2)} 0a${r} ${r} 0 1 0 ${(-2 * radius).toFixed(2)} 0`;
		})
		.join("");
}

/** Return the data of a path of rectangles, `{x, y, width, height}`. */
export function toRectangles(rectangles) {
	return rectangles
		.map(
			({ x, y, width, height }) =>
				`M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`,
		)
		.join("");
}

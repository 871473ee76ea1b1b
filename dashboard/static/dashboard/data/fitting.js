/** How many things fit into a row. Pure functions. */

/**
 * Return how many of the things with these `widths` fit into `available`, one at least. Where some are left, `more` is kept
 * free for their number; `gap` stands between any two.
 */
export function countFitting(widths, { available, gap, more, max }) {
	let [count, used] = [1, 0];
	widths.slice(0, max).forEach((width, index) => {
		used += width + (index > 0 ? gap : 0);
		const rest = index + 1 < widths.length ? gap + more : 0;
		if (used + rest <= available) count = index + 1;
	});
	return count;
}

/** Format numbers in the reader's locale. */

export const NOTHING = "\u2013";

const signed = new Map(); // digits after the point -> Intl.NumberFormat, which is slow to make
const percent = new Intl.NumberFormat(undefined, { style: "percent" });

/** Format an integer with its groups of digits. */
export const formatCount = new Intl.NumberFormat().format;

/** Format a share (0..1) in whole percent. */
export const formatPercent = percent.format;

/** Format the confidence (0..1) in several things, from the least to the most: "94%", or "46\u201394%". */
export function formatConfidence(scores) {
	const [least, most] = [Math.min(...scores), Math.max(...scores)];
	if (formatPercent(least) === formatPercent(most)) return formatPercent(most);
	return `${formatCount(Math.round(100 * least))}\u2013${formatPercent(most)}`;
}

/** Format a number with its sign and so many digits after the point; zero has no sign, null is a dash. */
export function formatSigned(value, digits = 2) {
	if (value === null || value === undefined) return NOTHING;
	return getSigned(digits).format(value).replace("-", "\u2212");
}

/** Format a difference with its unit, "" if it is not known. `units` are the words for one and for several. */
export function formatDifference(value, { digits = 0, units: [one, several] }) {
	if (value === null) return "";
	const text = formatSigned(value, digits);
	return text + (/^\D?1$/.test(text) ? one : several);
}

function getSigned(digits) {
	if (!signed.has(digits)) {
		const options = { signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits };
		signed.set(digits, new Intl.NumberFormat(undefined, options));
	}
	return signed.get(digits);
}

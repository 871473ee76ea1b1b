/** Format numbers in the reader's locale. */

export const NOTHING = "\u2013";

const signed = new Map(); // digits after the point -> Intl.NumberFormat, which is slow to make
const percent = new Intl.NumberFormat(undefined, { style: "percent" });

/** Format an integer with its groups of digits. */
export const formatCount = new Intl.NumberFormat().format;

/** Format a share (0..1) in whole percent. */
export const formatPercent = percent.format;

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

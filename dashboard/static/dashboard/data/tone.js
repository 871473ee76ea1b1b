/** As which sentiment a value is shown. */

const NEUTRAL_LIMIT = 0.15; // values closer to zero are neutral; as in dashboard/formatting.py

/** Return "positive", "neutral" or "negative" for a value (-1..1); "" if there is none. */
export function getTone(value) {
	if (value === null || value === undefined) return "";
	if (Math.abs(Number(value.toFixed(2))) < NEUTRAL_LIMIT) return "neutral"; // as its two digits are read
	return value > 0 ? "positive" : "negative";
}

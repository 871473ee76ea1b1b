/** The sentiment that a mean counts as. The limits are the server's, applied to the rounded number. */

import { CONFIG } from "../config.js";

const round = (value) => Number(value.toFixed(2));

/** Return "positive", "neutral" or "negative" for a mean (-1..1); "" if there is none. */
export function getTone(value) {
	if (value === null || value === undefined) return "";
	if (Math.abs(round(value)) < CONFIG.NEUTRAL_BELOW) return "neutral";
	return value > 0 ? "positive" : "negative";
}

/** Whether a value is tinted. */
export const isStrong = (value) => Math.abs(round(value)) >= CONFIG.STRONG_FROM;

/** Whether a confidence is so low that the mark is hollow. */
export const isUnsure = (score) => round(score) < CONFIG.UNSURE_BELOW;

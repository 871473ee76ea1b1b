/** The language of the text filter, as the server has it: word, "a phrase", begin*, -word. Pure functions. */

const PART_PATTERN = /(-?)"([^"]*)"?(\*?)|(-?)([^\s"]+)/g;
const IDEOGRAPH = "[\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff]";
const WORD_PATTERN = new RegExp(`${IDEOGRAPH}|(?:(?!${IDEOGRAPH})[\\p{L}\\p{N}])+`, "gu");

/** Return a text in lower case and without accents. */
export function foldText(text) {
	return text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase();
}

/** Return the words of a text, folded. */
function splitWords(text) {
	return foldText(text).match(WORD_PATTERN) ?? [];
}

/** Return the phrases of a search: `[{words, isPrefix, isExcluded}]`; empty if nothing can be found by it. */
export function parseSearch(text) {
	const phrases = [];
	for (const [, quotedMinus, quoted, quotedStar, minus, plain] of text
		.replace(/[“”„«»]/g, '"')
		.matchAll(PART_PATTERN)) {
		const words = splitWords(quoted ?? plain);
		const isPrefix = Boolean(quotedStar) || Boolean(plain?.endsWith("*"));
		if (words.length) phrases.push({ words, isPrefix, isExcluded: Boolean(quotedMinus || minus) });
	}
	const isValid = phrases.every(({ words, isPrefix }) => !isPrefix || words.at(-1).length >= 2);
	return isValid && phrases.some(({ isExcluded }) => !isExcluded) ? phrases : [];
}

/** Whether a text has all phrases of a search that it must have, and none that it must not have. */
export function matchesSearch(phrases, text) {
	const words = ` ${splitWords(text).join(" ")} `;
	return phrases.every(
		({ words: wanted, isPrefix, isExcluded }) =>
			words.includes(` ${wanted.join(" ")}${isPrefix ? "" : " "}`) !== isExcluded,
	);
}

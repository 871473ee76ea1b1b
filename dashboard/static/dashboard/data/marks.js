/** Which words of a headline are marked: those that decided, and those that were searched for. Pure functions. */

import { foldText } from "./search.js";

/**
 * Split a title into `[{text, tone, isMatch}]`: `tone` of the words that decided (`decidingWords`), null elsewhere; `isMatch` where the
 * `phrases` of a search (see search.js) stand. The texts joined are the title.
 */
export function splitTitle(title, decidingWords, phrases = []) {
	const tones = new Array(title.length).fill(null);
	const matches = new Array(title.length).fill(false);
	for (const { words, tone } of decidingWords) {
		const span = findWords(title, words);
		if (span && tones.slice(...span).every((each) => each === null)) tones.fill(tone, ...span);
	}
	for (const phrase of phrases) {
		if (!phrase.isExcluded) for (const span of findPhrase(title, phrase)) matches.fill(true, ...span);
	}
	const parts = [];
	for (let index = 0; index < title.length; index += 1) {
		const last = parts.at(-1);
		if (last && last.tone === tones[index] && last.isMatch === matches[index]) last.text += title[index];
		else parts.push({ text: title[index], tone: tones[index], isMatch: matches[index] });
	}
	return parts;
}

/** Return where whole words stand in a title, `[start, end]`, or null. */
function findWords(title, words) {
	const pattern = words.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
	const match = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, "u").exec(title);
	return match && [match.index, match.index + match[0].length];
}

/** Return where a phrase of a search stands in a title, `[[start, end], …]`, whatever its case and accents. */
function findPhrase(title, { words, isPrefix }) {
	const tokens = [];
	for (const match of title.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
		tokens.push({ word: foldText(match[0]), start: match.index, end: match.index + match[0].length });
	}
	const isAt = (index) =>
		words.every((word, offset) => {
			const token = tokens[index + offset]?.word;
			return token === word || (isPrefix && offset === words.length - 1 && token?.startsWith(word));
		});
	const starts = tokens.map((_, index) => index).filter(isAt);
	return starts.map((index) => [tokens[index].start, tokens[index + words.length - 1].end]);
}

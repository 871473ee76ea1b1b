/** Which words of a headline are marked: those that decided, and those that were searched for. Pure functions. */

import { foldText } from "./search.js";

const SHORTENED = " … "; // stands for the middle of long evidence
const MAX_SHORTENED = 80; // characters between the two ends of shortened evidence
// Words that decide nothing by themselves, although a model that counts words may name them.
const FUNCTION_WORDS = new Set("a an and as at by for from in is it its of on or the to was were with".split(" "));
const SEPARATOR = "[^\\p{L}\\p{N}]{1,3}";

/**
 * Return the words that decided what an item says, `[{words, tone}]`, the tone being that of the ticker they speak of.
 * Empty if the item came without evidence; without words such as "to a".
 */
export function listEvidence(item) {
	const entities = item.entities?.filter(({ evidence }) => evidence) ?? [];
	const all = entities.flatMap(({ evidence, sentiment }) => evidence.map((words) => ({ words, tone: sentiment })));
	const ofHeadline = (item.evidence ?? []).map((words) => ({ words, tone: item.sentiment }));
	const seenWords = new Set();
	return [...all, ...ofHeadline].filter(
		({ words }) => isTelling(words) && !seenWords.has(words) && seenWords.add(words),
	);
}

/** Whether words say something by themselves. */
function isTelling(words) {
	return !words.split(" ").every((word) => FUNCTION_WORDS.has(word));
}

/**
 * Split a title into `[{text, tone, isMatch}]`: `tone` of the words that decided, null elsewhere; `isMatch` where the
 * `phrases` of a search (see search.js) stand. The texts joined are the title.
 */
export function splitTitle(title, evidence, phrases = []) {
	const tones = new Array(title.length).fill(null);
	const matches = new Array(title.length).fill(false);
	for (const { words, tone } of evidence) {
		const span = findEvidence(title, words);
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

function escapePattern(text) {
	return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replaceAll("'", "['’]");
}

/** Return where evidence stands in a title, `[start, end]`, or null. Its tokens are in lower case, without hyphens. */
function findEvidence(title, words) {
	const joinTokens = (text) => text.split(" ").filter(Boolean).map(escapePattern).join(`(?:${SEPARATOR})?`);
	const pattern = words.split(SHORTENED).map(joinTokens).join(`.{0,${MAX_SHORTENED}}?`);
	if (!pattern) return null;
	const match = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, "iu").exec(title);
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

import assert from "node:assert/strict";
import { test } from "node:test";
import { listEvidence, splitTitle } from "../../../dashboard/static/dashboard/data/marks.js";
import { parseSearch } from "../../../dashboard/static/dashboard/data/search.js";

/** A title with its marks: [words]tone for what decided, {words} for what was searched. */
function mark(title, evidence, search = "") {
	return splitTitle(title, evidence, parseSearch(search))
		.map(({ text, tone, isMatch }) => {
			const inner = isMatch ? `{${text}}` : text;
			return tone ? `[${inner}]${tone[0]}` : inner;
		})
		.join("");
}

const positive = (...all) => all.map((words) => ({ words, tone: "positive" }));

test("splitTitle: words that decided are marked in their tone, whatever their case", () => {
	const evidence = [...positive("raises", "beat"), { words: "delays", tone: "negative" }];

	assert.equal(
		mark("Nvidia Raises outlook, orders beat delays", evidence),
		"Nvidia [Raises]p outlook, orders [beat]p [delays]n",
	);
});

test("splitTitle: phrases match across hyphens, apostrophes and signs", () => {
	assert.equal(mark("A record-high profit", positive("record high")), "A [record-high]p profit");
	assert.equal(mark("It doesn’t cut jobs", positive("doesn't cut")), "It [doesn’t cut]p jobs");
	assert.equal(mark("Sales rise 9 % (again)", positive("rise 9 %")), "Sales [rise 9 %]p (again)");
});

test("splitTitle: shortened evidence marks from its first to its last word", () => {
	assert.equal(
		mark("Cuts its full year profit guidance today", positive("cuts … guidance")),
		"[Cuts its full year profit guidance]p today",
	);
});

test("splitTitle: words inside others, absent ones and overlaps are not marked", () => {
	assert.equal(mark("Gainsborough sold", positive("gains")), "Gainsborough sold");
	assert.equal(mark("Sold", positive("gains", "")), "Sold");
	assert.equal(mark("Profit falls less", positive("falls less", "less")), "Profit [falls less]p");
});

test("splitTitle: searched words are marked whatever their accents, prefixes to the word's end, excluded ones not", () => {
	assert.equal(mark("Café profits fall", [], "cafe prof* -loss"), "{Café} {profits} fall");
	assert.equal(mark("Profits fall hard", positive("fall"), '"fall hard"'), "Profits [{fall}]p{ hard}");
});

test("splitTitle: texts joined are the title", () => {
	const title = "Ünï 😀 (x) 10% a+b";
	assert.equal(
		splitTitle(title, positive("a+b", "10%"), parseSearch("uni"))
			.map(({ text }) => text)
			.join(""),
		title,
	);
});

test("listEvidence: each ticker's words have its tone, the headline's follow, none twice", () => {
	const item = {
		sentiment: "neutral",
		evidence: ["slumps", "to a", "as is", "no"],
		entities: [
			{ ticker: "F", sentiment: "positive", evidence: ["gains"] },
			{ ticker: "GM", sentiment: "negative", evidence: ["slumps"] },
			{ ticker: "T", sentiment: "negative" },
		],
	};

	assert.deepEqual(listEvidence(item), [
		{ words: "gains", tone: "positive" },
		{ words: "slumps", tone: "negative" },
		{ words: "no", tone: "neutral" },
	]);
	assert.deepEqual(listEvidence({ sentiment: "positive" }), []);
});

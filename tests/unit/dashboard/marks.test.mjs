import assert from "node:assert/strict";
import { test } from "node:test";
import { splitTitle } from "../../../dashboard/static/dashboard/data/marks.js";
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

test("splitTitle: words that decided are marked in their tone", () => {
	const evidence = [...positive("raises", "beat"), { words: "delays", tone: "negative" }];

	assert.equal(
		mark("Nvidia raises outlook, orders beat delays", evidence),
		"Nvidia [raises]p outlook, orders [beat]p [delays]n",
	);
});

test("splitTitle: phrases are marked as they stand", () => {
	assert.equal(mark("A record-high profit", positive("record-high")), "A [record-high]p profit");
	assert.equal(mark("It doesn’t cut jobs", positive("doesn’t cut")), "It [doesn’t cut]p jobs");
	assert.equal(mark("Sales (rise 9%) again", positive("rise 9%")), "Sales ([rise 9%]p) again");
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

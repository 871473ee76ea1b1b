import assert from "node:assert/strict";
import { test } from "node:test";

import { matchesSearch, parseSearch } from "../../../dashboard/static/dashboard/data/search.js";

const TITLE = "Nestlé beats Q2 estimates: AT&T, Straße and 日本株 up 5.3%";

test("matchesSearch: words in any order, phrases, prefixes and exclusions", () => {
	for (const [text, isMatch] of [
		["q2 NESTLE", true],
		["estimates", true],
		["estim", false],
		["estim*", true],
		['"beats q2"', true],
		['"q2 beats"', false],
		["“beats q2”", true],
		["AT&T", true],
		["T&AT", false],
		["strasse", true],
		["株", true],
		["nestle -loss", true],
		["nestle -up", false],
		['nestle -"up 5"', false],
		['"beats q2 est"*', true],
		["nestle &", true],
	]) {
		assert.equal(matchesSearch(parseSearch(text), TITLE), isMatch, text);
	}
});

test("parseSearch: nothing that can be found filters nothing", () => {
	for (const text of ["", "&", "-loss", "a*", '""']) {
		assert.deepEqual(parseSearch(text), [], text);
		assert.equal(matchesSearch(parseSearch(text), TITLE), true, text);
	}
});

/** The separator of a day in the list; its name opens the choice of a day. */

import { createElement, getElement, setText } from "./dom.js";
import { formatCount } from "./numbers.js";
import { describeDay } from "./times.js";

export function createDayRow(day) {
	const row = getElement("day-row").content.firstElementChild.cloneNode(true);
	row.dataset.day = day;
	const button = createElement("button", "", { type: "button", className: "day-name", title: "Go to a day" });
	button.setAttribute("aria-haspopup", "dialog");
	row.querySelector("b").replaceChildren(button);
	return row;
}

/** Show the day's name and, if it is known, how many headlines it has. */
export function fillDayRow(row, { day, count, now }) {
	const { name, text } = describeDay(day, now);
	setText(row.querySelector(".day-name"), name);
	setText(row.querySelector(".date"), text);
	setText(row.querySelector(".count"), formatHeadlines(count));
}

/** Say how many headlines, or that there are more; "" if that is not known. */
export function formatHeadlines(count, hasMore = false) {
	if (count === null) return "";
	return `${formatCount(count)}${hasMore ? "+" : ""} ${count === 1 ? "headline" : "headlines"}`;
}

/** The line in the list of a watchlist below the headlines that came since the reader's last visit. */

import { getElement, setText } from "./dom.js";
import { describeVisit } from "./times.js";

/**
 * Put the line below the last unread row of `nodes`, if a read one follows; else its place is not known yet. `row` is the
 * line as it was before, null if there was none. Returns the line, or null.
 */
export function insertSinceRow(nodes, { row, count, lastVisit, now }) {
	const isItem = (node) => node.dataset.itemId !== undefined;
	const lastUnread = nodes.findLastIndex((node) => node.classList.contains("unread"));
	const next = nodes.findIndex((node, index) => index > lastUnread && isItem(node));
	if (lastUnread < 0 || next < 0) return null;
	const line = row ?? getElement("since-row").content.firstElementChild.cloneNode(true);
	setText(line.querySelector("div"), `${count} new since your last visit, ${describeVisit(new Date(lastVisit), now)}`);
	// Before the separator of a day, and after the detail of the unread one.
	const isBelow = (node) => isItem(node) || node.classList.contains("day");
	nodes.splice(
		nodes.findIndex((node, index) => index > lastUnread && isBelow(node)),
		0,
		line,
	);
	return line;
}

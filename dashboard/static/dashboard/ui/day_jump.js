/** Go to a day of the list: a small window with a date, which a day's name in the list opens. */

import { createElement, getElement } from "./dom.js";
import { getDay, getDayEnd } from "./times.js";

/**
 * Open the window when a day's name in `tableBody` is clicked. `getFirstDay()` returns the first day of the period, or null;
 * `goTo(day, end)` shows a day, "2026-12-02", that ends at `end`.
 */
export function initDayJump({ tableBody, getFirstDay, goTo }) {
	const dialog = createElement("div", "", { id: "day-jump", className: "panel dialog", popover: "auto" });
	const form = createElement("form", "", { className: "day-form" });
	const label = createElement("label", "Go to ");
	const input = createElement("input", "", { type: "date", required: true });
	label.append(input);
	form.append(label, createElement("button", "Show", { type: "submit", className: "btn strong" }));
	dialog.append(form);
	dialog.role = "dialog";
	dialog.ariaLabel = "Go to a day";
	getElement("news").append(dialog);
	tableBody.addEventListener("click", ({ target }) => {
		const button = target.closest(".day-name");
		if (button === null) return;
		input.max = getDay(new Date());
		input.min = getFirstDay() ?? "";
		input.value = button.closest("tr").dataset.day;
		dialog.showPopover();
		input.focus();
	});
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		dialog.hidePopover();
		goTo(input.value, getDayEnd(input.value));
	});
}

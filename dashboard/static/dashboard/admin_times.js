/** Show the times of the admin, which the server renders in UTC, in the reader's locale and zone. */

import { createExactFormat, createTimeFormat } from "./admin_time_format.js";

const REFRESH_INTERVAL = 30_000; // ms; ages are in minutes

const formatTime = createTimeFormat();
const formatExact = createExactFormat();

function render(times) {
	for (const time of times) {
		const date = new Date(time.dateTime);
		if (Number.isNaN(date.getTime())) continue;
		const text = formatTime(date, { now: Date.now(), isRelative: "relative" in time.dataset });
		if (time.textContent !== text) time.textContent = text;
		if (!time.title) time.title = formatExact(date);
	}
}

render(document.querySelectorAll("time[datetime]"));
for (const title of document.querySelectorAll("title[data-hour]")) {
	const { hour, count } = title.dataset;
	title.textContent = `${formatTime(new Date(hour), { now: Date.now() })}: ${count}`;
}
if (document.querySelector("time[data-relative]")) {
	setInterval(() => render(document.querySelectorAll("time[data-relative]")), REFRESH_INTERVAL);
}

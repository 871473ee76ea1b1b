/** Keep the stream inspector up to date while its tab is visible: fetch the page again and replace its tables. */

const REFRESH_INTERVAL = 2000; // ms

async function fetchInspector() {
	const response = await fetch(location.href, { redirect: "error" });
	if (!response.ok) throw new Error(`HTTP ${response.status}`);
	const page = new DOMParser().parseFromString(await response.text(), "text/html");
	return page.getElementById("inspector");
}

async function refresh() {
	const inspector = document.getElementById("inspector");
	// Server processes report their streams only while the inspector is requested. Replacing a button that is being
	// pressed would lose the click.
	if (document.hidden || inspector.querySelector("button:active")) return;
	try {
		const newInspector = await fetchInspector();
		const focusedId = document.activeElement?.id;
		inspector.replaceWith(newInspector);
		if (focusedId) document.getElementById(focusedId)?.focus();
	} catch {
		document.getElementById("freshness").textContent = "No response. These numbers are out of date; retrying…";
	}
}

async function refreshForever() {
	await refresh();
	setTimeout(refreshForever, REFRESH_INTERVAL);
}

setTimeout(refreshForever, REFRESH_INTERVAL / 2);

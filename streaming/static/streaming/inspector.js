/* Keeps the inspector's figures fresh while somebody looks at them: asks for the page again and puts its tables in. */

const REFRESH_MILLISECONDS = 2000;

async function fetchInspector() {
	const answer = await fetch(location.href, { redirect: "error" });
	if (!answer.ok) {
		throw new Error(`answered ${answer.status}`);
	}
	const page = new DOMParser().parseFromString(await answer.text(), "text/html");
	return page.getElementById("inspector");
}

async function refresh() {
	const shown = document.getElementById("inspector");
	// Hidden, nobody looks, and the processes need not tell; pressed, a button must be there when it is let go.
	if (document.hidden || shown.querySelector("button:active")) {
		return;
	}
	try {
		const fresh = await fetchInspector();
		const focused = document.activeElement?.id;
		shown.replaceWith(fresh);
		if (focused) {
			document.getElementById(focused)?.focus();
		}
	} catch {
		document.getElementById("freshness").textContent = "No answer: these figures are old. Trying again…";
	}
}

async function keepFresh() {
	await refresh();
	setTimeout(keepFresh, REFRESH_MILLISECONDS);
}

setTimeout(keepFresh, REFRESH_MILLISECONDS / 2);

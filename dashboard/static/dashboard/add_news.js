/** Count what is chosen, and say "Checking…" while the answer is awaited. The page "Add real news" works without it. */
(() => {
	const form = document.getElementById("add-news");
	const follow = document.getElementById("follow");
	const count = document.getElementById("chosen-count");
	const CHOSEN = "input[type=checkbox]:checked:not(:disabled)";

	function showCount() {
		const suggested = form.querySelectorAll(`[name=suggested]${CHOSEN.slice(5)}`).length;
		const number = form.querySelectorAll(CHOSEN).length;
		count.textContent = `${suggested} chosen`;
		follow.textContent = number === 0 ? "Follow" : `Follow ${number} source${number === 1 ? "" : "s"}`;
	}

	function showBusy(button) {
		form.ariaBusy = "true";
		button.textContent = button.dataset.busy;
		// After the form has been read: a disabled button is not sent.
		setTimeout(() => {
			for (const each of form.querySelectorAll("button")) each.disabled = true;
		});
	}

	form.addEventListener("change", showCount);
	form.addEventListener("submit", (event) => showBusy(event.submitter ?? follow));
	// A page that the browser kept, and shows again after "Back".
	addEventListener("pageshow", () => {
		form.ariaBusy = "false";
		for (const each of form.querySelectorAll("button")) each.disabled = false;
		form.querySelector("[name=check]").textContent = "Check";
		showCount();
	});
})();

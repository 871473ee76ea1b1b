/** Count what is chosen, and say "Checking…" while the answer is awaited. The page "Add real news" works without it. */
(() => {
	const form = document.getElementById("add-news");
	const follow = document.getElementById("follow");
	const count = document.getElementById("chosen-count");
	const address = form.querySelector("[name=address]");
	const checked = form.querySelector("[name=checked]");
	const file = form.querySelector("[name=file]");

	/** What was typed or chosen since the last check is checked before it is followed. */
	function hasUnchecked() {
		return address.value.trim() !== checked.value || file.files.length > 0;
	}

	function showCount() {
		const boxes = [...form.querySelectorAll("input[type=checkbox]:checked:not(:disabled)")];
		const suggested = boxes.filter((box) => box.name === "suggested").length;
		count.textContent = suggested ? `${suggested} chosen` : ""; // the button counts all
		const number = boxes.length;
		follow.disabled = number === 0 && !hasUnchecked();
		if (hasUnchecked()) follow.textContent = "Check and follow";
		else follow.textContent = number === 0 ? "Follow" : `Follow ${number} source${number === 1 ? "" : "s"}`;
	}

	function showBusy(button) {
		form.ariaBusy = "true";
		button.textContent = button.dataset.busy;
		// After the form has been read: a disabled button is not sent.
		setTimeout(() => {
			for (const each of form.querySelectorAll("button")) each.disabled = true;
		});
	}

	form.addEventListener("input", showCount);
	form.addEventListener("submit", (event) => showBusy(event.submitter ?? follow));
	// A page that the browser kept, and shows again after "Back".
	addEventListener("pageshow", () => {
		form.ariaBusy = "false";
		for (const each of form.querySelectorAll("button")) each.disabled = false;
		form.querySelector("[name=check]").textContent = "Check";
		showCount();
	});
})();

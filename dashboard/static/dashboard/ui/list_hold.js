/** When the list stands still: while it is pointed at, has the focus, is scrolled, shows a detail, or is paused. */

import { getElement, setText } from "./dom.js";
import { formatCount } from "./numbers.js";

export class ListHold {
	#headlines;
	#view;
	#detail;
	#isPointed = false;
	#isFocused = false;
	#isPaused = false;
	#buttons = document.querySelectorAll('#pause, [data-action="pause"]');

	constructor({ headlines, view, detail }) {
		this.#headlines = headlines;
		this.#view = view;
		this.#detail = detail;
		const { tableBody } = view;
		// A finger that scrolls is not a pointer that rests.
		tableBody.addEventListener("pointermove", ({ pointerType }) => pointerType === "mouse" && this.#setPointed(true));
		tableBody.addEventListener("pointerleave", () => this.#setPointed(false));
		// A click leaves the focus behind; that alone is no reason.
		tableBody.addEventListener("focusin", ({ target }) => this.#setFocused(target.matches(":focus-visible")));
		tableBody.addEventListener("focusout", () => this.#setFocused(false));
		for (const button of this.#buttons) button.addEventListener("click", () => this.togglePause());
		getElement("new-items").addEventListener("click", () => this.showNew());
	}

	togglePause() {
		this.#isPaused = !this.#isPaused;
		this.update();
	}

	/** Go to the top and show what has come. */
	async showNew() {
		this.#view.scrollToTop();
		await this.#headlines.showWaiting();
		this.#view.scrollToTop();
		this.update();
	}

	/** Hold or release the list, and say how many items wait. */
	update() {
		this.#headlines.setHeld(this.#isHeld());
		this.#draw();
	}

	#isHeld() {
		return (
			this.#isPaused ||
			this.#isPointed ||
			this.#isFocused ||
			this.#detail.id !== null ||
			!this.#view.isAtTop ||
			!this.#headlines.loader.isFromNewest
		);
	}

	#setPointed(isPointed) {
		if (isPointed === this.#isPointed) return;
		this.#isPointed = isPointed;
		this.update();
	}

	#setFocused(isFocused) {
		this.#isFocused = isFocused;
		// After the event: the focus may only move from row to row.
		setTimeout(() => this.update());
	}

	#draw() {
		const count = this.#headlines.list.waitingCount;
		const isAway = !this.#headlines.loader.isFromNewest;
		const pill = getElement("new-items");
		pill.hidden = count === 0 && !isAway;
		setText(pill.querySelector("span"), count ? `${formatCount(count)} new` : "Newest");
		document.body.toggleAttribute("data-paused", this.#isPaused);
		for (const button of this.#buttons) {
			const resume = count ? `Resume · ${formatCount(count)}` : "Resume";
			setText(button.querySelector("span"), this.#isPaused ? resume : "Pause");
			button.ariaPressed = String(this.#isPaused);
		}
	}
}

/** Render the state into the page, at most once per animation frame. */

import { getElement } from "./dom.js";

export class Renderer {
	#parts;
	#pendingView = null;

	/** `parts` are functions that draw a view in the same frame. */
	constructor(...parts) {
		this.#parts = parts;
	}

	/** Render `{state, isFirst, …}` in the next frame. Later calls before that frame replace it. */
	render(view) {
		if (this.#pendingView === null) requestAnimationFrame(() => this.#draw());
		this.#pendingView = { ...view, isFirst: view.isFirst || this.#pendingView?.isFirst };
	}

	#draw() {
		const view = this.#pendingView;
		this.#pendingView = null;
		drawSampleNotices(view.state);
		for (const draw of this.#parts) draw(view);
	}
}

function drawSampleNotices({ metrics, showsSamples, hasHiddenSamples }) {
	getElement("sample-banner").hidden = !showsSamples || metrics.total === 0;
	getElement("samples-notice").hidden = !hasHiddenSamples;
}

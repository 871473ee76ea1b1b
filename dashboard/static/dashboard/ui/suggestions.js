/** Suggest instruments while they are typed: "apple" offers AAPL. The field becomes an ARIA combobox with a list. */

import { createElement } from "./dom.js";
import { formatCount } from "./numbers.js";

const TYPING_DEBOUNCE_MS = 200;
const MIN_CHARACTERS = 2;
const MAX_SUGGESTIONS = 8;
const KINDS = { central_bank: "central bank", index: "index", crypto: "crypto asset" }; // whose names differ

export class Suggestions {
	#input;
	#list;
	#search;
	#onChoose;
	#typingTimer = 0;
	#request = 0; // number of the newest one; answers to others are ignored
	#activeIndex = -1; // of the option that Enter chooses; -1: none

	/** `search(text, limit)` resolves to instruments, `[{symbol, name, kind, count}]`; `onChoose([symbol])` gets the choice. */
	constructor(input, { search, onChoose }) {
		this.#input = input;
		this.#search = search;
		this.#onChoose = onChoose;
		this.#list = createElement("ul", "", { id: `${input.id}-suggestions`, className: "suggestions", hidden: true });
		this.#list.role = "listbox";
		this.#list.ariaLabel = "Instruments";
		input.role = "combobox";
		input.ariaAutoComplete = "list";
		input.ariaExpanded = "false";
		input.setAttribute("aria-controls", this.#list.id);
		(input.closest(".field") ?? input).after(this.#list);
		input.addEventListener("input", () => this.#onInput());
		input.addEventListener("keydown", (event) => this.#onKey(event));
		input.addEventListener("blur", () => this.#close());
		// The field keeps the focus, so that it has not changed before the choice is made.
		this.#list.addEventListener("mousedown", (event) => event.preventDefault());
		this.#list.addEventListener("click", ({ target }) => this.#choose(target.closest("[role=option]")));
	}

	/** The ticker that is typed, after those that stand before it. */
	get #typed() {
		return this.#input.value.split(/[,;]/).at(-1).trim();
	}

	#onInput() {
		clearTimeout(this.#typingTimer);
		this.#request++;
		const typed = this.#typed;
		if (typed.length < MIN_CHARACTERS) return this.#close();
		this.#typingTimer = setTimeout(() => this.#load(typed), TYPING_DEBOUNCE_MS);
	}

	async #load(typed) {
		// Without suggestions, tickers can be typed as before.
		const request = this.#request;
		const instruments = await this.#search(typed, MAX_SUGGESTIONS).catch(() => []);
		if (request !== this.#request) return;
		this.#list.replaceChildren(...instruments.map((instrument, index) => this.#createOption(instrument, index)));
		this.#setActive(-1);
		this.#setOpen(instruments.length > 0);
	}

	#createOption({ symbol, name, kind, count }, index) {
		const option = createElement("li", "", { id: `${this.#list.id}-${index}` });
		option.role = "option";
		option.dataset.symbol = symbol;
		const headlines = count === 1 ? "1 headline" : `${formatCount(count)} headlines`;
		const details = [KINDS[kind] ?? kind, headlines].filter(Boolean).join(", ");
		option.append(
			createElement("span", symbol, { className: "symbol" }),
			" ",
			createElement("span", name, { className: "name" }),
			" ",
			createElement("small", details),
		);
		return option;
	}

	#onKey(event) {
		if (this.#list.hidden) return;
		const options = [...this.#list.children];
		const last = options.length - 1;
		if (event.key === "ArrowDown") this.#setActive(this.#activeIndex === last ? 0 : this.#activeIndex + 1);
		else if (event.key === "ArrowUp") this.#setActive(this.#activeIndex <= 0 ? last : this.#activeIndex - 1);
		else if (event.key === "Enter") this.#choose(this.#chooseOption(options));
		else if (event.key === "Escape") this.#close();
		else return;
		event.preventDefault();
	}

	/** Return the option that is active, else the one that is typed in full, else the best. */
	#chooseOption(options) {
		const typed = this.#typed.toUpperCase();
		return options[this.#activeIndex] ?? options.find(({ dataset }) => dataset.symbol === typed) ?? options[0];
	}

	#setActive(index) {
		this.#activeIndex = index;
		[...this.#list.children].forEach((option, position) => {
			option.ariaSelected = String(position === index);
		});
		if (index < 0) this.#input.removeAttribute("aria-activedescendant");
		else this.#input.setAttribute("aria-activedescendant", this.#list.children[index].id);
	}

	#choose(option) {
		if (!option) return;
		this.#close();
		this.#onChoose([option.dataset.symbol]);
	}

	#setOpen(isOpen) {
		const { offsetLeft, offsetTop, offsetHeight, offsetWidth } = this.#input.closest(".field") ?? this.#input;
		Object.assign(this.#list.style, {
			left: `${offsetLeft}px`,
			top: `${offsetTop + offsetHeight}px`,
			minWidth: `${offsetWidth}px`,
		});
		this.#list.hidden = !isOpen;
		this.#input.ariaExpanded = String(isOpen);
	}

	#close() {
		clearTimeout(this.#typingTimer);
		this.#request++;
		this.#setActive(-1);
		this.#setOpen(false);
	}
}

/** Suggest instruments in a field that has several, separated by commas: the choice takes the place of what is typed. */
export function suggestInList(input, search) {
	const onChoose = ([symbol]) => {
		const [, before] = input.value.match(/^(.*[,;]\s*)?/);
		input.value = `${before ?? ""}${symbol}, `;
	};
	return new Suggestions(input, { search, onChoose });
}

/** List configurations, and let their owner make, rename, edit and delete them. */

import { Refusal } from "./account.js";
import { MAX_TICKERS, readTickers } from "./filter.js";

const find = (id) => document.getElementById(id);
const UNREACHABLE = "The server can't be reached: nothing was changed. Try again.";

export class ConfigurationPanel {
	#account;
	#getFilter;
	#onSaved;
	#onRemoved;
	#all = [];
	#edited = null; // the id of the one in the form

	/** `getFilter()` says what is shown; `onSaved(configuration)` and `onRemoved(id)` follow a change. */
	constructor({ account, getFilter, onSaved, onRemoved }) {
		this.#account = account;
		this.#getFilter = getFilter;
		this.#onSaved = onSaved;
		this.#onRemoved = onRemoved;
		find("new-configuration").addEventListener("click", () => this.#edit({ name: "", tickers: this.#shownTickers() }));
		find("configuration-cancel").addEventListener("click", () => this.#close());
		find("configuration-form").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#save();
		});
	}

	/** Read the list again. */
	async load() {
		await this.#attempt("configurations-fault", async () => {
			this.#all = await this.#account.list();
		});
		this.draw();
	}

	draw() {
		const current = this.#getFilter().configuration;
		find("configurations").replaceChildren(...this.#all.map((each) => this.#rowOf(each, each.config_id === current)));
		find("configurations-hint").hidden = this.#all.length > 0;
	}

	#shownTickers() {
		return this.#getFilter().tickers.map((symbol) => ({ symbol }));
	}

	#rowOf(configuration, isCurrent) {
		const row = find("configuration-row").content.firstElementChild.cloneNode(true);
		const link = row.querySelector(".name");
		const symbols = configuration.tickers.map(({ symbol }) => symbol);
		link.textContent = configuration.name;
		link.href = `/?configuration=${configuration.config_id}`;
		if (isCurrent) link.ariaCurrent = "page";
		row.querySelector(".tickers").textContent = symbols.join(", ");
		row.querySelector(".edit").addEventListener("click", () => this.#edit(configuration));
		row.querySelector(".edit").ariaLabel = `Edit ${configuration.name}`;
		const remove = row.querySelector(".delete");
		remove.ariaLabel = `Delete ${configuration.name}`;
		remove.addEventListener("click", () => this.#confirm(remove, configuration));
		remove.addEventListener("blur", () => this.#unconfirm(remove, configuration));
		return row;
	}

	/** The first press asks, the second deletes. */
	#confirm(button, { config_id, name }) {
		if (button.classList.toggle("sure")) {
			button.textContent = "Really?";
			button.ariaLabel = `Really delete ${name}?`;
			return;
		}
		this.#attempt("configurations-fault", async () => {
			await this.#account.remove(config_id);
			await this.load();
			this.#onRemoved(config_id);
		});
	}

	#unconfirm(button, { name }) {
		button.classList.remove("sure");
		button.textContent = "Delete";
		button.ariaLabel = `Delete ${name}`;
	}

	#edit({ config_id = null, name, tickers }) {
		this.#edited = config_id;
		find("configuration-name").value = name;
		find("configuration-tickers").value = tickers.map(({ symbol }) => symbol).join(", ");
		find("session-words").hidden = this.#account.isKnown;
		find("configuration-fault").textContent = "";
		find("configuration-form").hidden = false;
		find("configuration-name").focus();
	}

	#close() {
		find("configuration-form").hidden = true;
		find("new-configuration").focus();
	}

	#save() {
		const { tickers, refused } = readTickers(find("configuration-tickers").value);
		return this.#attempt("configuration-fault", async () => {
			if (refused.length) throw new Refusal(422, `${refused[0].slice(0, 20)}: this is no ticker.`);
			if (tickers.length > MAX_TICKERS) throw new Refusal(422, `${tickers.length} tickers: at most ${MAX_TICKERS}.`);
			const name = find("configuration-name").value.trim();
			const saved = await this.#account.save({ id: this.#edited, name, tickers });
			this.#close();
			await this.load();
			this.#onSaved(saved);
		});
	}

	async #attempt(faultId, action) {
		find(faultId).textContent = "";
		try {
			await action();
		} catch (error) {
			find(faultId).textContent = error instanceof Refusal ? error.message : UNREACHABLE;
		}
	}
}

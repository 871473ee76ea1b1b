/** Let their owner list, make, edit and delete configurations. */

import { Refusal } from "../data/account.js";
import { readTickers } from "../data/filter.js";
import { faultOf } from "./controls.js";
import { find } from "./dom.js";

const UNREACHABLE = "The server can't be reached: nothing was changed. Try again.";

export class ConfigurationPanel {
	#account;
	#getFilter;
	#onSaved;
	#onRemove;
	#all = [];
	#edited = null; // the id of the one in the form

	/** `getFilter()` says what is shown; `onSaved(configuration)` follows, `onRemove(id)` precedes a change. */
	constructor({ account, getFilter, onSaved, onRemove }) {
		this.#account = account;
		this.#getFilter = getFilter;
		this.#onSaved = onSaved;
		this.#onRemove = onRemove;
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
		for (const [index, action] of [this.#edit, this.#remove].entries()) {
			const button = row.querySelectorAll("button")[index];
			button.ariaLabel = `${button.textContent} ${configuration.name}`;
			button.addEventListener("click", () => action.call(this, configuration));
		}
		return row;
	}

	#remove({ config_id, name }) {
		if (!confirm(`Delete “${name}”? Its open streams end.`)) return;
		this.#attempt("configurations-fault", async () => {
			this.#onRemove(config_id);
			await this.#account.remove(config_id);
			await this.load();
		});
	}

	#edit({ config_id = null, name, tickers }) {
		this.#edited = config_id;
		find("configuration-name").value = name;
		find("configuration-tickers").value = tickers.map(({ symbol }) => symbol).join(", ");
		find("session-words").hidden = this.#account.isKnown();
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
		const fault = faultOf({ tickers, refused });
		return this.#attempt("configuration-fault", async () => {
			if (fault) throw new Refusal(422, fault);
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

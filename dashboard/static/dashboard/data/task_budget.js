/** Divides much work among several tasks of the browser, so that the page answers and draws between them. */

const SLICE_MS = 40; // of work in one task

export class TaskBudget {
	#platform;
	#startedAt = null; // ms, of the work in the present task

	/** `platform` has `now()` in ms and `nextTask()`, which resolves in a task of its own. */
	constructor(platform) {
		this.#platform = platform;
	}

	/** Whether the work of the present task has had its time, from the first question in it on. */
	checkSpent() {
		if (this.#startedAt === null) {
			this.#startedAt = this.#platform.now();
			this.nextTask().then(() => {
				this.#startedAt = null;
			});
		}
		return this.#platform.now() - this.#startedAt >= SLICE_MS;
	}

	nextTask() {
		return this.#platform.nextTask();
	}
}

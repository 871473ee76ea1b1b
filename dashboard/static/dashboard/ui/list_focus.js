/** Move through the list by keys: the headline that has the focus is the current one. */

/** Return the actions of the keys: `next`, `previous` and `toggle` of the current headline. */
export function createListFocus({ view, toggleDetail }) {
	const getCurrent = () => document.activeElement?.closest("#items-tbody tr[data-item-id]") ?? null;
	function move(step) {
		const rows = view.listRows();
		const current = getCurrent();
		const index = current ? rows.indexOf(current) + step : rows.findIndex(isInView);
		focus(rows[Math.min(rows.length - 1, Math.max(0, index))]);
	}
	function focus(row) {
		const title = row?.querySelector(".title");
		title?.focus({ focusVisible: true });
		row?.scrollIntoView({ block: "nearest" });
	}
	function isInView(row) {
		return row.getBoundingClientRect().top >= row.closest(".scroll").getBoundingClientRect().top;
	}
	return {
		next: () => move(1),
		previous: () => move(-1),
		toggle() {
			const row = getCurrent();
			if (row) toggleDetail(row.dataset.itemId);
			return row !== null;
		},
	};
}

/** Copy text, also where the page is no secure context and the clipboard's API is missing. */

/** Resolves to whether the text was copied. */
export async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
		const focused = document.activeElement;
		document.body.append(field);
		field.select();
		const isCopied = document.execCommand("copy");
		field.remove();
		focused?.focus();
		return isCopied;
	}
}

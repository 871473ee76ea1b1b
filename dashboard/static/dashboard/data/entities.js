/** What items say of each of their tickers. Pure functions. */

const SIGNS = { positive: 1, neutral: 0, negative: -1 };

/** Return a value (-1..1); an estimate where only sentiment and score are known. */
export function getValue({ sentiment, score, value = SIGNS[sentiment] * score }) {
	return value;
}

/** Return what an item says of a ticker; what the item says, if it came without `entities`. */
export function getEntity(item, ticker) {
	return item.entities?.find((entity) => entity.ticker === ticker) ?? item;
}

/**
 * Return an item with ticker, sentiment and score of the most relevant of the filter's tickers that has the filter's
 * sentiment and confidence, or of the most relevant if none has. Without tickers in the filter, these stay those of the
 * headline.
 */
export function showEntity(item, { tickers, sentiment, confidence }) {
	const entities = item.entities?.filter(({ ticker }) => tickers.includes(ticker)) ?? [];
	const passes = (each) => (!sentiment || each.sentiment === sentiment) && hasConfidence(each, confidence);
	const entity = entities.find(passes) ?? entities[0];
	return entity ? { ...item, ticker: entity.ticker, sentiment: entity.sentiment, score: entity.score } : item;
}

/** Whether a score reaches a confidence in percent; compared as the server does. */
export function hasConfidence({ score }, confidence) {
	return !confidence || score >= confidence / 100;
}

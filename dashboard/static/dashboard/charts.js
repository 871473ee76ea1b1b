/** Draw the two charts by setting SVG geometry: no library, no canvas, and no inline style for a strict CSP to refuse. */

import { SENTIMENTS } from "./state.js";

/** Draw the shares, in percent, as one bar of three segments. The element's label says the same in words. */
export function drawSentiment(chart, shares) {
  let start = 0;
  for (const name of SENTIMENTS) {
    const segment = chart.querySelector(`.${name}`);
    segment.setAttribute("x", `${start}%`);
    segment.setAttribute("width", `${shares[name]}%`);
    start += shares[name];
  }
  chart.setAttribute("aria-label", SENTIMENTS.map((name) => `${shares[name].toFixed(1)}% ${name}`).join(", "));
}

/** Draw `[ticker, count]` pairs, largest first, as bars. Rows keep their place, so only their contents change. */
export function drawTickers(chart, template, pairs) {
  while (chart.children.length < pairs.length) chart.append(template.content.cloneNode(true));
  while (chart.children.length > pairs.length) chart.lastElementChild.remove();
  const largest = pairs[0]?.[1] ?? 1;
  pairs.forEach(([ticker, count], index) => {
    const row = chart.children[index];
    row.querySelector(".name").textContent = ticker;
    row.querySelector(".count").textContent = count;
    setLength(row.querySelector(".bar"), count / largest);
  });
}

/** Draw `share`, 0..1, in an SVG bar. */
export function setLength(bar, share) {
  bar.querySelector(".value").setAttribute("width", `${(100 * share).toFixed(1)}%`);
}

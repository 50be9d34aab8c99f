// Draws the Vega-Lite specification that the page carries. Expressions are interpreted, not compiled: the content
// security policy permits no code made from text.

import { expressionInterpreter } from "../node_modules/vega-interpreter/build/vega-interpreter.browser.js";

const { vega, vegaLite } = window;

for (const place of document.querySelectorAll("[data-chart]")) {
  const { title, ...drawing } = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  place.setAttribute("aria-label", `${title.text}. ${place.getAttribute("aria-label")}`);
  // The page's own heading says the title, and the page is wider than the paper the specification is made for.
  const fitted = { ...drawing, width: "container" };
  const { spec } = vegaLite.compile(fitted, { logger: vega.logger(vega.Error) });
  const view = new vega.View(vega.parse(spec, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: place,
    hover: true,
  });
  view.runAsync();
}

// Draws the Vega-Lite specification that the page carries. Expressions are interpreted, not compiled: the content
// security policy permits no code made from text.

import { expressionInterpreter } from "../node_modules/vega-interpreter/build/vega-interpreter.browser.js";

for (const place of document.querySelectorAll("[data-chart]")) {
  const specification = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const { spec } = window.vegaLite.compile(specification);
  const view = new window.vega.View(window.vega.parse(spec, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: place,
    hover: true,
  });
  view.runAsync();
}

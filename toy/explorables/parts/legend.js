// A legend: one swatch a role, as filled bar or as dashed line with its marker.

import { make } from "./dom.js";
import { colourOf, dashOf, markerOf } from "./roles.js";

/** `items`: [{ role, label (HTML), line: true for a line's swatch, dash: if not the role's }]. */
export function legend(items) {
  return make(
    "ul",
    { class: "toy-legend" },
    items.map(({ role, label, line, dash }) =>
      make("li", {}, [
        line ? lineSwatch(role, dash) : make("span", { class: "toy-swatch", "data-role": role }),
        make("span", { html: label }),
      ]),
    ),
  );
}

export function lineSwatch(role, dash = dashOf(role)) {
  const swatch = make("svg:svg", { class: "toy-line-swatch", width: 30, height: 12, "aria-hidden": "true" });
  swatch
    .append("line")
    .attr("x2", 30)
    .attr("y1", 6)
    .attr("y2", 6)
    .attr("stroke", colourOf(role))
    .attr("stroke-dasharray", dash);
  swatch
    .append("path")
    .attr("d", markerOf(role, 36))
    .attr("transform", "translate(15,6)")
    .attr("fill", colourOf(role));
  return swatch;
}

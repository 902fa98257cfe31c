// What stands under the numbers of an x-axis: names of places along it, and a rug of dots.

import { say } from "./format.js";
import { around, settle } from "./settle.js";

const ROW = 15; // px, from one row to the next
const DOT = 8; // the radius of a dot that has everything
const WEIGHT = 6; // of a dot, for each px² that a label covers

/**
 * draw({ feet: [{ x, label, row, anchor: "middle" if none, key, value: if any }] in rows, rug: [{ x, share: the area of its dot, label,
 *        key, value, format }] beside its dot or below, x: the scale, top: of the first row, left, right: the edges, in px })
 */
export function underAxis(plot) {
  const layer = plot.append("g").attr("class", "toy-scene-names");

  function write({ label, key, value, format = say }, across, foot, anchor) {
    const text = layer.append("text").attr("x", across).attr("y", foot).attr("text-anchor", anchor);
    text.append("tspan").text(value === undefined ? label : `${label} `);
    if (value === undefined) return text;
    text.append("tspan").attr("class", "toy-number").attr("data-key", key).attr("data-value", value).text(format(value));
    return text;
  }

  function drawRug(rug, x, top, frame) {
    const dots = rug.map((one) => ({ ...one, at: x(one.x), reach: DOT * Math.sqrt(one.share) }));
    for (const { at, reach } of dots) {
      layer.append("circle").attr("class", "toy-rug-dot").attr("cx", at).attr("cy", top).attr("r", Math.max(2.5, reach));
    }
    const labels = dots.map((one) => {
      const off = one.reach + 5;
      const rows = [0, 1].flatMap((row) => [[off, 4 + ROW * row, "start"], [-off, 4 + ROW * row, "end"]]);
      return { text: write(one, 0, 0, "start"), at: [one.at, top], places: [...rows, [0, 4 + ROW, "middle"]] };
    });
    settle(labels, dots.map(({ at, reach }) => around(at, top, reach + 4, WEIGHT)), frame);
  }

  function draw({ feet = [], rug = [], x, top, left, right }) {
    layer.selectAll("*").remove();
    for (const foot of feet) write(foot, x(foot.x) + (foot.dx ?? 0), top + ROW * (foot.row ?? 0), foot.anchor ?? "middle");
    drawRug(rug, x, top, { left, right, top: top - ROW, bottom: top + 3 * ROW });
  }

  return { draw };
}

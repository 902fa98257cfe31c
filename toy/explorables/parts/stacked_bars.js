// Totals as bars cut into each response's share, all over one axis, each under its number.

import { scaleLinear } from "d3-scale";
import { sum } from "../core/numpy.js";
import { axes, chart } from "./chart.js";
import { make } from "./dom.js";
import { readout } from "./readout.js";
import { colourOf } from "./roles.js";

// The bars' side margins in the style sheet, so that they stand over the axis.
const MARGIN = { top: 0, right: 14, bottom: 40, left: 4 };

// How strong the colour of a share is, in per cent, so that neighbours differ.
const STRENGTHS = [46, 34, 22, 10];

/**
 * `rows`: [{ key, role, label (HTML), unit }].
 *
 * draw({ key: shares }, labels); the shares of a row are >= 0, one for each label, and add up to its number;
 * `labels` are those of every row, or { key: labels }. A row whose shares are null is still hidden.
 */
export function stackedBars(stage, { label, xTitle, rows }) {
  const {
    node: axisNode,
    plot,
    frame,
    describe,
  } = chart(stage, { label: xTitle, height: 44, margin: MARGIN });
  const x = scaleLinear();
  const drawAxis = axes(plot, { xTitle });
  const numbers = rows.map((row) => readout([row]));
  const stacks = rows.map(({ role }) =>
    make("div", { class: "toy-stack-bar", style: `--toy-role:${colourOf(role)}` }),
  );
  const box = make("div", { class: "toy-stack", role: "group", "aria-label": label }, [
    ...rows.flatMap((_, i) => [numbers[i], stacks[i]]),
    { node: axisNode },
  ]);

  function draw(shares, labels = []) {
    const totals = rows.map(({ key }) => (shares[key] ? sum(shares[key]) : undefined));
    const labelsOf = (key) => (Array.isArray(labels) ? labels : labels[key]);
    rows.forEach(({ key }, i) => numbers[i].draw({ [key]: totals[i] }));
    const size = frame();
    describe([xTitle, ...(labels.length ? [labels.join(", ")] : [])].join(": "));
    if (!size) return;
    x.domain([0, Math.max(...totals.filter((total) => total !== undefined), 0.05)])
      .nice(4)
      .range([0, size.width]);
    drawAxis({ x, ...size });
    rows.forEach(({ key }, row) => {
      stacks[row]
        .selectAll(".toy-share")
        .data(shares[key] ?? [])
        .join((enter) => enter.append("div").attr("class", "toy-share"))
        .style("width", (share) => `${x(share)}px`)
        .style("--toy-strength", (_, i) => `${STRENGTHS[i % STRENGTHS.length]}%`)
        .text((share, i) => {
          const text = labelsOf(key)[i] ?? "";
          return x(share) > 7.5 * text.length + 10 ? text : "";
        });
    });
  }

  return { node: () => box.node(), draw };
}

// Totals as bars cut into each response's share, one bar a direction, over one axis.

import { scaleLinear } from "d3-scale";
import { axes, chart } from "./chart.js";
import { colourOf } from "./roles.js";

const MARGIN = { top: 4, right: 14, bottom: 38, left: 4 };
const BAR = 30;

/** draw({ rows: [{ role, shares, labels }], description }); shares are >= 0 and add up to the bar. */
export function stackedBars(stage, { label, numRows, rowHeight, xTitle }) {
  const height = numRows * rowHeight + MARGIN.top + MARGIN.bottom;
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: MARGIN });
  const x = scaleLinear();
  const drawAxis = axes(plot, { xTitle });
  const layer = plot.append("g");

  function draw({ rows, high, description }) {
    const size = frame();
    describe(description);
    if (!size) return;
    x.domain([0, high]).range([0, size.width]).nice(4);
    drawAxis({ x, ...size });
    const pieces = rows.flatMap(({ role, shares, labels }, row) => {
      let from = 0;
      return shares.map((share, i) => ({ role, row, i, label: labels[i], from, to: (from += share) }));
    });
    const groups = layer.selectAll("g").data(pieces).join((enter) => {
      const group = enter.append("g").attr("class", "toy-share");
      group.append("rect").attr("height", BAR);
      group.append("line").attr("y2", BAR);
      group.append("text").attr("y", BAR / 2).attr("x", 6).attr("dy", "0.35em");
      return group;
    });
    const width = ({ from, to }) => Math.max(0, x(to) - x(from));
    groups.attr("transform", ({ from, row }) => `translate(${x(from)},${row * rowHeight + (rowHeight - BAR) / 2})`);
    groups
      .select("rect")
      .attr("width", width)
      .attr("fill", ({ role }) => colourOf(role))
      .attr("fill-opacity", ({ i }) => 0.5 - 0.14 * i);
    groups.select("line").attr("stroke", ({ role }) => colourOf(role));
    groups.select("text").text((piece) => (width(piece) > 7 * piece.label.length + 12 ? piece.label : ""));
  }

  return { node, draw };
}

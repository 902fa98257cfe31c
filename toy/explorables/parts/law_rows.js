// The laws of several estimates as rows of bars over one axis, with their means and the truth.

import { format } from "d3-format";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { axes, chart } from "./chart.js";
import { say } from "./format.js";
import { colourOf } from "./roles.js";

const percent = format(".1~%");

const MARGIN = { top: 28, right: 12, bottom: 46, left: 12 };

/**
 * `rowHeight` px for each of `rows`: [{ role, label }].
 *
 * draw({ domain, truth, rows: [{ role, label, bins, below, above, mean }], description, xTitle }); each row is
 * scaled to its own highest bin.
 */
export function lawRows(stage, { label, numRows, rowHeight }) {
  const height = numRows * rowHeight + MARGIN.top + MARGIN.bottom;
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: MARGIN });
  const x = scaleLinear();
  const drawAxis = axes(plot, {});
  const rowsLayer = plot.append("g");
  const truthLayer = plot.append("g").attr("class", "toy-law-truth");
  truthLayer.append("line");
  truthLayer.append("text").attr("y", -10);

  function draw({ domain, truth, rows, description, xTitle }) {
    const size = frame();
    describe(description);
    if (!size) return;
    x.domain(domain).range([0, size.width]);
    drawAxis({ x, width: size.width, height: size.height + 8, xTitle });

    const groups = rowsLayer
      .selectAll("g")
      .data(rows)
      .join((enter) => {
        const group = enter.append("g").attr("class", "toy-law");
        group.append("line");
        group.append("path").attr("class", "toy-law-bars");
        group.append("path").attr("class", "toy-law-mean");
        group.append("text").attr("class", "toy-law-name");
        group.append("text").attr("class", "toy-law-outside");
        return group;
      });
    groups
      .attr("transform", (_, i) => `translate(0,${(i + 1) * rowHeight})`)
      .attr("fill", ({ role }) => colourOf(role));
    groups.style("--toy-role", ({ role }) => colourOf(role));
    groups.select("line").attr("x2", size.width);
    groups.select(".toy-law-bars").attr("d", ({ bins }) => outline(bins, domain));
    groups
      .select(".toy-law-mean")
      .attr("d", ({ mean }) => (mean <= domain[1] ? `M${x(mean)},1l5,8h-10z` : null));
    groups
      .select(".toy-law-name")
      .text(({ label: text }) => text)
      .attr("x", size.width)
      .attr("y", 15 - rowHeight)
      .attr("text-anchor", "end");
    groups
      .select(".toy-law-outside")
      .text(({ above }) => (above > 5e-4 ? `${percent(above)} further right →` : ""))
      .attr("x", size.width)
      .attr("y", 31 - rowHeight)
      .attr("text-anchor", "end");

    truthLayer.attr("transform", `translate(${x(truth)},0)`);
    truthLayer.select("line").attr("y2", size.height);
    truthLayer
      .select("text")
      .text(`true KL ${say(truth)}`)
      .attr("text-anchor", x(truth) < 60 ? "start" : x(truth) > size.width - 60 ? "end" : "middle");
  }

  function outline(bins, [low, high]) {
    const top = Math.max(...bins);
    if (top === 0) return null;
    const edge = (i) => x(low + ((high - low) * i) / bins.length);
    const corners = [...bins, 0].map((value, i) => [edge(i), value / top]);
    return area(
      ([a]) => a,
      0,
      ([, b]) => -b * (rowHeight - 16),
    ).curve(curveStepAfter)(corners);
  }

  return { node, draw };
}

/**
 * How much probability the law of the N-sample mean puts into each of `numBins` equal bins of [low, high], below
 * and above: the histogram of `countMeans`. The count vectors are walked through in their order, four responses
 * at most, of which absent ones are never drawn: four times as fast as reading the counts.
 */
export function lawHistogram(probabilities, values, numSamples, [low, high], numBins) {
  const scale = numBins / (high - low);
  const absent = 4 - values.length;
  const padded = [...Array(absent).fill(0), ...values];
  const [u, v, w, x] = padded.map((value) => (value / numSamples) * scale);
  const most = (y, left) => (y < absent ? 0 : left);
  // One bin more at either end catches what lies outside.
  const bins = new Float64Array(numBins + 2);
  let c = 0;
  for (let i = 0; i <= most(0, numSamples); i++) {
    for (let j = 0; j <= most(1, numSamples - i); j++) {
      const left = numSamples - i - j;
      const start = i * u + j * v + left * x - low * scale + 1;
      const last = most(2, left);
      for (let k = 0; k <= last; k++) {
        const bin = Math.floor(start + k * (w - x));
        bins[bin < 0 ? 0 : bin > numBins ? numBins + 1 : bin] += probabilities[c++];
      }
    }
  }
  return { bins: bins.subarray(1, -1), below: bins[0], above: bins[numBins + 1] };
}

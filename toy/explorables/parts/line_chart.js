// Lines over one variable, labelled where they end, with a marker that can be dragged along.

import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { axes, chart } from "./chart.js";
import { uniqueId } from "./dom.js";
import { dragAlong } from "./drag_along.js";
import { colourOf, dashOf, markerOf } from "./roles.js";

const MARGIN = { top: 44, right: 48, bottom: 38, left: 46 };

// Where a line leaves the plot for good: beyond the range of a float32, a browser refuses the whole path.
const FAR = 1e4;

/**
 * `xLog`, `yLog`: logarithmic scales; `onDrag(x)`: the reader dragged the marker; `right`: the margin
 * for the lines' labels, in px.
 *
 * draw({ xDomain, yDomain, yLog: if not as above, lines: [{ role, label, thin, points: [[x, y], …] }], at: { x, label },
 *        marks: [{ x, label, row: lines further down, side: of the line; else where there is room, clear of the marker }],
 *        levels: [{ y, role, label }],
 *        places: [{ x, y, role, label, hollow, below, left }], cover: { from, label }, description })
 * draws a dot on every line at the marker, at the line's `dot` if it has one, and hides what lies
 * under the cover. Levels are lines across; places are single points with a label above, below, or,
 * where there is no role and so no point, beside.
 */
export function lineChart(stage, { label, height, xTitle, yTitle, xLog, yLog, onDrag, right = MARGIN.right }) {
  const margin = { ...MARGIN, right };
  const { node, plot, frame, describe } = chart(stage, { label, height, margin });
  const x = (xLog ? scaleLog : scaleLinear)();
  const scales = { true: scaleLog(), false: scaleLinear() };
  let y = scales[Boolean(yLog)];
  const drawAxes = axes(plot, { xTitle, yTitle });
  let marker;
  const clip = uniqueId();
  const clipRect = plot.append("clipPath").attr("id", clip).append("rect").attr("y", -4);
  const linesLayer = plot
    .append("g")
    .attr("clip-path", `url(#${clip})`)
    .attr("fill", "none")
    .attr("stroke-width", 2);
  const coverLayer = plot.append("g");
  const marksLayer = plot.append("g");
  const handleLineLayer = plot.append("g").attr("class", "toy-handle");
  const levelsLayer = plot.append("g");
  const placesLayer = plot.append("g");
  const handleLayer = plot.append("g").attr("class", "toy-handle");
  const labelLayer = plot.append("g").attr("class", "toy-line-label");
  const surface = plot.append("rect").attr("class", "toy-surface");

  if (onDrag) {
    const follow = (px) => onDrag(x.invert(Math.min(Math.max(0, px), x.range()[1])));
    const position = () => x(marker);
    surface
      .classed("toy-draggable", true)
      .call(dragAlong({ container: plot.node(), position, onStart: follow, onMove: follow }));
  }

  function draw(state) {
    const { xDomain, yDomain, yLog: log = yLog, lines, at, marks = [], levels = [], places = [], cover, description } = state;
    const size = frame();
    describe(description);
    marker = at.x;
    if (!size) return;
    x.domain(xDomain).range([0, size.width]);
    y = scales[Boolean(log)];
    y.domain(yDomain).range([size.height, 0]);
    drawAxes({ x, y, ...size });
    clipRect.attr("width", cover ? x(cover.from) : size.width).attr("height", size.height + 8);
    surface.attr("width", size.width).attr("height", size.height);
    drawLines(lines);
    drawMarks(marks, size);
    drawLevels(levels, size);
    drawPlaces(places, size);
    drawHandle(at, lines, size);
    const heights = labelHeights(lines, cover, size);
    drawCover(cover, at, heights, size);
    drawLabels(lines, cover, heights, size);
  }

  function drawLines(lines) {
    const path = line(
      ([a]) => x(a),
      ([, b]) => Math.min(FAR, Math.max(-FAR, y(b))),
    );
    linesLayer
      .selectAll("path")
      .data(lines)
      .join("path")
      .attr("stroke", ({ role }) => colourOf(role))
      .attr("stroke-dasharray", ({ role }) => dashOf(role))
      .attr("stroke-width", ({ thin }) => (thin ? 1.25 : null))
      .attr("d", ({ points }) => path(points));
  }

  function drawLevels(levels, { width }) {
    const groups = levelsLayer
      .selectAll("g")
      .data(levels)
      .join((enter) => {
        const group = enter.append("g").attr("class", "toy-level");
        group.append("line");
        group.append("text").attr("y", 15).attr("text-anchor", "end");
        return group;
      });
    groups.style("--toy-role", ({ role }) => colourOf(role));
    groups.attr("transform", (level) => `translate(0,${y(level.y)})`);
    groups.select("line").attr("x2", width);
    groups
      .select("text")
      .text(({ label: text }) => text)
      .attr("x", width - 4);
  }

  function drawPlaces(places, { width }) {
    const groups = placesLayer
      .selectAll("g")
      .data(places)
      .join((enter) => {
        const group = enter.append("g").attr("class", "toy-place");
        group.append("path");
        group.append("text");
        return group;
      });
    const isLeft = (place) => place.left ?? x(place.x) > 0.55 * width;
    groups
      .classed("toy-hollow", ({ hollow }) => hollow)
      .style("--toy-role", ({ role }) => role && colourOf(role))
      .attr("transform", (place) => `translate(${x(place.x)},${y(place.y)})`);
    groups.select("path").attr("d", ({ role }) => role && markerOf(role, 60));
    groups
      .select("text")
      .text(({ label: text }) => text)
      .attr("x", (place) => (isLeft(place) ? -1 : 1) * (place.role ? 3 : 8))
      .attr("y", ({ role, below }) => (!role ? 4 : below ? 18 : -10))
      .attr("text-anchor", (place) => (isLeft(place) ? "end" : "start"));
  }

  function drawMarks(marks, { width, height }) {
    const groups = marksLayer
      .selectAll("g")
      .data(marks)
      .join((enter) => {
        const group = enter.append("g").attr("class", "toy-mark");
        group.append("line");
        group.append("text");
        return group;
      });
    groups.attr("transform", (mark) => `translate(${x(mark.x)},0)`);
    groups.select("line").attr("y1", 0).attr("y2", height);
    const clear = (one) => (side) => {
      const [near, far] = [6, 8 + 6.2 * one.label.length].map((away) => x(one.x) + (side === "left" ? -away : away));
      const [from, to] = near < far ? [near, far] : [far, near];
      return from >= 0 && to <= width + margin.right && (x(marker) < from || x(marker) > to);
    };
    const left = (one) => {
      const sides = x(one.x) > width / 2 ? ["left", "right"] : ["right", "left"];
      return (one.side ?? sides.find(clear(one)) ?? sides[0]) === "left";
    };
    groups
      .select("text")
      .text((mark) => mark.label)
      .attr("y", ({ row = 0 }) => 11 + 16 * row)
      .attr("dx", (mark) => (left(mark) ? -6 : 6))
      .attr("text-anchor", (mark) => (left(mark) ? "end" : "start"));
  }

  function drawHandle(at, lines, { width, height }) {
    handleLineLayer
      .selectAll("line")
      .data([at])
      .join("line")
      .attr("transform", ({ x: a }) => `translate(${x(a)},0)`)
      .attr("y2", height);
    handleLayer
      .selectAll("text")
      .data([at])
      .join("text")
      .text(({ label: text }) => text)
      .attr("y", -10)
      .attr("x", ({ x: a }) => Math.min(x(a), width))
      .attr("text-anchor", "middle");
    handleLayer
      .selectAll("path")
      .data(lines.filter(({ dot }) => y(dot) >= 0 && y(dot) <= height))
      .join("path")
      .attr("d", ({ role }) => markerOf(role))
      .attr("fill", ({ role }) => colourOf(role))
      .attr("transform", ({ dot }) => `translate(${x(at.x)},${y(dot)})`);
  }

  function drawCover(cover, at, heights, { width, height }) {
    const group = coverLayer
      .selectAll("g")
      .data(cover ? [cover] : [])
      .join((enter) => {
        const appended = enter.append("g").attr("class", "toy-cover");
        appended.append("rect");
        appended.append("text").attr("text-anchor", "middle");
        return appended;
      });
    group
      .select("rect")
      .attr("x", ({ from }) => x(from))
      .attr("width", ({ from }) => width - x(from))
      .attr("height", height);
    // The words stand where the marker leaves more room, if there is any for them.
    const parts = ({ from }) => {
      const left = x(from) + margin.right;
      const handle = Math.min(width, Math.max(left, x(at.x)));
      return handle - left > width - handle ? [left, handle] : [handle, width];
    };
    // And in the widest gap between the labels.
    const edges = [0, ...heights, height].sort((a, b) => a - b);
    const gap = edges.slice(1).reduce((best, edge, i) => (edge - edges[i] > edges[best + 1] - edges[best] ? i : best), 0);
    group
      .select("text")
      .text((one) => (parts(one)[1] - parts(one)[0] > 7 * one.label.length ? one.label : ""))
      .attr("x", (one) => (parts(one)[0] + parts(one)[1]) / 2)
      .attr("dy", "0.35em")
      .attr("y", (edges[gap] + edges[gap + 1]) / 2);
  }

  /** The heights of the labels: beside the lines' ends, clear of each other. */
  function labelHeights(lines, cover, { height }) {
    const last = cover && lines.length ? lines[0].points.findIndex(([a]) => a >= cover.from) : -1;
    const ends = lines.map(({ points }) => Math.min(height, Math.max(0, y(points.at(last)[1]))));
    return spread(ends, 14, 0, height - 4);
  }

  function drawLabels(lines, cover, heights, { width }) {
    labelLayer
      .selectAll("text")
      .data(lines)
      .join("text")
      .text(({ label: text }) => text)
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("x", (cover ? x(cover.from) : width) + 6)
      .attr("dy", "0.35em")
      .attr("y", (_, i) => heights[i]);
  }

  return { node, draw };
}

/** Positions as near as can be to `wanted`, in the same order, at least `gap` apart and inside [low, high]. */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i] - wanted[j]);
  const placed = [...wanted];
  let previous = low - gap;
  for (const i of order) previous = placed[i] = Math.max(wanted[i], previous + gap);
  let next = high + gap;
  for (const i of order.reverse()) next = placed[i] = Math.min(placed[i], next - gap);
  return placed;
}

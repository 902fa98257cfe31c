// Lines over one variable, labelled where they end, with a marker that can be dragged along, and the reader's guess.

import { drag } from "d3-drag";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { axes, chart } from "./chart.js";
import { uniqueId } from "./dom.js";
import { dragAlong } from "./drag_along.js";
import { colourOf, dashOf, markerOf } from "./roles.js";
import { along, around, boxOf, settle } from "./settle.js";

const MARGIN = { top: 44, right: 48, bottom: 38, left: 46 };

// Where a line leaves the plot for good: beyond the range of a float32, a browser refuses the whole path.
const FAR = 1e4;

// How heavily a label weighs that covers a mark or a line, for each px².
const WEIGHTS = { mark: 4, rule: 2.5, line: 1.5 };

// How far the line of a guess on an axis reaches, in px.
const STEM = 30;

// A guess dragged further than this beyond the frame, in px, is one of "never".
const BEYOND = 6;

/**
 * `xLog`, `yLog`: logarithmic scales; `onDrag(x)`: the reader dragged the marker; `onGuess(value)`: the guess, on the axis
 * `guessed`, which is Infinity beyond the right end; `right`: the margin for the lines' labels, in px.
 *
 * draw({ xDomain, yDomain, yLog: if not as above, lines: [{ role, label, thin, points: [[x, y], …] }], at: { x, label },
 *        levels: [{ y, role, label }],
 *        places: [{ x, y, role, label, hollow, below, left }], cover: { from, label }, description,
 *        guess: { at: [x, y], said, truth: the same two, once it is revealed } if one can be made })
 * draws a dot on every line at the marker, at the line's `dot` if it has one, and hides what lies
 * under the cover. Levels are lines across; places are single points with a label above, below, or,
 * where there is no role and so no point, beside. A guess without x or y stands at the right end or at the foot. Labels take
 * the place where they cover least.
 */
export function lineChart(
  stage,
  { label, height, xTitle, yTitle, xLog, yLog, onDrag, onGuess, guessed = "x", right = MARGIN.right },
) {
  const margin = { ...MARGIN, right };
  const { node, plot, frame, describe } = chart(stage, { label, height, margin });
  const x = (xLog ? scaleLog : scaleLinear)();
  const scales = { true: scaleLog(), false: scaleLinear() };
  let y = scales[Boolean(yLog)];
  const drawAxes = axes(plot, { xTitle, yTitle });
  let marker;
  let place = [0, 0]; // of the guess, in px
  let labels = [];
  let obstacles = [];
  const clip = uniqueId();
  const clipRect = plot.append("clipPath").attr("id", clip).append("rect").attr("y", -4);
  const linesLayer = plot
    .append("g")
    .attr("clip-path", `url(#${clip})`)
    .attr("fill", "none")
    .attr("stroke-width", 2);
  const coverLayer = plot.append("g");
  const handleLineLayer = plot.append("g").attr("class", "toy-handle");
  const levelsLayer = plot.append("g");
  const placesLayer = plot.append("g");
  const handleLayer = plot.append("g").attr("class", "toy-handle");
  const labelLayer = plot.append("g").attr("class", "toy-line-label");
  const surface = plot.append("rect").attr("class", "toy-surface");

  const guessLayer = plot.append("g").attr("class", "toy-chart-guess");
  const held = guessLayer.append("g").attr("class", "toy-guess");
  const sketch = guessLayer.append("g").attr("class", "toy-scene-marks");
  held.append("circle").attr("class", "toy-guess-reach").attr("r", 16);
  held.append("line");
  held.append("circle").attr("class", "toy-guess-grip").attr("r", 8);
  const said = held.append("text").attr("class", "toy-number");
  const inverted = ({ x: px, y: py }) => {
    if (guessed === "y") return y.invert(Math.min(y.range()[0], Math.max(y.range()[1], py)));
    return px > x.range()[1] + BEYOND ? Infinity : x.invert(Math.min(x.range()[1], Math.max(0, px)));
  };
  if (onGuess) {
    const subject = () => ({ x: place[0], y: place[1] });
    held.call(drag().container(() => plot.node()).subject(subject).on("drag", (event) => onGuess(inverted(event))));
  }
  if (onDrag) {
    const follow = (px) => onDrag(x.invert(Math.min(Math.max(0, px), x.range()[1])));
    const position = () => x(marker);
    surface
      .classed("toy-draggable", true)
      .call(dragAlong({ container: plot.node(), position, onStart: follow, onMove: follow }));
  }

  function draw(state) {
    const { xDomain, yDomain, yLog: log = yLog, lines, at, levels = [], places = [], cover, guess, description } = state;
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
    labels = [];
    obstacles = [];
    drawLines(lines, cover);
    drawLevels(levels, size);
    drawPlaces(places, size);
    drawHandle(at, lines, cover, size);
    const isAtFoot = guess && guess.at[1] === undefined; // of which the lines' names keep clear
    drawLabels(lines, cover, labelHeights(lines, cover, isAtFoot ? size.height - 22 : size.height - 4, size), size);
    drawGuess(guess, size);
    drawCover(cover, at, size);
    labels.sort((one, other) => one.rank - other.rank);
    settle(labels, obstacles, { left: 0, right: size.width + margin.right - 2, top: -6, bottom: size.height - 2 });
  }

  function drawLines(lines, cover) {
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
    const isSeen = ([a, b]) => (!cover || a <= cover.from) && y(b) > -20 && y(b) < y.range()[0] + 20;
    for (const { points } of lines) obstacles.push(...along(points.filter(isSeen).map(([a, b]) => [x(a), y(b)]), 3, WEIGHTS.line));
  }

  function drawLevels(levels, { width }) {
    const groups = levelsLayer
      .selectAll("g")
      .data(levels)
      .join((enter) => {
        const group = enter.append("g").attr("class", "toy-level");
        group.append("line");
        group.append("text");
        return group;
      });
    groups.style("--toy-role", ({ role }) => colourOf(role));
    groups.attr("transform", (level) => `translate(0,${y(level.y)})`);
    groups.select("line").attr("x2", width);
    groups.select("text").text(({ label: text }) => text);
    groups.each(function (level) {
      obstacles.push({ left: 0, right: width, top: y(level.y) - 1, bottom: y(level.y) + 1, weight: WEIGHTS.rule });
      const ends = [[width - 4, "end"], [8, "start"], [0.6 * width, "end"], [0.4 * width, "end"]];
      const places = ends.flatMap(([at, anchor]) => [[at, 15, anchor], [at, -6, anchor]]);
      labels.push({ rank: 3, text: select(this).select("text"), at: [0, y(level.y)], places, own: true });
    });
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
    groups.select("text").text(({ label: text }) => text);
    groups.each(function (one) {
      const at = [x(one.x), y(one.y)];
      if (one.role) obstacles.push(around(...at, 6, WEIGHTS.mark));
      if (!one.label) return;
      const sides = isLeft(one) ? ["end", "start"] : ["start", "end"];
      const heights = !one.role ? [4, -12, 20] : one.below ? [18, -10, 4, 32] : [-10, 18, 4, -24];
      const beside = (dy, side) => [(side === "end" ? -1 : 1) * (one.role && dy !== 4 ? 3 : 11), dy, side];
      const spots = heights.flatMap((dy) => sides.map((side) => beside(dy, side)));
      labels.push({ rank: 2, text: select(this).select("text"), at, places: spots, own: true });
    });
  }

  function drawHandle(at, lines, cover, { width, height }) {
    const isCovered = cover && at.x > 1.001 * cover.from;
    obstacles.push({ left: x(at.x) - 2, right: x(at.x) + 2, top: -4, bottom: height, weight: WEIGHTS.rule });
    if (!isCovered) for (const { dot } of lines) obstacles.push(around(x(at.x), y(dot ?? 0), 5, WEIGHTS.mark));
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
      .data(isCovered ? [] : lines.filter(({ dot }) => y(dot) >= 0 && y(dot) <= height))
      .join("path")
      .attr("d", ({ role }) => markerOf(role))
      .attr("fill", ({ role }) => colourOf(role))
      .attr("transform", ({ dot }) => `translate(${x(at.x)},${y(dot)})`);
  }

  /** The guess: a dot to drag; the truth beside it, and how far the two are apart. */
  function drawGuess(guess, { width, height }) {
    guessLayer.style("display", guess ? null : "none");
    sketch.selectAll("*").remove();
    if (!guess) return;
    const [left, foot] = [width, height - 10];
    const spot = ([a, b]) => [
      a === undefined ? left : Math.min(width, Math.max(0, x(Math.min(a, Number.MAX_VALUE)))),
      b === undefined ? foot : Math.min(height, Math.max(0, y(b))),
    ];
    place = spot(guess.at);
    held.attr("transform", `translate(${place})`);
    // On the axis it needs a stem, and the truth a line up to what crosses there; on a curve neither does.
    const isOnCurve = guess.at[0] !== undefined && guess.at[1] !== undefined;
    const isAcross = guessed === "y";
    const stem = isOnCurve ? 0 : STEM;
    held.select("line").attr("x1", isAcross ? -stem : 0).attr("x2", 0).attr("y1", isAcross ? 0 : -stem).attr("y2", 0);
    said.text(`my guess ${guess.said}`);
    obstacles.push(around(...place, 9, WEIGHTS.mark), ...(stem ? [around(place[0] - (isAcross ? stem / 2 : 0), place[1] - (isAcross ? 0 : stem / 2), stem / 2, 0.3)] : []));
    const other = guess.truth && spot(guess.truth.at);
    const isBefore = other ? (isAcross ? other[1] < place[1] : other[0] > place[0]) : place[0] > width / 2;
    const besides = (before) => {
      const sides = isAcross || before ? ["end", "start"] : ["start", "end"];
      const heights = isAcross ? (before ? [22, -14, 36, -28] : [-14, 22, -28, 36]) : [-14, isOnCurve ? 24 : 4, -30, -46, 4, -62, -78, -94, -110];
      const all = heights.flatMap((dy) => sides.map((side) => [side === "end" ? -13 : 13, dy, side]));
      if (isAcross) return [[-stem - 6, 4, "end"], ...all.filter(([, , side]) => side === "end")];
      return [...all.slice(0, 2), [0, -14 - stem, "middle"], ...all.slice(2)];
    };
    labels.push({ rank: 1, text: said, at: place, places: besides(isBefore), own: true });
    if (!other) return;
    if (!isOnCurve) {
      const [tx, ty] = other;
      const rule = isAcross ? { left: 0, right: width, top: ty, bottom: ty } : { left: tx, right: tx, top: 0, bottom: height };
      sketch.append("line").attr("class", "toy-truth-line").attr("x1", rule.left).attr("x2", rule.right).attr("y1", rule.top).attr("y2", rule.bottom);
      obstacles.push({ left: rule.left - 1, right: rule.right + 1, top: rule.top - 1, bottom: rule.bottom + 1, weight: WEIGHTS.rule });
    }
    sketch.append("line").attr("class", "toy-gap").attr("x1", place[0]).attr("y1", place[1]).attr("x2", other[0]).attr("y2", other[1]);
    sketch.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 150)).attr("transform", `translate(${other})`);
    const exact = sketch.append("text").attr("class", "toy-number").text(`exact ${guess.truth.said}`);
    obstacles.push(around(...other, 8, WEIGHTS.mark), ...along([place, other], 2, WEIGHTS.line));
    labels.push({ rank: 0, text: exact, at: other, places: besides(!isBefore) });
  }

  function drawCover(cover, at, { width, height }) {
    const group = coverLayer
      .selectAll("g")
      .data(cover ? [cover] : [])
      .join((enter) => {
        const appended = enter.append("g").attr("class", "toy-cover");
        appended.append("rect");
        appended.append("text");
        return appended;
      });
    group
      .select("rect")
      .attr("x", ({ from }) => x(from))
      .attr("width", ({ from }) => width - x(from))
      .attr("height", height);
    const room = width - x(cover?.from ?? 0);
    group.select("text").text((one) => (room > 7 * one.label.length ? one.label : ""));
    if (!cover) return;
    const middle = (Math.max(x(cover.from), Math.min(x(at.x), width)) + width) / 2;
    const rows = [0.5, 0.3, 0.7, 0.15, 0.85].map((share) => share * height + 4);
    const middles = [middle, (x(cover.from) + width) / 2];
    labels.push({ rank: 4, text: group.select("text"), at: [0, 0], places: rows.flatMap((row) => middles.map((one) => [one, row, "middle"])) });
  }

  /** The heights of the labels: beside the lines' ends, clear of each other. */
  function labelHeights(lines, cover, low, { height }) {
    const last = cover && lines.length ? lines[0].points.findIndex(([a]) => a >= cover.from) : -1;
    const ends = lines.map(({ points }) => Math.min(height, Math.max(0, y(points.at(last)[1]))));
    return spread(ends, 14, 0, low);
  }

  function drawLabels(lines, cover, heights, { width }) {
    const endsAt = (cover ? x(cover.from) : width + (guessed === "y" ? 8 : 0)) + 6; // clear of a guess at the end
    const ends = labelLayer
      .selectAll("text")
      .data(lines)
      .join("text")
      .text(({ label: text }) => text)
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("x", endsAt)
      .attr("dy", "0.35em")
      .attr("y", (_, i) => heights[i]);
    ends.each(function (one, i) {
      if (one.label) obstacles.push(boxOf(select(this), endsAt, heights[i] + 4, "start"));
    });
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

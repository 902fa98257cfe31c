// The triangle of all policies over three responses, with points that can be dragged about in it.

import { max, min, ticks } from "d3-array";
import { contours } from "d3-contour";
import { line, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolStar } from "d3-shape";
import { KEEPS_ITS_KEYS, make, uniqueId } from "./dom.js";
import { dragAbout } from "./drag_about.js";
import { formatProbability } from "./format.js";
import { remembered } from "./remembered.js";
import { colourOf, dashOf, markerOf } from "./roles.js";
import {
  CORNERS,
  fromPlane,
  gridPolicy,
  gridValues,
  HEIGHT,
  nearestPolicy,
  roundedPolicy,
  spreadEllipse,
  toPlane,
  towardsCorner,
} from "./triangle.js";

// Room for the corners' names, and for half a handle at a corner. The style sheet knows the sum of both.
const MARGIN = { side: 22, top: 42, bottom: 40 };

// The least that moving a point leaves to a response, so that a reference never reaches zero.
const FLOOR = 0.001;

// How finely level lines are found, in points along an edge.
const GRID = 41;

// Differences and motions this small are rounding: they are not scaled up to be seen.
const NOISE = 1e-9;

const SHAPES = { star: symbolStar, square: symbolSquare, diamond: symbolDiamond, circle: symbolCircle };

// Where the keys lead: sideways and up in the plane, towards the third corner, to the first or the second.
const KEYS = {
  ArrowRight: (policy) => shifted(policy, 0.01, 0),
  ArrowLeft: (policy) => shifted(policy, -0.01, 0),
  ArrowUp: (policy) => shifted(policy, 0, 0.01),
  ArrowDown: (policy) => shifted(policy, 0, -0.01),
  PageUp: (policy) => towardsCorner(policy, 2, 0.1),
  PageDown: (policy) => towardsCorner(policy, 2, -0.1),
  Home: (policy) => towardsCorner(policy, 0, 1),
  End: (policy) => towardsCorner(policy, 1, 1),
};

function shifted(policy, dx, dy) {
  const [x, y] = toPlane(policy);
  return fromPlane([x + dx, y + dy]);
}

/** What each response gets, for the ear. */
const spoken = (responses, policy) =>
  responses.map((response, y) => `${response} ${formatProbability(policy[y])}`).join(", ");

/**
 * `handles`: [{ key, role, label }], points that can be dragged, the main one first; `onInput(key, policy)`
 * sets the trait `key` to where one was moved to, `onGuess(point)` says where the reader's own dot was, which may be outside.
 *
 * draw({ responses, [key]: policy of each handle, description, … and any of
 *   shown:   the key of the handle whose probabilities stand at the corners, or { role, at }
 *   levels:  { role, value: policy => number, count, inputs }   level lines, the higher the stronger
 *   arrows:  { role, at: [policy, …], move: policy => [dπ, …], length, inputs }   the longest is `length` of an edge
 *   paths:   [{ role, points: [policy, …], faint, dash: if not the role's }]
 *   vectors: [{ role, from, to, width }]   an arrow each, width in px
 *   cloud:   [{ role, at, weight, title }]   dots whose area is in proportion to their weight
 *   dots:    [{ role, at, label, own: the reader's }]   the marker of its role each
 *   labels:  [{ role, at, label }]   words alone
 *   ellipse: { role, mean, covariance }   of one standard deviation
 *   marks:   [{ role, at, shape, label }]   shape: star, square, diamond or circle
 * }); levels and arrows are drawn anew only when their `inputs` change.
 */
export function simplex(stage, { label, handles, onInput = (key, policy) => stage.set({ [key]: policy }), onGuess }) {
  const svg = make("svg:svg", { class: "toy-chart", role: "img", "aria-label": label, width: "100%", height: "100%" });
  const help = make("p", { class: "toy-hidden", id: uniqueId() });
  const knobs = handles.map(appendHandle);
  const box = make("div", { class: "toy-chart-box toy-draggable" }, [svg, ...knobs]);
  const wrapper = make("div", { class: "toy-simplex" }, [box, help]);
  const width = stage.observeWidth(box.node());
  const clip = uniqueId();
  const clipShape = svg.append("clipPath").attr("id", clip).append("path");
  const layer = (name) => svg.append("g").attr("class", `toy-simplex-${name}`);
  const levelLayer = layer("levels").attr("clip-path", `url(#${clip})`);
  const edge = svg.append("path").attr("class", "toy-simplex-edge");
  const arrowPath = layer("arrows").append("path");
  const pathLayer = layer("paths");
  const ellipseLayer = layer("spread");
  const cloudLayer = layer("cloud");
  const vectorLayer = layer("vectors");
  const dotLayer = layer("dots");
  const cornerLayer = layer("corners");
  const markLayer = layer("marks");
  const drawLevels = remembered(levelsAt);
  const drawArrows = remembered(arrowsAt);
  let side = 1;
  let now = {};

  const onScreen = ([x, y]) => [MARGIN.side + x * side, MARGIN.top + (HEIGHT - y) * side];
  const place = (policy) => onScreen(toPlane(policy));
  const polyline = (policies) => line()(policies.map(place));
  const policyAt = ([px, py]) => fromPlane([(px - MARGIN.side) / side, HEIGHT - (py - MARGIN.top) / side]);
  const move = (key, policy) => onInput(key, roundedPolicy(nearestPolicy(policy, FLOOR), FLOOR));

  const own = () => (onGuess ? (now.dots ?? []).filter((dot) => dot.own).map(({ at }) => at) : []);

  // A press would take the focus away from the point that it moves.
  box.on("mousedown", (event) => event.preventDefault());
  box.call(
    dragAbout({
      container: box.node(),
      places: () => [...handles.map(({ key }) => now[key]), ...own()].map(place),
      onStart: (i) => knobs[i]?.node().focus({ preventScroll: true }),
      onMove: (i, at) => (knobs[i] ? move(handles[i].key, policyAt(at)) : onGuess(policyAt(at))),
    }),
  );

  function appendHandle({ key, role }) {
    return make("div", {
      class: "toy-point",
      "data-role": role,
      role: "slider",
      tabindex: 0,
      "aria-label": `${key}, point in the triangle`,
      "aria-describedby": help.attr("id"),
      "aria-valuemin": 0,
      "aria-valuemax": 1,
      ...KEEPS_ITS_KEYS,
    }).on("keydown", (event) => {
      if (!KEYS[event.key]) return;
      event.preventDefault();
      move(key, KEYS[event.key](now[key]));
    });
  }

  function draw(state) {
    now = state;
    svg.attr("aria-label", state.description);
    if (width() === 0) return;
    side = width() - 2 * MARGIN.side;
    const corners = `${line()(CORNERS.map(onScreen))}Z`;
    edge.attr("d", corners);
    clipShape.attr("d", corners);
    if (state.levels) drawLevels(state.levels, side);
    if (state.arrows) drawArrows(state.arrows, side);
    drawPaths(state.paths ?? []);
    drawSpread(state.ellipse ? [state.ellipse] : []);
    drawCloud(state.cloud ?? []);
    drawVectors(state.vectors ?? []);
    drawDots(state.dots ?? []);
    drawCorners(state);
    drawHandles(state);
    drawMarks(state.marks ?? [], state.dots ?? []);
  }

  function levelsAt({ role, value, count }) {
    const values = gridValues(value, GRID);
    const [low, high] = [min(values), max(values)];
    const found = contours()
      .size([GRID, GRID])
      .thresholds(high - low < NOISE ? [] : ticks(low, high, count).filter((level) => level > low && level < high))(
      values,
    );
    // A contour's coordinates have the first value at one half.
    const ring = (points) => `${line()(points.map(([x, y]) => place(gridPolicy(x - 0.5, y - 0.5, GRID))))}Z`;
    levelLayer
      .style("--toy-role", colourOf(role))
      .selectAll("path")
      .data(found)
      .join("path")
      .attr("d", ({ coordinates }) => coordinates.flat().map(ring).join(""));
  }

  function arrowsAt({ role, at, move: moveOf, length }) {
    const moves = at.map((policy) => toPlane(moveOf(policy)));
    const unit = (length * side) / Math.max(NOISE, max(moves, (vector) => Math.hypot(...vector)));
    const shafts = at.map((policy, i) => {
      const [x, y] = place(policy);
      return arrow([x, y], [x + unit * moves[i][0], y - unit * moves[i][1]], 4.5);
    });
    arrowPath.style("--toy-role", colourOf(role)).attr("d", shafts.join(""));
  }

  function drawPaths(lines) {
    pathLayer
      .selectAll("path")
      .data(lines)
      .join("path")
      .attr("stroke", ({ role }) => colourOf(role))
      .attr("stroke-dasharray", ({ role, dash }) => dash ?? dashOf(role))
      .attr("stroke-opacity", ({ faint }) => (faint ? 0.35 : 1))
      .attr("stroke-width", ({ thin }) => (thin ? 1.25 : null))
      .attr("d", ({ points }) => polyline(points));
  }

  function drawSpread(ellipses) {
    ellipseLayer
      .selectAll("ellipse")
      .data(ellipses.map((one) => ({ ...one, ...spreadEllipse(one.covariance) })))
      .join("ellipse")
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("rx", ({ axes }) => axes[0] * side)
      .attr("ry", ({ axes }) => axes[1] * side)
      .attr("transform", ({ mean, angle }) => `translate(${place(mean)}) rotate(${(-angle * 180) / Math.PI})`);
  }

  function drawCloud(dots) {
    cloudLayer
      .selectAll("circle")
      .data(dots)
      .join((enter) => {
        const circle = enter.append("circle");
        circle.append("title");
        return circle;
      })
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("r", ({ weight }) => Math.max(1, 13 * Math.sqrt(weight)))
      .attr("transform", ({ at }) => `translate(${place(at)})`)
      .select("title")
      .text(({ title }) => title);
  }

  function drawVectors(vectors) {
    vectorLayer
      .selectAll("path")
      .data(vectors)
      .join("path")
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("stroke-width", ({ width: thickness = 2 }) => thickness)
      .attr("d", ({ from, to, width: thickness = 2 }) => arrow(place(from), place(to), 5 + thickness));
  }

  function drawDots(dots) {
    dotLayer
      .selectAll("path")
      .data(dots)
      .join("path")
      .attr("d", ({ role, own: isOwn }) => markerOf(isOwn ? "policy" : role, isOwn ? 150 : 90))
      .attr("fill", ({ role }) => colourOf(role))
      .classed("toy-own", ({ own: isOwn }) => isOwn)
      .attr("transform", ({ at }) => `translate(${place(at)})`);
  }

  function drawCorners({ responses, shown }) {
    const narrow = Math.floor(width() / 2 / 6.6);
    const names = responses.map((name) => fitted(name, narrow));
    const groups = cornerLayer
      .selectAll("g")
      .data(CORNERS)
      .join((enter) => {
        const group = enter.append("g");
        group.append("text").attr("class", "toy-simplex-name");
        group.append("text").attr("class", "toy-simplex-probability");
        return group;
      })
      .attr("transform", (corner, y) => `translate(${[0, width(), onScreen(corner)[0]][y]},${onScreen(corner)[1]})`)
      .attr("text-anchor", (_, y) => ["start", "end", "middle"][y]);
    groups
      .select(".toy-simplex-name")
      .attr("y", (_, y) => (y === 2 ? -27 : 22))
      .text((_, y) => names[y]);
    const handle = handles.find(({ key }) => key === shown);
    const point = handle ? { role: handle.role, at: now[shown] } : shown;
    groups
      .select(".toy-simplex-probability")
      .attr("y", (_, y) => (y === 2 ? -12 : 37))
      .style("--toy-role", point && colourOf(point.role))
      .text((_, y) => (point ? formatProbability(point.at[y]) : ""));
    help.text(
      `Arrow keys move the point. Page Up leads towards ${responses[2]}, Page Down away from it; ` +
        `Home to ${responses[0]}, End to ${responses[1]}.`,
    );
  }

  function drawHandles(state) {
    handles.forEach(({ key }, i) => {
      const [x, y] = place(state[key]);
      knobs[i]
        .style("left", `${x}px`)
        .style("top", `${y}px`)
        .attr("aria-valuenow", state[key][0])
        .attr("aria-valuetext", spoken(state.responses, state[key]));
    });
  }

  function drawMarks(marks, dots) {
    const named = handles.filter(({ label: text }) => text).map((handle) => ({ ...handle, at: now[handle.key] }));
    markLayer
      .selectAll("path")
      .data(marks)
      .join("path")
      .attr("d", ({ shape }) => symbol(SHAPES[shape], shape === "star" ? 130 : 80)())
      .attr("fill", ({ role }) => colourOf(role))
      .attr("transform", ({ at }) => `translate(${place(at)})`);
    const all = [...marks, ...named, ...dots.filter(({ label: text }) => text), ...(now.labels ?? [])];
    const places = labelPlaces(
      all.map(({ at, label: text }) => ({ at: place(at), text })),
      width(),
      onScreen(CORNERS[0])[1],
      dots.map(({ at }) => place(at)),
      CORNERS.map((corner, y) => {
        const [long, [x, base]] = [6.6 * now.responses[y].length, onScreen(corner)];
        return [[0, base + 10, long, base + 40], [width() - long, base + 10, width(), base + 40], [x - long / 2, base - 40, x + long / 2, base - 10]][y];
      }),
    );
    markLayer
      .selectAll("text")
      .data(all)
      .join("text")
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("x", (_, i) => places[i][0])
      .attr("y", (_, i) => places[i][1])
      .text(({ label: text }) => text);
  }

  return { node: () => wrapper.node(), draw };
}

/** An arrow as a path; one too short to be seen is a dot. */
function arrow([x, y], [tipX, tipY], head) {
  const [dx, dy] = [tipX - x, tipY - y];
  const length = Math.hypot(dx, dy);
  if (length < 0.5) return `M${x},${y}h0`;
  const back = Math.min(head, 0.6 * length) / length;
  const wing = (turn) => [tipX - back * (dx - turn * dy * 0.6), tipY - back * (dy + turn * dx * 0.6)];
  return `M${x},${y}L${tipX},${tipY}M${wing(1)}L${tipX},${tipY}L${wing(-1)}`;
}

const fitted = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Where labels stand: beside their points, each clear of the other points, the dots, the corners' names and the labels before it. */
function labelPlaces(points, width, foot, dots, names) {
  const taken = [...[...points.map(({ at }) => at), ...dots].map(([x, y]) => [x - 8, y - 8, x + 8, y + 8]), ...names];
  return points.map(({ at: [x, y], text }, i) => {
    const long = 6.9 * text.length;
    const starts = [
      [x + 14, y + 4],
      [x - 14 - long, y + 4],
      [x - long / 2, y - 15],
      [x - long / 2, y + 25],
      [x + 14, y + 20],
      [x + 14, y - 12],
    ];
    // On the foot of the triangle a label beside its point would lie on the edge.
    if (Math.abs(y - foot) < 8) starts.unshift([x - long / 2, y - 13]);
    const boxOf = ([left, base]) => [left, base - 11, left + long, base + 3];
    const clear = (start) => {
      const [a, b, c, d] = boxOf(start);
      const inside = a >= 0 && c <= width;
      return inside && taken.every(([e, f, g, h], j) => j === i || c < e || a > g || d < f || b > h);
    };
    const chosen = starts.find(clear) ?? starts[x > width / 2 ? 1 : 0];
    taken.push(boxOf(chosen));
    return chosen;
  });
}

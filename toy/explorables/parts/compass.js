// The plane of steps: where a step of three logits that sum to zero leads, its angles as they are.

import { drag } from "d3-drag";
import { select } from "d3-selection";
import { make } from "./dom.js";
import { colourOf, markerOf } from "./roles.js";
import { along, around, settle } from "./settle.js";
import { toPlane } from "./triangle.js";

// The three ways, from the middle of a triangle of policies to its corners.
const WAYS = [0, 1, 2].map((y) => [0, 1, 2].map((j) => (y === j ? 2 / 3 : -1 / 3)));
const MARGIN = 34;
const RIM = 100;
const TINY = 1e-12;

// Where along a ray its label may stand, the best place first; and what it must not cover, and how heavily that weighs.
const ALONG = [0.85, 0.65, 0.45, 1, 0.3];
const WEIGHTS = { ray: 2, dot: 1, tip: 4 };

// How far from the middle the tip of the reader's own arrow is.
const TIP = 86;

const unit = ([x, y]) => {
  const length = Math.hypot(x, y);
  return length < TINY ? [0, 0] : [x / length, y / length];
};

/** The angle from one step to another, in degrees, anticlockwise; NaN where one has no direction. */
export function turn(from, to) {
  const [[a, b], [c, d]] = [toPlane(from), toPlane(to)];
  if (Math.min(Math.hypot(a, b), Math.hypot(c, d)) < TINY) return NaN;
  return (Math.atan2(a * d - b * c, a * c + b * d) * 180) / Math.PI;
}

/**
 * draw({ names, reach, cloud: [{ role, at, weight, title }], rays: [{ role, at, turned, dash, label }],
 *        arrows: [{ role, at, width }], guess: { from: the step, turned, label, truth: the same two, once it is revealed }, description }): steps as their three logits; the rim is `reach` long, and a dot
 * beyond it stands on it; a ray leads to the rim, `turned` by degrees from its step. The guess is an arrow that one turns:
 * `onTurn(degrees)` from its step.
 */
export function compass(stage, { label, onTurn }) {
  const side = 2 * (RIM + MARGIN);
  const svg = make("svg:svg", { class: "toy-chart toy-compass", role: "img", "aria-label": label, viewBox: `0 0 ${side} ${side}` });
  const middle = svg.append("g").attr("transform", `translate(${side / 2},${side / 2})`);
  middle.append("circle").attr("class", "toy-compass-rim").attr("r", RIM);
  const layer = (name) => middle.append("g").attr("class", `toy-compass-${name}`);
  const [ways, cloudLayer, rayLayer, arrowLayer, nameLayer, truthLayer] = ["ways", "cloud", "rays", "arrows", "names", "truth"].map(layer);
  const held = middle.append("g").attr("class", "toy-guess toy-compass-guess");
  const shaft = held.append("path");
  const reach = held.append("circle").attr("class", "toy-guess-reach").attr("r", 16);
  const grip = held.append("circle").attr("class", "toy-guess-grip").attr("r", 7);
  const said = held.append("text").attr("class", "toy-number");
  let straight = [1, 0]; // the way from which the guess turns, on the screen
  const follow = ({ x, y }) => onTurn((-Math.atan2(straight[0] * y - straight[1] * x, straight[0] * x + straight[1] * y) * 180) / Math.PI);
  if (onTurn) held.call(drag().container(() => middle.node()).subject((event) => ({ x: event.x, y: event.y })).on("drag", follow));
  const box = make("div", { class: "toy-compass-box" }, [svg]);
  const rim = (way, by = RIM) => unit(toPlane(way)).map((v, i) => (i ? -v : v) * by);

  function draw({ names, reach: most, cloud, rays, arrows, guess, description }) {
    svg.attr("aria-label", description);
    const place = (step) => {
      const [x, y] = toPlane(step).map((v) => (v / most) * RIM);
      const beyond = Math.max(1, Math.hypot(x, y) / RIM);
      return [x / beyond, -y / beyond];
    };
    ways.selectAll("line").data(WAYS).join("line").attr("x2", (way) => rim(way)[0]).attr("y2", (way) => rim(way)[1]);
    nameLayer
      .selectAll("text")
      .data(WAYS)
      .join("text")
      .attr("x", (_, y) => [-RIM - MARGIN + 2, RIM + MARGIN - 2, 0][y])
      .attr("y", (_, y) => [RIM + 12, RIM + 12, -RIM - 10][y])
      .attr("text-anchor", (_, y) => ["start", "end", "middle"][y])
      .text((_, y) => names[y]);
    cloudLayer
      .selectAll("circle")
      .data(cloud)
      .join((enter) => {
        const dot = enter.append("circle");
        dot.append("title");
        return dot;
      })
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("r", ({ weight }) => Math.max(1, 10 * Math.sqrt(weight)))
      .attr("transform", ({ at }) => `translate(${place(at)})`)
      .select("title")
      .text(({ title }) => title);
    const ends = rays.map(({ at, turned = 0 }) => rotated(rim(at), turned));
    rayLayer
      .selectAll("g")
      .data(rays)
      .join((enter) => {
        const group = enter.append("g");
        group.append("line");
        group.append("text");
        return group;
      })
      .style("--toy-role", ({ role }) => colourOf(role))
      .each(function (ray, i) {
        const [x, y] = ends[i];
        const [line, text] = this.children;
        line.setAttribute("x2", x);
        line.setAttribute("y2", y);
        line.setAttribute("stroke-dasharray", ray.dash ?? "none");
        text.textContent = ray.label;
      });
    arrowLayer
      .selectAll("path")
      .data(arrows)
      .join("path")
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("stroke-width", ({ width = 2.5 }) => width)
      .attr("d", ({ at }) => arrow(place(at)));
    const tips = drawGuess(guess);
    const dots = cloud.map(({ at, weight }) => around(...place(at), Math.max(1, 8 * Math.sqrt(weight)), WEIGHTS.dot));
    const lines = [...ends, ...tips.map(({ at }) => at)].flatMap((end) => along([[0, 0], end], 2.5, WEIGHTS.ray));
    const marks = tips.map(({ at }) => around(...at, 9, WEIGHTS.tip));
    const named = rayLayer.selectAll("text").nodes().map((node, i) => ({ text: select(node), end: ends[i] }));
    const labels = [...tips.map(({ text, at }) => ({ text, end: at })), ...named].map(({ text, end }) => ({ text, at: [0, 0], places: besides(end) }));
    const edge = RIM + MARGIN - 2;
    settle(labels, [...marks, ...lines, ...dots], { left: -edge, right: edge, top: -edge, bottom: edge });
  }

  /** The reader's arrow, and beside it the truth; returns where each ends, with its words. */
  function drawGuess(guess) {
    held.style("display", guess ? null : "none");
    truthLayer.selectAll("*").remove();
    if (!guess) return [];
    straight = rim(guess.from, 1);
    const tip = rotated(rim(guess.from, TIP), guess.turned);
    shaft.attr("d", arrow(tip));
    for (const one of [reach, grip]) one.attr("transform", `translate(${tip})`);
    said.text(`my guess ${guess.label}`);
    const tips = [{ text: said, at: tip }];
    if (!guess.truth) return tips;
    const end = rotated(rim(guess.from, TIP), guess.truth.turned);
    const sweep = guess.truth.turned < guess.turned ? 1 : 0;
    const isFar = Math.abs(guess.truth.turned - guess.turned) > 180 ? 1 : 0;
    truthLayer.append("path").attr("class", "toy-gap").attr("fill", "none").attr("d", `M${tip}A${TIP},${TIP} 0 ${isFar} ${sweep} ${end}`);
    truthLayer.append("line").attr("class", "toy-truth-line").attr("x2", end[0]).attr("y2", end[1]);
    truthLayer.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 120)).attr("transform", `translate(${end})`);
    const text = truthLayer.append("text").attr("class", "toy-number").text(`exact ${guess.truth.label}`);
    return [...tips, { text, at: end }];
  }

  return { node: () => box.node(), draw };
}

/** Where the label of a ray may stand: along it, on either side. */
const besides = ([x, y]) =>
  ALONG.flatMap((share) => [-6, 13].flatMap((dy) => [6, -6].map((dx) => [share * x + dx, share * y + dy, dx < 0 ? "end" : "start"])));

/** A place on the screen, turned anticlockwise by degrees. */
function rotated([x, y], degrees) {
  const angle = (-degrees * Math.PI) / 180;
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

/** An arrow from the middle. */
function arrow([x, y]) {
  const length = Math.hypot(x, y);
  if (length < 0.5) return "M0,0h0";
  const back = Math.min(8, 0.6 * length) / length;
  const wing = (side) => [x - back * (x - side * y * 0.6), y - back * (y + side * x * 0.6)];
  return `M0,0L${x},${y}M${wing(1)}L${x},${y}L${wing(-1)}`;
}

// The plane of steps: where a step of three logits that sum to zero leads, its angles as they are.

import { make } from "./dom.js";
import { colourOf } from "./roles.js";
import { toPlane } from "./triangle.js";

// The three ways, from the middle of a triangle of policies to its corners.
const WAYS = [0, 1, 2].map((y) => [0, 1, 2].map((j) => (y === j ? 2 / 3 : -1 / 3)));
const MARGIN = 34;
const RIM = 100;
const TINY = 1e-12;

// Where along a ray its label may stand, the best place first.
const ALONG = [0.8, 0.6, 0.97, 0.42];

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
 *        arrows: [{ role, at, width }], description }): steps as their three logits; the rim is `reach` long, and a dot
 * beyond it stands on it; a ray leads to the rim, `turned` by degrees from its step.
 */
export function compass(stage, { label }) {
  const side = 2 * (RIM + MARGIN);
  const svg = make("svg:svg", { class: "toy-chart toy-compass", role: "img", "aria-label": label, viewBox: `0 0 ${side} ${side}` });
  const middle = svg.append("g").attr("transform", `translate(${side / 2},${side / 2})`);
  middle.append("circle").attr("class", "toy-compass-rim").attr("r", RIM);
  const layer = (name) => middle.append("g").attr("class", `toy-compass-${name}`);
  const [ways, cloudLayer, rayLayer, arrowLayer, nameLayer] = ["ways", "cloud", "rays", "arrows", "names"].map(layer);
  const box = make("div", { class: "toy-compass-box" }, [svg]);
  const rim = (way, by = RIM) => unit(toPlane(way)).map((v, i) => (i ? -v : v) * by);

  function draw({ names, reach, cloud, rays, arrows, description }) {
    svg.attr("aria-label", description);
    const place = (step) => {
      const [x, y] = toPlane(step).map((v) => (v / reach) * RIM);
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
    const labels = labelsAlong(ends, rays);
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
        text.setAttribute("x", labels[i][0]);
        text.setAttribute("y", labels[i][1]);
        text.setAttribute("text-anchor", x < 0 ? "start" : "end");
        text.textContent = ray.label;
      });
    arrowLayer
      .selectAll("path")
      .data(arrows)
      .join("path")
      .style("--toy-role", ({ role }) => colourOf(role))
      .attr("stroke-width", ({ width = 2.5 }) => width)
      .attr("d", ({ at }) => arrow(place(at)));
  }

  return { node: () => box.node(), draw };
}

/** Where the rays' labels stand: along their rays, each clear of those before it. */
function labelsAlong(ends, rays) {
  const taken = [];
  return ends.map(([x, y], i) => {
    const long = 6.4 * rays[i].label.length;
    const places = ALONG.map((share) => [share * x + (x < 0 ? 5 : -5), share * y - 4]);
    const boxOf = ([a, b]) => (x < 0 ? [a, b - 10, a + long, b + 3] : [a - long, b - 10, a, b + 3]);
    const isClear = (place) => {
      const [a, b, c, d] = boxOf(place);
      return taken.every(([e, f, g, h]) => c < e || a > g || d < f || b > h);
    };
    const chosen = places.find(isClear) ?? places[0];
    taken.push(boxOf(chosen));
    return chosen;
  });
}

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

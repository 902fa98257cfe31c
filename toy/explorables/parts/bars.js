// Probability bars, draggable by mouse, touch and keyboard; several distributions side by side.

import { sum } from "../core/numpy.js";
import { KEEPS_ITS_KEYS, make, movedByKeys } from "./dom.js";
import { dragAlong } from "./drag_along.js";
import { formatProbability } from "./format.js";

// The least that dragging leaves to a response, so that a reference never reaches zero.
const FLOOR = 0.001;

/**
 * `series`: [{ key, role, label, fixed }], from top to bottom within a response; a fixed one only shows.
 * `onInput(key, policy)` receives the whole distribution after one bar moved.
 */
export function bars({ label, series, onInput }) {
  const list = make("div", { class: "toy-bars", role: "group", "aria-label": label });
  let drawn = {};

  function draw({ responses, ...policies }) {
    drawn = policies;
    list
      .selectAll(".toy-bars-row")
      .data(responses)
      .join((enter) => enter.append(appendRow))
      .each(function (response, y) {
        const row = this.children;
        row[0].textContent = response;
        series.forEach((one, i) => drawBar(row[1].children[i], one, response, policies[one.key][y]));
      });
  }

  function appendRow(_, y) {
    const tracks = series.map((one) => (one.fixed ? bar(one) : draggable(bar(one), one, y)));
    return make("div", { class: "toy-bars-row" }, [
      make("span", { class: "toy-bars-label" }),
      make("div", { class: "toy-bars-tracks" }, tracks),
    ]).node();
  }

  const bar = ({ role }) =>
    make("div", { class: "toy-bar", "data-role": role, ...KEEPS_ITS_KEYS }, [
      make("div", { class: "toy-bar-track" }, [make("div", { class: "toy-bar-fill" })]),
      make("span", { class: "toy-bar-value", "aria-hidden": "true" }),
    ]);

  function draggable(selection, { key }, y) {
    const move = (from, value) => onInput(key, withProbability(from, y, value, FLOOR));
    const track = selection.select(".toy-bar-track").node();
    const width = () => track.clientWidth;
    // Every step starts from where the drag began, so that going there and back changes nothing.
    let start;
    const follow = (x) => move(start, x / width());
    return selection
      .attr("role", "slider")
      .attr("tabindex", 0)
      .attr("aria-valuemin", 0)
      .attr("aria-valuemax", 1)
      .call(
        dragAlong({
          container: track,
          position: () => drawn[key][y] * width(),
          onStart(x) {
            start = drawn[key];
            selection.node().focus({ preventScroll: true });
            follow(x);
          },
          onMove: follow,
        }),
      )
      .on("keydown", movedByKeys({ now: () => drawn[key][y], move: (value) => move(drawn[key], value) }));
  }

  function drawBar(node, { label: name, fixed }, response, probability) {
    node.style.setProperty("--toy-p", probability);
    node.lastChild.textContent = formatProbability(probability);
    if (fixed) return;
    node.setAttribute("aria-label", `${name}, response ${response}`);
    node.setAttribute("aria-valuenow", probability);
    node.setAttribute("aria-valuetext", formatProbability(probability));
  }

  return { node: () => list.node(), draw };
}

/**
 * `policy` with one probability moved to `value`; the others share the rest in their old proportions.
 * None falls below `floor`: those that would are set to it, and the remaining ones scale a little less.
 */
export function withProbability(policy, index, value, floor = 0) {
  const moved = Math.min(Math.max(value, floor), 1 - floor * (policy.length - 1));
  // The least a probability counts for, so that a policy certain of one response can be taken back.
  const others = policy.map((p) => Math.max(p, 1e-300));
  const atFloor = policy.map((_, y) => y === index);
  for (;;) {
    const count = atFloor.filter(Boolean).length - 1;
    const scale = (1 - moved - floor * count) / sum(others.filter((_, y) => !atFloor[y]));
    const sinking = others.findIndex((p, y) => !atFloor[y] && p * scale < floor);
    if (sinking < 0) return others.map((p, y) => (y === index ? moved : atFloor[y] ? floor : p * scale));
    atFloor[sinking] = true;
  }
}

// Probability bars, draggable by mouse, touch and keyboard; several distributions side by side.

import { withProbability } from "../core/distributions.js";
import { KEEPS_ITS_KEYS, KEY_STEPS, make } from "./dom.js";
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
      .on("keydown", (event) => {
        const now = drawn[key][y];
        const value = { Home: 0, End: 1 }[event.key] ?? now + KEY_STEPS[event.key];
        if (Number.isNaN(value)) return;
        event.preventDefault();
        move(drawn[key], value);
      });
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

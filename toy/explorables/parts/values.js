// Bars of values of either sign around a line at zero: rewards, draggable by mouse, touch and keyboard.

import { KEEPS_ITS_KEYS, make, movedByKeys } from "./dom.js";
import { dragAlong } from "./drag_along.js";
import { two } from "./format.js";

/** A reward for each response, in steps of `step`. */
export function rewardBars(stage, { step = 0.05, onInput = (reward) => stage.set({ reward }) } = {}) {
  const { low, high, unit } = stage.declared("reward");
  return valueBars({ label: "reward", unit, role: "reward", low, high, step, onInput });
}

/**
 * One bar for each response, from `low` to `high` in steps of `step`; `onInput(values)` receives all of
 * them after one moved, and without it they only show. `label` names them for the ear, `unit` says in what they are measured.
 *
 * draw({ responses, values })
 */
export function valueBars({ label, unit, role, low, high, step, onInput }) {
  const list = make("div", { class: "toy-bars toy-values", role: "group", "aria-label": label });
  const place = (value) => (value - low) / (high - low);
  let drawn = [];

  const rounded = (value) => Number((Math.round(Math.min(high, Math.max(low, value)) / step) * step).toFixed(6));
  const move = (from, y, value) => onInput(from.map((old, i) => (i === y ? rounded(value) : old)));

  function appendRow(_, y) {
    const track = make("div", { class: "toy-bar-track" }, [make("div", { class: "toy-bar-fill" })]);
    const bar = make("div", { class: "toy-bar toy-value", "data-role": role, ...KEEPS_ITS_KEYS }, [
      track,
      make("span", { class: "toy-bar-value", "aria-hidden": "true" }),
    ]);
    const row = make("div", { class: "toy-bars-row" }, [make("span", { class: "toy-bars-label" }), bar]);
    if (!onInput) return row.node();
    const width = () => track.node().clientWidth;
    const follow = (x) => move(drawn, y, low + (x / width()) * (high - low));
    bar
      .attr("role", "slider")
      .attr("tabindex", 0)
      .attr("aria-valuemin", low)
      .attr("aria-valuemax", high)
      .call(
        dragAlong({
          container: track.node(),
          position: () => place(drawn[y]) * width(),
          onStart(x) {
            bar.node().focus({ preventScroll: true });
            follow(x);
          },
          onMove: follow,
        }),
      )
      .on("keydown", movedByKeys({ low, high, step, now: () => drawn[y], move: (value) => move(drawn, y, value) }));
    return row.node();
  }

  function draw({ responses, values }) {
    drawn = values;
    list
      .selectAll(".toy-bars-row")
      .data(responses)
      .join((enter) => enter.append(appendRow))
      .each(function (response, y) {
        const [name, bar] = this.children;
        name.textContent = response;
        bar.style.setProperty("--toy-from", Math.min(place(values[y]), place(0)));
        bar.style.setProperty("--toy-to", Math.max(place(values[y]), place(0)));
        bar.style.setProperty("--toy-zero", place(0));
        bar.style.setProperty("--toy-end", values[y] < 0 ? 0 : 1);
        bar.lastChild.textContent = two(values[y]);
        if (!onInput) return;
        bar.setAttribute("aria-label", `${label}, response ${response}`);
        bar.setAttribute("aria-valuenow", values[y]);
        bar.setAttribute("aria-valuetext", `${two(values[y])} ${unit}`);
      });
  }

  return { node: () => list.node(), draw };
}

// A native range input with its label, its value and its unit in one row.

import { bisectCenter } from "d3-array";
import { KEEPS_ITS_KEYS, make, uniqueId } from "./dom.js";

/** Whole numbers from `low` to `high`, each about 1/`perDecade` of a decade above the one before. */
export function logSteps(low, high, perDecade = 16) {
  const steps = [low];
  while (steps.at(-1) < high) {
    steps.push(Math.min(high, Math.max(steps.at(-1) + 1, Math.round(steps.at(-1) * 10 ** (1 / perDecade)))));
  }
  return steps;
}

/** Numbers from `low` to `high`, about `perDecade` of them in each decade, rounded to two digits. */
export function geometricSteps(low, high, perDecade = 24) {
  const count = Math.round(perDecade * Math.log10(high / low));
  return Array.from({ length: count + 1 }, (_, i) =>
    Number((low * (high / low) ** (i / count)).toPrecision(2)),
  ).filter((step, i, steps) => step !== steps[i - 1]);
}

/** Sliders one below the other, whose labels, tracks and values line up. */
export const sliders = (parts) => make("div", { class: "toy-sliders" }, parts);

/**
 * `label`, `key` (the trait, and that of the readout), `format(value)` for eye and ear, and either
 * `steps` (the values it can take, unevenly spaced at will) or `step`; `onInput(value)` sets the trait.
 */
export function slider(stage, { label, key, format, steps, step, onInput = (value) => stage.set({ [key]: value }) }) {
  const id = uniqueId();
  const input = make("input", { type: "range", id, class: "toy-range", ...KEEPS_ITS_KEYS });
  const output = make("output", { for: id, "data-key": key });
  input.attr("step", steps ? 1 : step);
  const read = () => (steps ? steps[input.property("valueAsNumber")] : input.property("valueAsNumber"));
  input.on("input", () => onInput(read()));
  // A finger has moved the slider already when it turns out to scroll the page.
  let drawn, before;
  input.on("pointerdown", () => (before = { drawn, position: input.property("value") }));
  input.on("pointercancel", () => input.property("value") === before.position || onInput(before.drawn));

  const row = make("div", { class: "toy-slider" }, [make("label", { for: id, html: label }), input, output]);

  return {
    node: () => row.node(),
    /** It has no effect now. */
    disable: (isIdle) => input.property("disabled", isIdle),
    /** `range` is [low, high], of a slider without `steps` that is not to be the trait's own. */
    draw(value, range = steps ? [0, steps.length - 1] : stage.limits(key)) {
      drawn = value;
      const [low, high] = range;
      const position = steps ? bisectCenter(steps, value) : value;
      input.attr("min", low).attr("max", high).attr("aria-valuetext", format(value));
      // Writing the position back while it is dragged would round it to the step twice.
      if (input.property("valueAsNumber") !== position) input.property("value", position);
      input.style("--toy-filled", (position - low) / (high - low));
      output.text(format(value)).attr("data-value", value);
    },
  };
}

// One of a few: native radio buttons in a row. And one thing that is on or off: a native checkbox.

import { KEEPS_ITS_KEYS, make, uniqueId } from "./dom.js";

/** `key`: the trait; `options`: { value: label (HTML) }, the trait's own by default; `onInput(value)` sets it; draw(value). */
export function choice(
  stage,
  { label, key, options = stage.declared(key).options, onInput = (value) => stage.set({ [key]: value }) },
) {
  const name = uniqueId();
  const inputs = Object.keys(options).map((value) =>
    make("input", { type: "radio", name, value, ...KEEPS_ITS_KEYS }).on("change", () => onInput(value)),
  );
  const pills = Object.values(options).map((text, i) =>
    make("label", { class: "toy-pill" }, [inputs[i], make("span", { html: text })]),
  );
  const box = make("fieldset", { class: "toy-choice", "data-trait": key }, [make("legend", { html: label }), ...pills]);
  return {
    node: () => box.node(),
    /** It has no effect now. */
    disable: (isIdle) => box.property("disabled", isIdle),
    draw: (value) => inputs.forEach((input) => input.property("checked", input.attr("value") === value)),
  };
}

/** `key`: the trait; draw(on). */
export function toggle(stage, { label, key }) {
  const input = make("input", { type: "checkbox", ...KEEPS_ITS_KEYS });
  input.on("change", () => stage.set({ [key]: input.property("checked") }));
  const box = make("label", { class: "toy-toggle", "data-trait": key }, [input, make("span", { html: label })]);
  return { node: () => box.node(), draw: (on) => input.property("checked", on) };
}

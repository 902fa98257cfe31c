// A row of buttons: named settings on the left, Reset on the right.

import { KEEPS_ITS_KEYS, make } from "./dom.js";

export const button = (label, action) =>
  make("button", { type: "button", class: "toy-button", text: label, ...KEEPS_ITS_KEYS }).on("click", action);

/** `settings`: { label: changes of traits }. */
export function toolbar(stage, { hint, settings = {} }) {
  return make("div", { class: "toy-toolbar" }, [
    make("span", { class: "toy-hint", text: hint }),
    ...Object.entries(settings).map(([label, changes]) => button(label, () => stage.set(changes))),
    button("Reset", stage.reset).classed("toy-reset", true),
  ]);
}

// Building elements, and ids that no other explorable on the page has.

import { create } from "d3-selection";

// JupyterLab loads a copy of this module for every widget, so a counter alone would repeat on a page.
const stem = `toy-${Math.random().toString(36).slice(2, 8)}`;
let serial = 0;

export const uniqueId = () => `${stem}-${++serial}`;

// For every element that can be focused: JupyterLab would keep its arrow keys and Enter for itself.
export const KEEPS_ITS_KEYS = { "data-lm-suppress-shortcuts": "true" };

// How far a key moves a probability.
export const KEY_STEPS = {
  ArrowRight: 0.01,
  ArrowUp: 0.01,
  ArrowLeft: -0.01,
  ArrowDown: -0.01,
  PageUp: 0.1,
  PageDown: -0.1,
};

/** A D3 selection of a new element: `name` as in d3-selection, e.g. "div" or "svg:g". */
export function make(name, attributes = {}, children = []) {
  const selection = create(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") selection.text(value);
    else if (key === "html") selection.html(value);
    else selection.attr(key, value);
  }
  selection.node().append(...children.map((child) => child.node?.() ?? child));
  return selection;
}

/** A row of panels side by side, stacked where the explorable is narrow. */
export const columns = (...panels) => make("div", { class: "toy-columns" }, panels.map(column));

const column = (parts) => make("div", { class: "toy-column" }, [parts].flat());

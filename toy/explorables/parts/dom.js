// Building elements, and ids that no other explorable on the page has.

import { create } from "d3-selection";

// JupyterLab loads a copy of this module for every widget, so a counter alone would repeat on a page.
const stem = `toy-${Math.random().toString(36).slice(2, 8)}`;
let serial = 0;

export const uniqueId = () => `${stem}-${++serial}`;

// For every element that can be focused: JupyterLab would keep its arrow keys and Enter for itself.
export const KEEPS_ITS_KEYS = { "data-lm-suppress-shortcuts": "true" };

const KEY_STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** What keys do to a number, as in a native slider: `move(value)`, a step or ten away from `now()`, or at an end. */
export const movedByKeys = ({ low = 0, high = 1, step = 0.01, now, move }) => (event) => {
  const value = { Home: low, End: high }[event.key] ?? now() + step * KEY_STEPS[event.key];
  if (Number.isNaN(value)) return;
  event.preventDefault();
  move(value);
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

/** A picture that stays in sight on a phone, while one moves the controls below it. */
export const pinned = (...parts) => make("div", { class: "toy-pinned" }, parts);

/** Tables and lists of numbers, folded until one asks for them. */
export const numbers = (...parts) =>
  make("details", { class: "toy-numbers" }, [make("summary", { text: "Numbers", ...KEEPS_ITS_KEYS }), ...parts]);

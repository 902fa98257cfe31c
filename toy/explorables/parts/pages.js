// Several panels in one place, of which one is shown; the others are off the page, their controls too.

import { make } from "./dom.js";

/** `panels`: { name: [parts] }; show(name). */
export function pages(panels) {
  const box = make("div", { class: "toy-pages" });
  const nodes = Object.fromEntries(
    Object.entries(panels).map(([name, parts]) => [name, parts.map((part) => part.node())]),
  );
  let shown;
  return {
    node: () => box.node(),
    show(name) {
      if (name === shown) return;
      shown = name;
      box.node().replaceChildren(...nodes[name]);
    },
  };
}

// A row of buttons: named settings on the left, of which the present one is marked, and Reset on the right; and the links of a figure.

import { KEEPS_ITS_KEYS, make } from "./dom.js";

// How long a button says that the link has been copied.
const SAID_FOR = 1500;

export const button = (label, action) =>
  make("button", { type: "button", class: "toy-button", text: label, ...KEEPS_ITS_KEYS }).on("click", action);

/** `settings`: { label: changes of traits }. */
export const toolbar = (stage, { settings = {} } = {}) => make("div", { class: "toy-toolbar" }, [...named(stage, settings), resetButton(stage)]);

export const resetButton = (stage) => button("Reset", stage.reset).classed("toy-reset", true);

/** A button for each setting; `isActive(changes, state)` says which is marked. */
export function named(stage, settings, isActive = isSet) {
  const buttons = Object.entries(settings).map(([label, changes]) =>
    button(label, () => stage.settle(changes)).classed("toy-setting", true).attr("data-label", label).datum(changes),
  );
  stage.onDraw((state) => {
    for (const one of buttons) one.attr("aria-pressed", isActive(one.datum(), state));
  });
  return buttons;
}

/** Whether the state is that of a setting. */
export const isSet = (changes, state) =>
  Object.entries(changes).every(([name, value]) => JSON.stringify(state[name]) === JSON.stringify(value));

/** Where there is an address: copy that of the present state, or open it alone. */
export const links = (stage) => make("div", { class: "toy-links" }, [linkButton(stage), aloneLink(stage)]);

/** Copies the address of the present state. */
function linkButton(stage) {
  const copy = button("Copy link", async () => {
    const said = await navigator.clipboard.writeText(stage.address()).then(
      () => "Copied",
      () => "Not allowed",
    );
    copy.text(said);
    setTimeout(() => copy.text("Copy link"), SAID_FOR);
  });
  return copy;
}

/** Opens the present state alone, to fill a screen or a frame in somebody else's page. */
function aloneLink(stage) {
  const link = make("a", { class: "toy-button toy-alone", target: "_blank", rel: "noopener", text: "Alone" });
  link.attr("aria-label", "Open this figure alone");
  stage.onDraw(() => link.attr("href", stage.address({ alone: true })));
  return link;
}

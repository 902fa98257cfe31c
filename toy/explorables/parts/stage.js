// One view of one model: reads its traits, redraws at most once a frame, cleans up after itself.

import { links } from "./buttons.js";
import { make } from "./dom.js";

// How long the numbers must rest before a screen reader hears them.
const ANNOUNCE_AFTER = 600;

/**
 * What every explorable stands on; `label` is its accessible name.
 *
 * `start(draw)` calls `draw(state)` when a trait or a width changes, batched into one animation frame;
 * what it returns undoes everything.
 */
export function createStage({ model, el, label }) {
  const schema = model.get("schema");
  const traits = Object.keys(schema);
  const root = make("div", { class: "toy", role: "group", "aria-label": label });
  const announcer = make("p", { class: "toy-announcer", "aria-live": "polite" });
  const widths = new Map();
  const state = () => Object.fromEntries(traits.map((name) => [name, model.get(name)]));
  let draw = () => {};
  let frame = 0;
  let pause = 0;
  let announced = "";
  const undone = [];
  const resets = [];
  const settled = [];
  const drawn = [];

  const redrawNow = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    const now = state();
    root.attr("data-state", JSON.stringify(now));
    draw(now);
    for (const action of drawn) action(now);
  };
  const redraw = () => {
    frame ||= requestAnimationFrame(redrawNow);
  };
  // A key moves what is drawn: of two keys within one frame, the second starts where the first has led.
  root.node().addEventListener("keydown", () => frame && redrawNow(), { capture: true });
  // Called after layout and before paint, so that a chart never shows at a wrong width.
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) widths.set(target, contentRect.width);
    redrawNow();
  });

  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  const stage = {
    root,
    redraw,
    set,
    get: (name) => model.get(name),

    /** What Python has declared of a trait: its { low, high } or its { options }, say. */
    declared: (name) => schema[name],

    /** The range [low, high] of a trait. */
    limits: (name) => [schema[name].low, schema[name].high],

    /** Call `action` when the view goes away. */
    onStop: (action) => undone.push(action),

    /** Call `action(state)` after each drawing, for what is drawn from the whole state. */
    onDraw: (action) => drawn.push(action),

    /** Call `action` when the reader presses Reset, for what no trait holds. */
    onReset: (action) => resets.push(action),

    reset() {
      for (const action of resets) action();
      set(model.get("initial"));
      redraw();
    },

    /** Call `action` when the reader asks for another setting, say to hide what was revealed of this one. */
    onSettle: (action) => settled.push(action),

    settle(changes) {
      for (const action of settled) action();
      set(changes);
      redraw();
    },

    /** The address at which the book shows this state, or this figure alone; undefined elsewhere. */
    address: model.address,

    /** Keep an eye on a node's width; 0 until it is on the page. */
    observeWidth(node) {
      observer.observe(node);
      return () => widths.get(node) ?? 0;
    },

    /** Let a screen reader hear `text` once the reader has stopped moving things. */
    announce(text) {
      clearTimeout(pause);
      if (!announced) announced = text;
      else if (text !== announced) {
        pause = setTimeout(() => announcer.text((announced = text)), ANNOUNCE_AFTER);
      }
    },

    start(parts, drawState) {
      draw = drawState;
      root.node().append(...parts.map((part) => part.node()), announcer.node());
      if (stage.address) root.append(() => links(stage).node());
      el.append(root.node());
      redrawNow();
      for (const name of traits) model.on(`change:${name}`, redraw);
      return () => {
        for (const name of traits) model.off(`change:${name}`, redraw);
        observer.disconnect();
        cancelAnimationFrame(frame);
        clearTimeout(pause);
        for (const action of undone) action();
        root.remove();
      };
    },
  };
  return stage;
}

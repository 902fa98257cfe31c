// The handle of a guess: a grip that is dragged along one axis or moved by keys, with its number beside it.

import { bisectCenter } from "d3-array";
import { KEEPS_ITS_KEYS, movedByKeys } from "./dom.js";
import { dragMarker, FINGER } from "./drag_marker.js";
import { say } from "./format.js";

/**
 * In `layer`, a group of `plot`: `along` is the axis, "x" or "y", on which the guess, one of `values`, is made;
 * `invert(px)` gives the value there, `onGuess(index)` says that it was dragged.
 *
 * `draw({ index, place: [x, y] in px, asks, width, height: of the surface })` puts it there; `handle` and `said`,
 * its number's text, are the caller's to lay out.
 */
export function guessHandle({ plot, along, values, onGuess, invert }) {
  const held = plot.append("g");
  const surface = held.append("rect").attr("class", `toy-surface toy-draggable toy-along-${along}`);
  const handle = held.append("g").attr("class", "toy-guess").attr("role", "slider").attr("tabindex", 0);
  for (const [key, value] of Object.entries(KEEPS_ITS_KEYS)) handle.attr(key, value);
  handle.attr("aria-label", "my guess").attr("aria-orientation", along === "y" ? "vertical" : "horizontal");
  handle.attr("aria-valuemin", values[0]).attr("aria-valuemax", values.at(-1));
  handle.append("circle").attr("class", "toy-guess-reach").attr("r", FINGER);
  handle.append("line");
  handle.append("circle").attr("class", "toy-guess-ring").attr("r", 12);
  handle.append("circle").attr("class", "toy-guess-grip").attr("r", 8);
  const said = handle.append("text");
  said.append("tspan").text("my guess ");
  said.append("tspan").attr("class", "toy-number").attr("data-key", "guess");
  let drawn = 0; // the guess that is drawn
  let at = [0, 0];

  handle.on("keydown", movedByKeys({ low: 0, high: values.length - 1, step: 1, now: () => drawn, move: onGuess }));
  const onMove = (px) => onGuess(bisectCenter(values, invert(px)));
  const onStart = () => handle.node().focus({ preventScroll: true });
  held.call(dragMarker({ container: plot.node(), axis: along, position: () => at, onStart, onMove }));
  handle.style("touch-action", along === "x" ? "pan-y" : "none");

  function draw({ index, place, asks, width, height }) {
    drawn = index;
    at = place;
    surface.attr("width", width).attr("height", height);
    handle.style("display", asks ? null : "none").attr("transform", `translate(${place})`);
    handle.attr("aria-valuenow", values[index]).attr("aria-valuetext", say(values[index]));
    said.select("[data-key]").attr("data-value", values[index]).text(say(values[index]));
  }

  return { handle, said, draw };
}

// Dragging one thing sideways: by mouse from anywhere, by finger from near it, so that a page still scrolls.

import { drag } from "d3-drag";
import { pointer } from "d3-selection";
import { planeOf } from "./plane.js";

// How near a finger must come down, in px; elsewhere it scrolls the page.
const TOUCH_REACH = 24;

/**
 * A function for `selection.call`: `container` is the node in whose px x is measured, `position()` is
 * where the thing is now; `onStart(x)` and then `onMove(x)` follow the pointer. A finger begins once it
 * has moved more sideways than up or down: what it does then the browser leaves to us, and else it scrolls.
 */
export function dragAlong({ container, position, onStart, onMove }) {
  const plane = planeOf(container);
  const across = (event) => pointer(event, plane)[0];
  const byMouse = drag()
    .container(() => plane)
    .touchable(false)
    .on("start", (event) => onStart(event.x))
    .on("drag", (event) => onMove(event.x));
  let down = null; // where a finger has come down that may drag
  let dragging = false;

  function press(event) {
    if (event.pointerType === "mouse") return;
    event.preventDefault(); // no press of a mouse follows
    down = Math.abs(across(event) - position()) < TOUCH_REACH ? event : null;
    dragging = false;
  }

  function move(event) {
    if (event.pointerId !== down?.pointerId) return;
    if (dragging) onMove(across(event));
    else if (Math.abs(event.clientX - down.clientX) > Math.abs(event.clientY - down.clientY)) {
      dragging = true;
      onStart(across(event));
    } else down = null;
  }

  return (selection) =>
    selection
      .call(byMouse)
      .style("touch-action", "pan-y")
      .on("pointerdown.finger", press)
      .on("pointermove.finger", move)
      .on("pointerup.finger pointercancel.finger", () => (down = null));
}

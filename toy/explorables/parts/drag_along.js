// Dragging one thing sideways: by mouse from anywhere, by finger from near it, so that a page still scrolls.

import { drag } from "d3-drag";
import { pointer } from "d3-selection";

// How near a finger must come down, in px; elsewhere it scrolls the page.
const TOUCH_REACH = 24;

/** Whether a press may begin a drag: that of the mouse's main button, or of a finger where `near(touch)` says so. */
export const pressed = (near) => (event) =>
  !event.ctrlKey && !event.button && (!event.changedTouches || near(event.changedTouches[0]));

/**
 * A function for `selection.call`: `container` is the node in whose px x is measured, `position()` is
 * where the thing is now; `onStart(x)` and then `onMove(x)` follow the pointer.
 */
export function dragAlong({ container, position, onStart, onMove }) {
  const near = (touch) => Math.abs(pointer(touch, container)[0] - position()) < TOUCH_REACH;
  const behaviour = drag()
    .container(() => container)
    .filter(pressed(near))
    .on("start", (event) => onStart(event.x))
    .on("drag", (event) => onMove(event.x));
  return (selection) => selection.call(behaviour).style("touch-action", "pan-y");
}

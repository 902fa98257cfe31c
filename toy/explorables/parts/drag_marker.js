// Dragging a marker along one axis of a picture: by mouse from anywhere; by finger too, as long as the page scrolls.

import { drag } from "d3-drag";
import { pointer } from "d3-selection";

/** How near a finger must come down to take hold of a marker that moves up and down, in px; elsewhere it scrolls. */
export const FINGER = 24;

// A finger that moves less than this, in px, has tapped.
const TAP = 8;

// A press this near takes hold of the marker where it is, in px; one further away brings it there.
const GRIP = 16;

/**
 * A function for `selection.call`: `axis` is that of the marker, "x" or "y", `position()` where it is now, [x, y] in px
 * of `container`; `onStart()` at a press of the mouse, and `onMove(px)` follow the pointer. A finger that taps brings
 * the marker there. Sideways it moves it from anywhere, up and down from near it.
 */
export function dragMarker({ container, axis, position, onStart, onMove }) {
  const side = axis === "x" ? 0 : 1;
  const away = ([x, y]) => Math.hypot(x - position()[0], y - position()[1]);
  const byMouse = drag()
    .container(() => container)
    .touchable(false)
    .subject((event) => {
      const [x, y] = away([event.x, event.y]) < GRIP ? position() : [event.x, event.y];
      return { x, y };
    })
    .on("start", (event) => {
      onStart();
      onMove([event.x, event.y][side]);
    })
    .on("drag", (event) => onMove([event.x, event.y][side]));
  let down = null; // where a finger has come down
  let held = 0; // how far the marker is from the finger that drags it
  let dragging = false;

  function press(event) {
    if (event.pointerType === "mouse") return;
    event.preventDefault(); // no press of a mouse follows
    const at = pointer(event, container);
    const isNear = away(at) < FINGER;
    down = { id: event.pointerId, x: event.clientX, y: event.clientY, isNear };
    held = isNear ? position()[side] - at[side] : 0;
    dragging = false;
  }

  function move(event) {
    if (event.pointerId !== down?.id) return;
    if (!dragging) {
      const [dx, dy] = [Math.abs(event.clientX - down.x), Math.abs(event.clientY - down.y)];
      if (Math.max(dx, dy) < TAP) return;
      dragging = axis === "x" ? dx > dy : down.isNear;
      if (!dragging) down = null;
    }
    if (dragging) onMove(pointer(event, container)[side] + held);
  }

  function lift(event) {
    if (event.pointerId === down?.id && !dragging) onMove(pointer(event, container)[side]);
    down = null;
  }

  return (selection) =>
    selection
      .call(byMouse)
      .style("touch-action", "pan-y")
      .on("pointerdown.finger", press)
      .on("pointermove.finger", move)
      .on("pointerup.finger", lift)
      .on("pointercancel.finger", () => (down = null));
}

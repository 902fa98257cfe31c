// Dragging points about in a plane: by mouse from anywhere, by finger from near one, so that a page still scrolls.

import { least } from "d3-array";
import { drag } from "d3-drag";
import { pointer } from "d3-selection";
import { planeOf } from "./plane.js";

// How near a press must be to take this point rather than the main one, in px; a finger elsewhere scrolls.
const REACH = 28;

// A press this near takes hold of a point where it is, in px; one further away brings it there.
const GRIP = 16;

/** Whether a press may begin a drag: that of the mouse's main button, or of a finger where `near(touch)` says so. */
const pressed = (near) => (event) =>
  !event.ctrlKey && !event.button && (!event.changedTouches || near(event.changedTouches[0]));

/**
 * A function for `selection.call`: `container` is the node in whose px places are measured, `places()`
 * are the points [x, y] now, the main one first; `onMove(i, [x, y])` follows the pointer with the point
 * that was near, or with the main one if none was.
 */
export function dragAbout({ container, places, onStart = () => {}, onMove }) {
  const plane = planeOf(container);
  const distance = ([x, y], place) => Math.hypot(place[0] - x, place[1] - y);
  const nearest = (at) =>
    least(places().map((place, i) => ({ i, place, away: distance(at, place) })), ({ away }) => away);
  const near = (touch) => nearest(pointer(touch, plane)).away < REACH;
  const behaviour = drag()
    .container(() => plane)
    .filter(pressed(near))
    .subject((event) => {
      const { i, place, away } = nearest([event.x, event.y]);
      if (away >= REACH) return { i: 0, x: event.x, y: event.y };
      const held = away < GRIP || event.sourceEvent.changedTouches;
      return { i, x: held ? place[0] : event.x, y: held ? place[1] : event.y };
    })
    .on("start", ({ subject, x, y }) => {
      onStart(subject.i);
      onMove(subject.i, [x, y]);
    })
    .on("drag", ({ subject, x, y }) => onMove(subject.i, [x, y]));
  // Only where a finger is near a handle does it not scroll: the handles say so themselves.
  return (selection) => selection.call(behaviour).style("touch-action", "auto");
}

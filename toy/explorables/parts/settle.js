// Labels that keep clear of each other and of what is drawn.

const RISE = 10; // how far letters reach over their base line, in px
const DROP = 3; // and under it
const AIR = 3; // beside them
const LATER = 14; // what a later place costs, in px² of what is covered
const OUTSIDE = 60; // what a px beyond the frame costs
const LABEL = 12; // what a px² of another label costs

/** A rectangle around a place that weighs so much for each px² that a label covers. */
export const around = (x, y, reach, weight) => ({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach, weight });

/** Rectangles along a way of [x, y] in px, one every few px. */
export function along(points, reach, weight) {
  const boxes = [];
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const parts = Math.min(60, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / (2 * reach)));
    for (let k = 0; k < parts; k++) {
      const share = (k + 0.5) / parts;
      boxes.push(around(x0 + share * (x1 - x0), y0 + share * (y1 - y0), reach, weight));
    }
  }
  return boxes;
}

const lengthOf = (text) => text.node().getComputedTextLength();

/** What a text covers whose base line begins, or has its middle or end, at (x, y). */
export function boxOf(text, x, y, anchor, long = lengthOf(text)) {
  const left = x - { start: 0, middle: 0.5, end: 1 }[anchor] * long;
  return { left: left - AIR, right: left + long + AIR, top: y - RISE, bottom: y + DROP, weight: LABEL };
}

/**
 * Puts each of `labels` where it covers least of `obstacles` and of the labels before it: { text: a selection,
 * at: [x, y] of what it names, places: [[dx, dy, anchor]] from there, the best first, own: whether it is laid out from there,
 * within: how far it may reach to the right, if less than others }.
 * `frame`: { left, right, top, bottom }, beyond which none should reach. Returns what each covers.
 */
export function settle(labels, obstacles, frame) {
  const taken = [...obstacles];
  const lengths = labels.map(({ text }) => lengthOf(text)); // all at once: to place one is to lay out all anew
  return labels.map(({ text, at: [x, y], places, own, within = frame.right }, label) => {
    const tries = places.map(([dx, dy, anchor], i) => {
      const box = boxOf(text, x + dx, y + dy, anchor, lengths[label]);
      return { dx, dy, anchor, box, cost: i * LATER + beyond(box, { ...frame, right: within }) + covered(box, taken) };
    });
    const best = tries.reduce((least, one) => (one.cost < least.cost ? one : least));
    const [left, foot] = own ? [best.dx, best.dy] : [x + best.dx, y + best.dy];
    text.attr("x", left).attr("y", foot).attr("text-anchor", best.anchor);
    taken.push(best.box);
    return best.box;
  });
}

const beyond = (box, { left, right, top, bottom }) =>
  OUTSIDE * [left - box.left, box.right - right, top - box.top, box.bottom - bottom].reduce((all, over) => all + Math.max(0, over), 0);

function covered(box, taken) {
  let cost = 0;
  for (const one of taken) {
    const wide = Math.min(box.right, one.right) - Math.max(box.left, one.left);
    const tall = Math.min(box.bottom, one.bottom) - Math.max(box.top, one.top);
    if (wide > 0 && tall > 0) cost += one.weight * wide * tall;
  }
  return cost;
}

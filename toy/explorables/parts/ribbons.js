// Shares of responses as ribbons of a guess chart, one above the other; the one that matters at the foot, in blue.

import { range } from "d3-array";
import { sum } from "../core/numpy.js";

/** Who stands above whom: those that matter, then the others. */
export function order(matters) {
  const all = range(matters.length);
  return [...all.filter((y) => matters[y]), ...all.filter((y) => !matters[y])];
}

/** How much lies below the i-th of the stack. */
export const below = (shares, stack, i) => sum(stack.slice(0, i).map((y) => shares[y]));

/** The areas of `curve`, [[x, shares], …]. */
export const ribbons = (curve, matters) =>
  order(matters).map((y, i, stack) => ({
    role: matters[y] ? "policy" : "reference",
    tint: matters[y] ? "100%" : `${25 + 20 * (i % 3)}%`,
    points: curve.map(([x, shares]) => [x, below(shares, stack, i), below(shares, stack, i + 1)]),
  }));

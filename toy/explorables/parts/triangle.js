// The triangle of all policies over three responses: its geometry, and what is laid out over it.
//
// The plane has the triangle's first corner at (0, 0), its second at (1, 0), its third above their middle,
// as in toy/figures/style.py. A policy is the point that its probabilities weigh the corners to.

import { sum } from "../core/numpy.js";

export const HEIGHT = Math.sqrt(3) / 2;
export const CORNERS = [
  [0, 0],
  [1, 0],
  [0.5, HEIGHT],
];

/** Where a policy, or a change of one, stands in the plane. */
export const toPlane = ([, second, third]) => [second + third / 2, third * HEIGHT];

/** The policy at a point of the plane; outside the triangle some probability is negative. */
export function fromPlane([x, y]) {
  const third = y / HEIGHT;
  const second = x - third / 2;
  return [1 - second - third, second, third];
}

/** The nearest policy, in the plane, that gives every response at least `floor`. */
export function nearestPolicy(point, floor = 0) {
  const kept = point.map(() => true);
  for (;;) {
    // What is left over is shared equally, which is the shortest way back to a sum of one.
    const count = kept.filter(Boolean).length;
    const excess = (sum(point.filter((_, y) => kept[y])) + floor * (point.length - count) - 1) / count;
    const sinking = point.findIndex((p, y) => kept[y] && p - excess < floor);
    if (sinking < 0) return point.map((p, y) => (kept[y] ? p - excess : floor));
    // The lowest goes first: it is certain to lie on the floor.
    kept[point.reduce((low, p, y) => (kept[y] && p < point[low] ? y : low), sinking)] = false;
  }
}

/** A policy in whole parts of `parts`, none below `floor`, that still sums to one. */
export function roundedPolicy(policy, floor, parts = 10000) {
  const counts = policy.map((p) => Math.max(Math.round(p * parts), Math.ceil(floor * parts)));
  const largest = counts.indexOf(Math.max(...counts));
  counts[largest] += parts - sum(counts);
  return counts.map((count) => count / parts);
}

/** `share` of the way from a policy to a corner; a negative one leads away from it. */
export const towardsCorner = (policy, corner, share) =>
  policy.map((p, y) => p + share * ((y === corner ? 1 : 0) - p));

/** The most steps, up to `most`, that a policy can go along every one of `moves` and stay in the triangle. */
export const stepsInside = (policy, moves, most) =>
  Math.min(most, ...moves.flatMap((move) => move.map((d, y) => (d < 0 ? policy[y] / -d : most))));

/** All policies in whole parts of `parts`, each response at least one part: inside, evenly spread. */
export function interiorGrid(parts) {
  const grid = [];
  for (let i = 1; i <= parts - 2; i++) {
    for (let j = 1; j <= parts - 1 - i; j++) grid.push([(parts - i - j) / parts, i / parts, j / parts]);
  }
  return grid;
}

/**
 * `value(policy)` on a square of `size` × `size` points, row by row: the second probability runs along a
 * row, the third over the rows. Beyond the diagonal lies no policy; one line of points there goes on
 * linearly, so that level lines meet the edge straight, and the rest is `low`.
 */
export function gridValues(value, size) {
  const last = size - 1;
  const values = new Float64Array(size * size).fill(NaN);
  for (let j = 0; j <= last; j++) {
    for (let i = 0; i <= last - j; i++) values[j * size + i] = value([(last - i - j) / last, i / last, j / last]);
  }
  const low = values.reduce((least, v) => (v < least ? v : least), Infinity);
  for (let j = 0; j <= last; j++) {
    for (let i = last - j + 1; i <= last; i++) {
      const at = j * size + i;
      values[at] = i + j === size ? values[at - 1] + values[at - size] - values[at - size - 1] : low;
    }
  }
  return values;
}

/** The policy at column `x` and row `y` of that square, which need not be whole numbers. */
export const gridPolicy = (x, y, size) => [1 - (x + y) / (size - 1), x / (size - 1), y / (size - 1)];

/**
 * The ellipse of one standard deviation in the plane: half axes [long, short] and the angle of the long
 * one, in radians. `covariance` is that of the three probabilities.
 */
export function spreadEllipse(covariance) {
  const rows = covariance.map(toPlane);
  const column = (axis) => toPlane(rows.map((row) => row[axis]));
  const [[xx, xy], [, yy]] = [column(0), column(1)];
  const middle = (xx + yy) / 2;
  const radius = Math.hypot((xx - yy) / 2, xy);
  return {
    axes: [Math.sqrt(middle + radius), Math.sqrt(Math.max(0, middle - radius))],
    angle: Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** The ends of the line of all policies over three responses that give one of them this probability. */
export function policiesWith(p, response) {
  return [1, 2].map((turn) => {
    const end = [0, 0, 0];
    end[response] = p;
    end[(response + turn) % 3] = 1 - p;
    return end;
  });
}

/**
 * What a triangle draws of a guess of the probability `p` of a response, and of the `truth`, once it may be shown: the
 * policies that have it, and how far the two are apart.
 */
export function guessedShare(p, truth, response) {
  const mine = policiesWith(p, response);
  const exact = truth === null ? null : policiesWith(truth, response);
  return {
    paths: [
      { role: "ink", dash: "2 4", points: mine },
      ...(exact ? [{ role: "best", dash: "none", points: exact, thin: true }, { role: "best", dash: "1 5", points: [mine[0], exact[0]] }] : []),
    ],
    dots: [
      ...(exact ? [{ role: "best", at: exact[0], label: "exact" }] : []),
      { role: "ink", own: true, at: mine[0], label: "my guess" },
    ],
  };
}

/** A policy's place, `length` of an edge from it along `way`, a change, turned anticlockwise by degrees. */
export function turnedFrom(policy, way, degrees, length) {
  const [x, y] = toPlane(policy);
  const [dx, dy] = toPlane(way);
  const size = Math.hypot(dx, dy) || 1;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map((one) => (one * length) / size);
  return fromPlane([x + dx * cos - dy * sin, y + dx * sin + dy * cos]);
}

// The geometry of the triangle of policies: what is laid out must be where it is said to be.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sum } from "../../toy/explorables/core/numpy.js";
import * as triangle from "../../toy/explorables/parts/triangle.js";

const POLICIES = [
  [0.7, 0.2, 0.1],
  [1, 0, 0],
  [0, 0.25, 0.75],
  [1e-12, 0.3, 0.7 - 1e-12],
  [1 / 3, 1 / 3, 1 / 3],
];

function assertAllClose(got, expected, what, tolerance = 1e-14) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(got[i] - value) <= tolerance, `${what}[${i}]: got ${got[i]}, expected ${value}`),
  );
}

test("the corners are the policies that give one response alone", () => {
  triangle.CORNERS.forEach((corner, y) => {
    const sure = [0, 1, 2].map((j) => (j === y ? 1 : 0));
    assertAllClose(triangle.toPlane(sure), corner, "corner");
  });
});

test("a policy stands where its probabilities weigh the corners to, and comes back", () => {
  for (const policy of POLICIES) {
    const weighed = [0, 1].map((axis) => sum(policy.map((p, y) => p * triangle.CORNERS[y][axis])));
    assertAllClose(triangle.toPlane(policy), weighed, "in the plane");
    assertAllClose(triangle.fromPlane(triangle.toPlane(policy)), policy, "and back");
  }
});

test("the nearest policy is where no policy is nearer", () => {
  const away = (a, b) => Math.hypot(...triangle.toPlane(a.map((value, y) => value - b[y])));
  const others = triangle.interiorGrid(43);
  for (const point of [[1.5, 0.2, -0.7], [0.5, 0.7, -0.2], [-0.3, -0.4, 1.7], [-0.01, 0.4, 0.61], ...POLICIES]) {
    for (const floor of [0, 0.001, 0.02]) {
      const nearest = triangle.nearestPolicy(point, floor);
      assert.ok(Math.abs(sum(nearest) - 1) < 1e-15);
      assert.ok(Math.min(...nearest) >= floor);
      for (const other of others) assert.ok(away(nearest, point) <= away(other, point) + 1e-12);
    }
  }
});

test("a policy that is inside is its own nearest", () => {
  for (const policy of POLICIES) assertAllClose(triangle.nearestPolicy(policy), policy, "itself", 1e-15);
});

test("a rounded policy sums to one, and keeps the floor", () => {
  for (const policy of [...POLICIES, [0.33335, 0.33335, 0.3333], [0.0004, 0.0004, 0.9992]]) {
    const rounded = triangle.roundedPolicy(policy, 0.001);
    assert.ok(Math.abs(sum(rounded) - 1) < 1e-15);
    rounded.forEach((p, y) => {
      assert.ok(p >= 0.001);
      assert.equal(p, Number(p.toFixed(4)));
      assert.ok(Math.abs(p - policy[y]) <= 0.00201);
    });
  }
});

test("a corner is a share of the way ahead, or behind", () => {
  assertAllClose(triangle.towardsCorner([0.5, 0.3, 0.2], 2, 0.5), [0.25, 0.15, 0.6], "half way");
  assertAllClose(triangle.towardsCorner([0.5, 0.3, 0.2], 2, -0.1), [0.55, 0.33, 0.12], "away");
});

test("steps end where the first probability would", () => {
  const policy = [0.5, 0.3, 0.2];
  assert.equal(triangle.stepsInside(policy, [[0.1, -0.1, 0], [0.3, 0.1, -0.4]], 1), 0.5);
  assert.equal(triangle.stepsInside(policy, [[0.1, -0.1, 0]], 2), 2);
  assert.equal(triangle.stepsInside(policy, [[0, 0, 0]], 2), 2);
});

test("the grid is inside, and even", () => {
  const grid = triangle.interiorGrid(5);
  assert.equal(grid.length, 6);
  for (const policy of grid) {
    assert.ok(Math.abs(sum(policy) - 1) < 1e-15);
    assert.ok(Math.min(...policy) > 0.199);
  }
});

test("values lie on the square where their policies do, and go on linearly beyond the edge", () => {
  const value = ([a, b, c]) => 3 * a - 2 * b + 0.5 * c;
  const values = triangle.gridValues(value, 5);
  const at = (i, j) => values[j * 5 + i];
  assertAllClose([at(0, 0), at(4, 0), at(0, 4), at(1, 2)], [3, -2, 0.5, value([0.25, 0.25, 0.5])], "inside");
  assertAllClose([at(4, 1), at(2, 3)], [value([-0.25, 1, 0.25]), value([-0.25, 0.5, 0.75])], "one line beyond");
  assert.equal(at(4, 4), -2);
  assertAllClose(triangle.gridPolicy(1, 2, 5), [0.25, 0.25, 0.5], "its policy");
});

test("an ellipse has the spread of the policies along its axes", () => {
  // Two policies, equally likely: a spread along one line alone.
  const half = [0.06, -0.08, 0.02];
  const covariance = half.map((a) => half.map((b) => a * b));
  const [x, y] = triangle.toPlane(half);
  const { axes, angle } = triangle.spreadEllipse(covariance);
  assertAllClose(axes, [Math.hypot(x, y), 0], "axes", 1e-9);
  assertAllClose([Math.tan(angle)], [y / x], "angle", 1e-12);
  const even = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 2 : -1) / 300));
  const round = triangle.spreadEllipse(even).axes;
  assertAllClose([round[0] - round[1]], [0], "a spread that is the same in all directions", 1e-9);
});

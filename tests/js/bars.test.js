// How a dragged bar moves the others.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sum } from "../../toy/explorables/core/numpy.js";
import { withProbability } from "../../toy/explorables/parts/bars.js";
import { assertClose } from "./compare.js";

test("moving one probability keeps the others' proportions", () =>
  assertClose(withProbability([0.2, 0.6, 0.2], 0, 0.5, 0.001), [0.5, 0.375, 0.125], "moved"));

test("no probability falls below the floor, and the sum stays one", () => {
  for (const value of [-1, 0, 0.3, 0.9995, 1, 7]) {
    const moved = withProbability([0.5, 0.3, 0.15, 0.05], 1, value, 0.001);
    assert.ok(moved.every((p) => p >= 0.001), `${moved}`);
    assertClose(sum(moved), 1, "sum");
  }
  assertClose(withProbability([0.9, 0.099, 0.001], 0, 0.95, 0.001), [0.95, 0.049, 0.001], "floored");
});

test("a probability of one can be taken back", () =>
  assertClose(withProbability([1, 0, 0], 0, 0.5), [0.5, 0.25, 0.25], "taken back"));

test("moving a probability leaves the old policy as it was", () => {
  const policy = Object.freeze([0.5, 0.5]);
  assert.deepEqual(withProbability(policy, 0, 0.2), [0.2, 0.8]);
});

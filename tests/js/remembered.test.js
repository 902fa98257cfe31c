// What is remembered, and when it is done again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { remembered } from "../../toy/explorables/parts/remembered.js";

test("the same work is done once, and again when a number has changed", () => {
  let count = 0;
  const work = remembered(({ policy }, map) => [++count, policy.map(map)]);
  const double = (p) => 2 * p;
  assert.deepEqual(work({ policy: [0.5, 0.5] }, double), [1, [1, 1]]);
  assert.deepEqual(work({ policy: [0.5, 0.5] }, (p) => p), [1, [1, 1]], "a function does not count");
  assert.deepEqual(work({ policy: [0.25, 0.75] }, double), [2, [0.5, 1.5]]);
  assert.deepEqual(work({ policy: [0.5, 0.5] }, double), [3, [1, 1]], "only the last time is remembered");
});

// Places in tables, and their numbers, against NumPy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ravelMultiIndex, sum, unravelIndex } from "../../toy/explorables/core/numpy.js";
import { vectors } from "./vectors.js";

for (const { shape, indices } of vectors.numpy) {
  test(`places are numbered as NumPy does: ${shape}`, () =>
    indices.forEach((place, number) => {
      assert.deepEqual(unravelIndex(number, shape), place);
      assert.equal(ravelMultiIndex(place, shape), number);
    }));
}

test("the empty prefix is number zero, and nothing sums to nothing", () => {
  assert.deepEqual([ravelMultiIndex([], []), sum([])], [0, 0]);
  assert.deepEqual(unravelIndex(0, []), []);
});

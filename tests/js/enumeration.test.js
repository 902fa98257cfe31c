// Groups, listed by their counts, against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { countProbabilities, countVectors, numCountVectors } from "../../toy/explorables/core/enumeration.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

for (const { policy, total, ...expected } of vectors.enumeration) {
  test(`groups are listed as toy does: ${total} draws of ${policy.length} responses, ${policy}`, () => {
    const counts = countVectors(total, policy.length);
    assert.equal(numCountVectors(total, policy.length), expected.numCountVectors);
    assert.deepEqual(counts.map((column) => [...column]), expected.counts);
    assertClose(countProbabilities(policy, counts), expected.probabilities, "probability");
  });
}

// Distributions and their divergences against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as distributions from "../../toy/explorables/core/distributions.js";
import { assertClose, largest, meanSize } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, entropies, logits } = vectors.distributions;

test("the pairs are many", () => assert.ok(Object.keys(cases).length >= 12));

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference, values } = expected;

  test(`divergences agree with toy: ${name}`, () => {
    for (const divergence of ["logRatio", "klTerms", "klDivergence", "chiSquareDivergence"])
      assertClose(distributions[divergence](policy, reference), expected[divergence], divergence);
    const apart = distributions.totalVariation(policy, reference);
    assertClose(apart, expected.totalVariation, "total variation", 1);
  });

  test(`means and their slopes agree with toy: ${name}`, () => {
    assertClose(distributions.entropy(policy), expected.entropy, "entropy", 0.1 + expected.entropy);
    const mean = distributions.expectation(policy, values);
    assertClose(mean, expected.expectation, "mean", meanSize(policy, values));
    const slope = distributions.slopeOfMean(policy, values);
    assertClose(slope, expected.slopeOfMean, "slope", largest(values));
  });

  test(`the geometric path agrees with toy: ${name}`, () => {
    for (const { weight, policy: mixture } of expected.mixtures) {
      const got = distributions.geometricMixture(policy, reference, weight);
      // A probability is as exact as its logarithm times 1e-16; 1e-30 has a logarithm of 69.
      assertClose(got, mixture, `mixture at ${weight}`);
    }
  });
}

test("an entropy agrees with toy, where a response is never given too", () => {
  for (const { policy, entropy } of entropies) assertClose(distributions.entropy(policy), entropy, `H(${policy})`, 0.1 + entropy);
});

test("what logits stand for agrees with toy", () => {
  for (const { logits: z, softmax, logSoftmax } of logits) {
    assertClose(distributions.softmax(z), softmax, `softmax of ${z}`);
    assertClose(distributions.logSoftmax(z), logSoftmax, `log softmax of ${z}`);
  }
});

test("the slope of a nearly certain response is what the others leave to it", () => {
  const [, slope] = distributions.slopeOfMean([1e-20, 1], [-3, 5]);
  assertClose(slope, 8e-20, "slope");
});

// Gradients and the laws of their estimates against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as core from "../../toy/explorables/core/policy_gradient.js";
import { assertClose, largest } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, advantages } = vectors.policy_gradient;

/** A law of estimates as large as `size`, its moments, and how they stand to the gradient. */
function assertLaw({ probabilities, gradients }, { law, ...expected }, gradient, what, size) {
  assertClose(probabilities, law[0], `${what}: probabilities`);
  assertClose(gradients, law[1], `${what}: estimates`, size);
  const got = core.moments({ probabilities, gradients });
  assertClose(got.mean, expected.mean, `${what}: mean`, size);
  assertClose(got.covariance, expected.covariance, `${what}: covariance`, size * size);
  assertClose(got.totalVariance, expected.totalVariance, `${what}: total variance`, size * size);
  assertClose(core.biasLength(got, gradient), expected.biasLength, `${what}: bias`, size);
  // A direction is as exact as the rounding of what it points along is small beside it.
  const length = Math.min(Math.hypot(...expected.mean), Math.hypot(...gradient));
  assertClose(core.cosine(got, gradient), expected.cosine, `${what}: cosine`, 1 + size / length);
}

test("the worlds are many", () => assert.ok(Object.keys(cases).length >= 10));

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reward, reference, policyGradient, klGradient } = expected;

  test(`gradients agree with toy: ${name}`, () => {
    assertClose(core.score(policy), expected.score, "score", largest(expected.score));
    assertClose(core.policyGradient(policy, reward), policyGradient, "gradient", largest(reward));
    for (const { beta, gradient } of expected.objectiveGradient) {
      const size = largest(reward) + beta * largest(klGradient);
      assertClose(core.objectiveGradient(policy, reward, reference, beta), gradient, `β ${beta}`, size);
    }
  });

  test(`one draw agrees with toy: ${name}`, () => {
    const best = core.optimalBaseline(policy, reward);
    assertClose(best, expected.optimalBaseline, "best baseline", largest(reward));
    for (const { baseline, ...found } of expected.reinforce) {
      const law = core.reinforceLaw(policy, reward, baseline);
      assertLaw(law, found, policyGradient, `b ${baseline}`, largest(reward) + Math.abs(baseline));
      assert.deepEqual(core.reinforceMoments(policy, reward, baseline), core.moments(law));
    }
  });

  test(`groups agree with toy: ${name}`, () => {
    for (const { advantage, size, ...found } of expected.groups) {
      const law = core.groupLaw(policy, reward, size, core[advantage]);
      assertLaw(law, found, policyGradient, `${advantage}, ${size}`, Math.max(1, largest(reward)));
    }
  });
}

test("advantages agree with toy", () => {
  for (const { rewards, ...expected } of advantages)
    for (const [rule, values] of Object.entries(expected))
      assertClose(core[rule](rewards), values, rule, largest(values));
});

test("a cosine is 1 for one direction, whatever the lengths", () => {
  assertClose(core.cosine({ mean: [1, -2, 1] }, [3, -6, 3]), 1, "one direction");
  assert.equal(core.cosine({ mean: [1, 0, -1] }, [1, -2, 1]), 0);
  assert.ok(Number.isNaN(core.cosine({ mean: [1e-16, 0, -1e-16] }, [1, -2, 1])));
});

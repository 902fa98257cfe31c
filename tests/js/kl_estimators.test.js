// Estimators of the KL, their moments, and what they do as a loss, against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { logRatio } from "../../toy/explorables/core/distributions.js";
import * as core from "../../toy/explorables/core/kl_estimators.js";
import { assertClose, assertMoments, meanSize } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, races, losses } = vectors.kl_estimators;
const squares = (values) => values.map((value) => value ** 2);

test("the vectors are many, and no estimator is missing from them", () => {
  assert.ok(Object.keys(cases).length >= 12);
  for (const { estimators } of Object.values(cases))
    assert.deepEqual(Object.keys(estimators), ["k1", "k2", "k3", "best"]);
});

test("a control variate is k1 at zero, even where k3 is infinite", () => {
  assert.equal(core.controlVariate(0)(-813.77), -813.77);
  assert.equal(core.controlVariate(0.5)(-813.77), Infinity);
});

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference, sampler, optimalCoefficient, klDivergence } = expected;
  const estimators = { ...core, best: core.controlVariate(optimalCoefficient) };

  test(`estimators and their moments agree with toy: ${name}`, () => {
    assertClose(core.optimalCoefficient(policy, reference), optimalCoefficient, "best coefficient");
    for (const [key, { values, moments, mse }] of Object.entries(expected.estimators)) {
      // With two responses the best control variate leaves nothing: the rounding of its square.
      const rounding = meanSize(policy, squares(values));
      const got = core.estimatorMoments(estimators[key], policy, reference);
      assertClose(logRatio(policy, reference).map(estimators[key]), values, `${key} value`);
      assertMoments(got, moments, key, meanSize(policy, values), rounding);
      [1, 7, 1000].forEach((n, i) =>
        assertClose(core.mse(got, n), mse[i], `${key} mse(${n})`, mse[i] + 1e-12 * rounding),
      );
    }
  });

  test(`moments agree with toy when somebody else samples: ${name}`, () => {
    for (const [key, { values, offPolicy }] of Object.entries(expected.estimators)) {
      const got = core.estimatorMoments(estimators[key], policy, reference, sampler);
      const size = meanSize(sampler, values) + klDivergence;
      assertMoments(got, offPolicy, key, size, meanSize(sampler, squares(values)));
    }
  });

  test(`where k3 stops beating k1 agrees with toy: ${name}`, () =>
    assertClose(core.varianceCrossover(policy, reference), expected.varianceCrossover, "crossover"));
}

test("from which N on an estimator errs no more than another agrees with toy", () => {
  assert.ok(races.some(({ samplesToBeat }) => samplesToBeat === Infinity));
  for (const { moments, samplesToBeat } of races)
    assertClose(core.samplesToBeat(...moments), samplesToBeat, `samples to beat ${JSON.stringify(moments)}`);
});

for (const [name, { policy, reference, gradients }] of Object.entries(losses)) {
  test(`the gradients of estimators as losses agree with toy: ${name}`, () => {
    for (const [key, gradient] of Object.entries(gradients))
      assertClose(core.lossGradient(core[key], policy, reference), gradient, key, 70);
  });
}

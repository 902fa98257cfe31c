// Ascents and descents against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { softmax } from "../../toy/explorables/core/distributions.js";
import * as estimators from "../../toy/explorables/core/kl_estimators.js";
import { ascendWithLoss, dpoDescent, rlhfAscent } from "../../toy/explorables/core/learners.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, steps, stepSize, numSteps, losses, lossSteps } = vectors.learners;

test("there are worlds with a finite optimum and without", () => {
  const fits = Object.values(cases).map(({ runs: [{ reward }] }) => reward !== undefined);
  assert.ok(fits.includes(true) && fits.includes(false));
});

for (const [name, { reference, wins, beta, runs }] of Object.entries(cases)) {
  test(`thousands of steps agree with toy: ${name}`, () => {
    for (const { features, descent, reward, ascent } of runs) {
      const down = dpoDescent(reference, wins, beta, stepSize, numSteps, features);
      assert.equal(down.length, numSteps + 1);
      assertClose(steps.map((step) => down[step]), descent, "descent", 100);
      if (reward === undefined) continue;
      const up = rlhfAscent(reward, reference, beta, stepSize, numSteps, features);
      assert.equal(up.length, numSteps + 1);
      assertClose(steps.map((step) => softmax(up[step])), ascent, "ascent", 1);
    }
  });
}

for (const [name, { world, flows }] of Object.entries(losses)) {
  test(`the flow with an estimator as a loss agrees with toy: ${name}`, () => {
    const [policy, reward, reference, beta] = world;
    for (const [key, policies] of Object.entries(flows)) {
      const found = ascendWithLoss(estimators[key], policy, reward, reference, beta, 0.25, 50);
      assert.equal(found.length, 51);
      assertClose(lossSteps.map((step) => found[step]), policies, key, 1);
    }
  });
}

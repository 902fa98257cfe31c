// Estimators as losses against toy: Python writes the vectors and what it computes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { ascendWithLoss, forwardKlPolicy, lossGradient, SLOPES } from "../../toy/explorables/core/kl_as_loss.js";
import { gibbsPolicy, objectiveTerms } from "../../toy/explorables/core/rlhf_objective.js";

const TOLERANCE = 1e-12;

const python = process.env.PYTHON ?? ".venv/bin/python";
const cases = JSON.parse(execFileSync(python, ["tests/js/vectors_kl_as_loss.py"], { encoding: "utf8" }));

function assertAllClose(got, expected, what, size) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, y) =>
    assert.ok(
      Math.abs(got[y] - value) <= TOLERANCE * (size ?? Math.abs(value)),
      `${what}[${y}]: got ${got[y]}, toy says ${value}`,
    ),
  );
}

for (const [name, { world, rest, gibbs, objective, flows }] of Object.entries(cases)) {
  const [policy, reward, reference, beta] = world;

  test(`resting places agree with toy: ${name}`, () => {
    assertAllClose(forwardKlPolicy(reward, reference, beta), rest, "k3's");
    assertAllClose(gibbsPolicy(reward, reference, beta), gibbs, "k2's");
    assertAllClose([objectiveTerms(policy, reward, reference, beta).total], [objective], "objective", 40);
  });

  for (const [estimator, { gradient, policies }] of Object.entries(flows)) {
    test(`${estimator} as a loss agrees with toy: ${name}`, () => {
      assertAllClose(lossGradient(SLOPES[estimator], policy, reference), gradient, "gradient", 70);
      const found = ascendWithLoss(SLOPES[estimator], policy, reward, reference, beta, 0.25, 50);
      assert.equal(found.length, 51);
      [0, 1, 2, 20, 50].forEach((step, i) => assertAllClose(found[step], policies[i], `step ${step}`, 1));
    });
  }
}

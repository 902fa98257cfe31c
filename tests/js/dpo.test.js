// DPO's loss, gradient and descents in JavaScript against toy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as dpo from "../../toy/explorables/core/dpo.js";
import { softmax, totalVariation } from "../../toy/explorables/core/distributions.js";
import { gibbsPolicy } from "../../toy/explorables/core/rlhf_objective.js";

const TOLERANCE = 1e-12;

const python = process.env.PYTHON ?? ".venv/bin/python";
const { cases, numSteps, stepSize } = JSON.parse(
  execFileSync(python, ["tests/js/vectors_dpo.py"], { encoding: "utf8", maxBuffer: 1 << 28 }),
);

/** Equal to 1e-12 of the expected value or, for a sum whose terms cancel, of the size of its terms. */
function assertClose(got, expected, what, size = Math.abs(expected)) {
  assert.ok(Math.abs(got - expected) <= TOLERANCE * size, `${what}: got ${got}, toy says ${expected}`);
}

function assertAllClose(got, expected, what, size) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`, size ?? Math.abs(value)));
}

test("the vectors are many, with and without a finite optimum", () => {
  assert.ok(Object.keys(cases).length >= 10);
  const fits = Object.values(cases).map(({ fitRewards }) => fitRewards !== null);
  assert.ok(fits.includes(true) && fits.includes(false));
});

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference, wins, beta, features, weights, one } = expected;

  test(`the loss, its gradients and weights agree with toy: ${name}`, () => {
    assertAllClose(dpo.implicitReward(policy, reference, beta), expected.implicitReward, "implicit reward");
    assertClose(totalVariation(policy, reference), expected.totalVariation, "total variation", 1);
    assertClose(dpo.dpoLoss(policy, reference, wins, beta), expected.dpoLoss, "loss");
    // Pulls in both directions cancel; none is larger than β.
    assertAllClose(dpo.dpoGradient(policy, reference, wins, beta), expected.dpoGradient, "gradient", beta);
    dpo
      .dpoWeights(policy, reference, beta)
      .forEach((row, w) => assertAllClose(row, expected.dpoWeights[w], `weights of ${w}`));
    const slope = dpo.logLinearDpoGradient(weights, features, reference, wins, beta);
    assertAllClose(slope, expected.logLinearDpoGradient, "log-linear gradient", 3 * beta);
  });

  test(`the fitted rewards and their optimum agree with toy: ${name}`, () => {
    const reward = dpo.fitRewards(wins);
    if (expected.fitRewards === null) return assert.equal(reward, null);
    // The likelihood of nearly clean labels is flat: a reward is as exact as 1e-16 over its curvature.
    const size = Math.max(1, 1e-4 / Math.min(...wins.flat().filter((won) => won > 0)));
    assertAllClose(reward, expected.fitRewards, "rewards", size);
    const optimum = gibbsPolicy(expected.fitRewards, reference, beta);
    assertAllClose(optimum, expected.gibbsPolicy, "optimum");
  });

  test(`thousands of steps agree with toy: ${name}`, () => {
    [null, one].forEach((table, i) => {
      const descent = dpo.dpoDescent(reference, wins, beta, stepSize, numSteps, table);
      assert.equal(descent.length, numSteps + 1);
      for (const [step, logits] of expected.descents[i])
        assertAllClose(descent[step], logits, `descent, step ${step}`, 100);
      if (expected.fitRewards === null) return;
      const ascent = dpo.rlhfAscent(expected.fitRewards, reference, beta, stepSize, numSteps, table);
      for (const [step, logits] of expected.ascents[i])
        assertAllClose(softmax(ascent[step]), softmax(logits), `ascent, step ${step}`, 1);
    });
  });
}

test("descent follows the gradient, with features too", () => {
  const { reference, wins, beta, one } = cases["all pairs"];
  const start = dpo.dpoDescent(reference, wins, beta, stepSize, 1);
  const pull = dpo.dpoGradient(reference, reference, wins, beta);
  assertAllClose(start[1], reference.map((p, y) => Math.log(p) - stepSize * pull[y]), "a step", 1);
  const table = one.map(([f], y) => [f, Math.log(reference[y])]);
  const [slope] = dpo.logLinearDpoGradient([0, 1], table, reference, wins, beta);
  const shared = dpo.dpoDescent(reference, wins, beta, stepSize, 1, one);
  assertAllClose(shared[1], reference.map((p, y) => Math.log(p) - stepSize * slope * one[y][0]), "a step of θ", 1);
});

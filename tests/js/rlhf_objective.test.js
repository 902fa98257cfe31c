// The objective, its optimum and the frontier in JavaScript against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { klDivergence } from "../../toy/explorables/core/distributions.js";
import { sum } from "../../toy/explorables/core/numpy.js";
import * as core from "../../toy/explorables/core/rlhf_objective.js";
import { assertClose, largest, meanSize } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, rests, fitted } = vectors.rlhf_objective;

test("the vectors are many, and go to both ends", () => {
  assert.ok(Object.keys(cases).length >= 10);
  assert.ok(Object.values(cases).some((one) => one.betaOfEvenOdds === Infinity));
});

for (const [name, expected] of Object.entries(cases)) {
  const { reward, reference, pretraining, at } = expected;

  test(`the optimum at every price agrees with toy: ${name}`, () => {
    for (const { beta, logPartition, gibbsPolicy, frontier, gap, ...found } of at) {
      const tilts = reward.map((r) => r / beta);
      const tilt = meanSize(reference, tilts);
      assertClose(core.logPartition(reward, reference, beta), logPartition, "log Z", tilt);
      const policy = core.gibbsPolicy(reward, reference, beta);
      assertClose(policy, gibbsPolicy, `π* at ${beta}`);
      const shaped = core.shapedReward(pretraining, reward, reference, beta);
      assertClose(shaped, found.shapedReward, `shaped at ${beta}`, largest(reward) + 70 * beta);
      const [point] = core.rewardKlFrontier(reward, reference, [beta]);
      assertClose(point.reward, frontier.reward, "reward", meanSize(policy, reward));
      // As exact as the probabilities: their last digit, times their own log-ratio.
      const rounding = 1e-3 * sum(policy.map((p, y) => p * Math.abs(Math.log(p / reference[y]))));
      assertClose(point.kl, frontier.kl, "KL", frontier.kl + rounding);
      assert.equal(point.beta, beta);
      assertClose(core.optimalityGap(pretraining, reward, reference, beta), gap, "gap", gap + beta * tilt * 1e-3);
    }
  });

  test(`the optimum with pretraining agrees with toy: ${name}`, () => {
    for (const { beta, gamma, ptxPolicy, terms } of at) {
      const policy = core.ptxPolicy(reward, reference, beta, gamma, pretraining);
      assertClose(policy, ptxPolicy, `policy at β ${beta}, γ ${gamma}`);
      const got = core.objectiveTerms(policy, reward, reference, beta, gamma, pretraining);
      const size = meanSize(policy, reward) + beta * terms.kl + gamma * Math.abs(terms.pretraining);
      assertClose(got.reward, terms.reward, "reward", meanSize(policy, reward));
      assertClose(got.kl, terms.kl, "KL", terms.kl + meanSize(policy, policy.map(Math.log)));
      // The policy sums to one within 1e-14, which is what there is of its logarithm near 1.
      assertClose(got.pretraining, terms.pretraining, "log-likelihood", 0.1 + Math.abs(terms.pretraining));
      assertClose(got.total, terms.total, "total", size);
    }
  });

  test(`the limits agree with toy: ${name}`, () => {
    assertClose(core.betaOfEvenOdds(reward, reference), expected.betaOfEvenOdds, "β of even odds");
    const limit = core.greedyPolicy(reward, reference);
    assertClose(limit, expected.greedyPolicy, "greedy policy");
    const most = sum(reference.filter((_, y) => reward[y] === Math.max(...reward)));
    assertClose(klDivergence(limit, reference), -Math.log(most), "its KL", 1);
  });
}

test("without pretraining the third term is left out", () => {
  const terms = core.objectiveTerms([0.5, 0.5], [1, 0], [0.25, 0.75], 0.1);
  assertClose(terms.total, 0.485615896377411, "total");
  assert.equal(terms.pretraining, 0);
});

for (const [name, { world, forwardKlPolicy, gibbsPolicy, objective }] of Object.entries(rests)) {
  const [policy, reward, reference, beta] = world;

  test(`where ascents come to rest agrees with toy: ${name}`, () => {
    assertClose(core.forwardKlPolicy(reward, reference, beta), forwardKlPolicy, "k3's");
    assertClose(core.gibbsPolicy(reward, reference, beta), gibbsPolicy, "k2's");
    assertClose(core.objectiveTerms(policy, reward, reference, beta).total, objective, "objective", 40);
  });
}

test("the optima for fitted rewards agree with toy", () => {
  for (const { world, gibbsPolicy } of fitted) assertClose(core.gibbsPolicy(...world), gibbsPolicy, "optimum");
});

test("a problem that is none has no solution", () => {
  assert.ok(core.ptxPolicy([NaN, 0], [0.5, 0.5], 1, 1, [0.5, 0.5]).every(Number.isNaN));
});

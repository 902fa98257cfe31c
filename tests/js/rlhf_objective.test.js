// The objective, its optimum and the frontier in JavaScript against toy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { entropy, klDivergence, sum } from "../../toy/explorables/core/distributions.js";
import * as core from "../../toy/explorables/core/rlhf_objective.js";

const TOLERANCE = 1e-12;

const python = process.env.PYTHON ?? ".venv/bin/python";
const cases = JSON.parse(
  execFileSync(python, ["tests/js/vectors_rlhf_objective.py"], { encoding: "utf8", maxBuffer: 1 << 28 }),
);

/** Equal to 1e-12 of the expected value or, for a sum whose terms cancel, of the size of its terms. */
function assertClose(got, expected, what, size = Math.abs(expected)) {
  assert.ok(Math.abs(got - expected) <= TOLERANCE * size, `${what}: got ${got}, toy says ${expected}`);
}

function assertAllClose(got, expected, what) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`));
}

const meanSize = (policy, values) => sum(policy.map((p, y) => p * Math.abs(values[y])));

test("the vectors are many, and go to both ends", () => {
  assert.ok(Object.keys(cases).length >= 10);
  assert.ok(Object.values(cases).some((one) => one.betaOfEvenOdds === null));
});

for (const [name, expected] of Object.entries(cases)) {
  const { reward, reference, pretraining, at } = expected;

  test(`the optimum at every price agrees with toy: ${name}`, () => {
    for (const { beta, logPartition, gibbsPolicy, frontier, gap } of at) {
      const tilts = reward.map((r) => r / beta);
      const tilt = meanSize(reference, tilts);
      assertClose(core.logPartition(reward, reference, beta), logPartition, "log Z", tilt);
      const policy = core.gibbsPolicy(reward, reference, beta);
      assertAllClose(policy, gibbsPolicy, `π* at ${beta}`);
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
      assertAllClose(policy, ptxPolicy, `policy at β ${beta}, γ ${gamma}`);
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
    const beta = core.betaOfEvenOdds(reward, reference);
    if (expected.betaOfEvenOdds === null) assert.equal(beta, Infinity);
    else assertClose(beta, expected.betaOfEvenOdds, "β of even odds");
    const limit = core.cheapLimit(reward, reference);
    assertAllClose(limit, expected.cheapLimit, "cheap limit");
    const most = sum(reference.filter((_, y) => reward[y] === Math.max(...reward)));
    assertClose(klDivergence(limit, reference), -Math.log(most), "its KL", 1);
    assertClose(entropy(pretraining), expected.entropy, "entropy");
  });
}

test("without pretraining the third term is left out", () => {
  const terms = core.objectiveTerms([0.5, 0.5], [1, 0], [0.25, 0.75], 0.1);
  assertClose(terms.total, 0.485615896377411, "total");
  assert.equal(terms.pretraining, 0);
});

test("Wright's omega solves its equation", () => {
  for (const x of [-700, -50.1, -49.9, -3, -1, 0, 0.5, 1, 2, 30, 1e6, 1e19, 1e21]) {
    const omega = core.wrightOmega(x);
    assertClose(omega + Math.log(omega), x, `x = ${x}`, Math.max(1, Math.abs(x)));
  }
});

test("a problem that is none has no solution", () => {
  assert.ok(core.ptxPolicy([NaN, 0], [0.5, 0.5], 1, 1, [0.5, 0.5]).every(Number.isNaN));
});

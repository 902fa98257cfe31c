// The JavaScript of the theory token by token against toy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { logRatio, sum } from "../../toy/explorables/core/distributions.js";
import { k1, k2, k3 } from "../../toy/explorables/core/kl_estimators.js";
import * as sequences from "../../toy/explorables/core/sequences.js";

const TOLERANCE = 1e-12;
const ESTIMATORS = { k1, k2, k3 };

const python = process.env.PYTHON ?? ".venv/bin/python";
const { cases, binary, flatReward, reward, credits } = JSON.parse(
  execFileSync(python, ["tests/js/vectors_sequences.py"], { encoding: "utf8", maxBuffer: 1 << 28 }),
);

/** Equal to 1e-12 of the expected value or, for a sum whose terms cancel, of the size of its terms. */
function assertClose(got, expected, what, size = Math.abs(expected)) {
  assert.ok(Math.abs(got - expected) <= TOLERANCE * size, `${what}: got ${got}, toy says ${expected}`);
}

function assertAllClose(got, expected, what, size) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`, size));
}

test("the trees of two tokens are laid out as toy's", () => {
  for (const { splits, tables } of binary) assert.deepEqual(sequences.binaryPolicy(splits), tables);
  assert.deepEqual(sequences.binaryReward(flatReward), reward);
});

test("a step is credited with what toy says", () => {
  for (const { rewards, toGo, whole } of credits) {
    assertAllClose(sequences.rewardsToGo(rewards), toGo, "reward-to-go");
    assertAllClose(sequences.wholeReturn(rewards), whole, "whole return");
  }
});

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference, reward: rewards } = expected;
  const most = Math.max(...rewards.flat(2).map(Math.abs)) * policy.length;

  test(`sequences and their divergence agree with toy: ${name}`, () => {
    assertAllClose(sequences.sequenceProbs(policy), expected.sequenceProbs, "P");
    sequences.prefixKls(policy, reference).forEach((kls, t) => assertAllClose(kls, expected.prefixKls[t], "KL"));
    assertClose(sequences.sequenceKl(policy, reference), expected.sequenceKl, "KL of sequences");
  });

  test(`values and gradients agree with toy: ${name}`, () => {
    const values = sequences.prefixValues(policy, rewards);
    values.forEach((row, t) => assertAllClose(row, expected.prefixValues[t], "value", most));
    const got = {
      whole: sequences.trajectoryMoments(policy, rewards, null, sequences.wholeReturn),
      toGo: sequences.trajectoryMoments(policy, rewards),
      lessValue: sequences.trajectoryMoments(policy, rewards, values),
    };
    for (const [key, { mean, totalVariance }] of Object.entries(expected.gradients)) {
      assertAllClose(got[key].mean, mean, `${key} mean`, most);
      assertClose(got[key].totalVariance, totalVariance, `${key} variance`, totalVariance);
    }
  });

  test(`estimators of the divergence agree with toy: ${name}`, () => {
    const ratios = sequences.tokenLogRatios(policy, reference);
    for (const [key, { sequence, token }] of Object.entries(expected.estimators)) {
      const whole = (y) => ESTIMATORS[key](sum(sequences.along(ratios, sequences.stepsOf(policy, y))));
      const size = sum(expected.sequenceProbs.map((p, y) => p * Math.abs(whole(y))));
      assertMoments(
        sequences.sequenceEstimatorMoments(ESTIMATORS[key], policy, reference),
        sequence,
        `${key}, sequence`,
        size,
      );
      const perToken = (y) => sequences.along(ratios, sequences.stepsOf(policy, y)).map(ESTIMATORS[key]);
      assertMoments(
        sequences.tokenEstimatorMoments(ESTIMATORS[key], policy, reference),
        token,
        `${key}, token`,
        sum(expected.sequenceProbs.map((p, y) => p * sum(perToken(y).map(Math.abs)))),
      );
    }
    assertMoments(
      sequences.prefixKlMoments(policy, reference),
      expected.prefixKlMoments,
      "prefix",
      expected.sequenceKl,
    );
  });
}

function assertMoments(got, expected, what, size) {
  assertClose(got.mean, expected.mean, `${what} mean`, size);
  assertClose(got.bias, expected.bias, `${what} bias`, size);
  // Where the values hardly differ, rounding of them is what is left.
  assertClose(got.variance, expected.variance, `${what} variance`, expected.variance + TOLERANCE * size * size);
}

test("the tokens of a sequence are the digits of its number", () => {
  const policy = sequences.binaryPolicy([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual(sequences.stepsOf(policy, 5), [
    { prefix: 0, token: 1 },
    { prefix: 1, token: 0 },
    { prefix: 2, token: 1 },
  ]);
});

test("the chain rule: the prefixes' shares are the sequences' divergence", () => {
  for (const { policy, reference, sequenceProbs } of Object.values(cases)) {
    const terms = sequences.sequenceKlTerms(policy, reference);
    const d = logRatio(sequenceProbs, sequences.sequenceProbs(reference));
    const direct = sum(sequenceProbs.map((p, y) => p * d[y]));
    const size = sum(sequenceProbs.map((p, y) => p * Math.abs(d[y])));
    assertClose(sum(terms.flat()), direct, "KL", Math.max(size, 1e-4));
  }
});

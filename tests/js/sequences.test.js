// The JavaScript of the theory token by token against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import { logRatio } from "../../toy/explorables/core/distributions.js";
import { k1, k2, k3 } from "../../toy/explorables/core/kl_estimators.js";
import { sum, unravelIndex } from "../../toy/explorables/core/numpy.js";
import * as sequences from "../../toy/explorables/core/sequences.js";
import { assertClose, assertMoments, meanSize } from "./compare.js";
import { vectors } from "./vectors.js";

const ESTIMATORS = { k1, k2, k3 };
const { cases, credits } = vectors.sequences;

test("a step is credited with what toy says", () => {
  for (const { rewards, toGo, whole } of credits) {
    assertClose(sequences.rewardsToGo(rewards), toGo, "reward-to-go");
    assertClose(sequences.wholeReturn(rewards), whole, "whole return");
  }
});

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference, reward: rewards } = expected;
  const most = Math.max(...rewards.flat(2).map(Math.abs)) * policy.length;

  test(`sequences and their divergence agree with toy: ${name}`, () => {
    const { prefixKls, sequenceKlTerms, logRatios } = expected;
    assertClose(sequences.sequenceProbs(policy), expected.sequenceProbs, "P");
    assertClose(sequences.prefixProbs(policy).at(-1), expected.sequenceProbs, "P, step by step");
    assertClose(sequences.prefixKls(policy, reference), prefixKls, "KL");
    assertClose(sequences.sequenceKlTerms(policy, reference), sequenceKlTerms, "share");
    assertClose(sequences.logRatios(policy, reference), logRatios, "d");
    assertClose(sequences.sequenceKl(policy, reference), expected.sequenceKl, "KL of sequences");
  });

  test(`what tables say along a sequence agrees with toy: ${name}`, () => {
    const prefixes = policy.map((rows, t) => rows.map((_, i) => 10 * t + i));
    expected.tokens.forEach((tokens, y) => {
      assert.deepEqual(sequences.along(rewards, tokens), expected.along[y]);
      const passed = tokens.map((_, t) => tokens.slice(0, t).reduce((i, v) => policy[0][0].length * i + v, 0));
      assert.deepEqual(sequences.along(prefixes, tokens), passed.map((i, t) => 10 * t + i));
    });
  });

  test(`values and gradients agree with toy: ${name}`, () => {
    const values = sequences.prefixValues(policy, rewards);
    assertClose(values, expected.prefixValues, "value", most);
    const got = {
      whole: sequences.trajectoryMoments(policy, rewards, null, sequences.wholeReturn),
      toGo: sequences.trajectoryMoments(policy, rewards),
      lessValue: sequences.trajectoryMoments(policy, rewards, values),
    };
    for (const [key, { mean, totalVariance }] of Object.entries(expected.gradients)) {
      assertClose(got[key].mean, mean, `${key} mean`, most);
      assertClose(got[key].totalVariance, totalVariance, `${key} variance`, totalVariance);
    }
  });

  test(`estimators of the divergence agree with toy: ${name}`, () => {
    const d = sequences.logRatios(policy, reference);
    const sizeOf = (values) => meanSize(expected.sequenceProbs, values);
    for (const [key, { sequence, token }] of Object.entries(expected.estimators)) {
      const k = ESTIMATORS[key];
      const whole = expected.tokens.map((tokens) => k(sum(sequences.along(d, tokens))));
      const found = sequences.sequenceEstimatorMoments(k, policy, reference);
      assertMoments(found, sequence, `${key}, sequence`, sizeOf(whole));
      const each = expected.tokens.map((tokens) => sum(sequences.along(d, tokens).map((one) => Math.abs(k(one)))));
      assertMoments(sequences.tokenEstimatorMoments(k, policy, reference), token, `${key}, token`, sizeOf(each));
    }
    const found = sequences.prefixKlMoments(policy, reference);
    assertMoments(found, expected.prefixKlMoments, "prefix", expected.sequenceKl);
  });
}

test("the tokens of a sequence are the digits of its number", () => {
  assert.deepEqual(unravelIndex(5, [2, 2, 2]), [1, 0, 1]);
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

// Gradients and the laws of their estimates against toy: Python writes the vectors and what it computes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as gradients from "../../toy/explorables/core/policy_gradient.js";

const TOLERANCE = 1e-12;

const python = process.env.PYTHON ?? ".venv/bin/python";
const { cases, advantages } = JSON.parse(
  execFileSync(python, ["tests/js/vectors_policy_gradient.py"], { encoding: "utf8", maxBuffer: 1 << 26 }),
);

const largest = (values) => Math.max(...values.flat(2).map(Math.abs));

/** Equal to 1e-12 of the size of the terms that are summed. */
function assertClose(got, expected, what, size = largest([expected])) {
  if (!Array.isArray(expected)) {
    assert.ok(Math.abs(got - expected) <= TOLERANCE * size, `${what}: got ${got}, toy says ${expected}`);
    return;
  }
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`, size));
}

/** Moments of numbers as large as `size`, whose squares a covariance sums. */
function assertMoments(got, expected, what, size) {
  assertClose(got.mean, expected.mean, `${what}: mean`, size);
  assertClose(got.covariance, expected.covariance, `${what}: covariance`, size * size);
  assertClose(got.totalVariance, expected.totalVariance, `${what}: total variance`, size * size);
}

test("the worlds are many", () => assert.ok(Object.keys(cases).length >= 10));

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reward, reference } = expected;

  test(`gradients agree with toy: ${name}`, () => {
    assertClose(gradients.score(policy), expected.score, "score");
    assertClose(gradients.policyGradient(policy, reward), expected.policyGradient, "gradient", largest(reward));
    for (const { beta, gradient } of expected.objectiveGradient) {
      const size = largest(reward) + beta * largest(gradients.klGradient(policy, reference));
      assertClose(gradients.objectiveGradient(policy, reward, reference, beta), gradient, `β ${beta}`, size);
    }
  });

  test(`one draw agrees with toy: ${name}`, () => {
    const best = gradients.optimalBaseline(policy, reward);
    assertClose(best, expected.optimalBaseline, "best baseline", largest(reward));
    for (const { baseline, ...moments } of expected.reinforce) {
      const size = largest(reward) + Math.abs(baseline);
      assertMoments(gradients.reinforceMoments(policy, reward, baseline), moments, `b ${baseline}`, size);
    }
  });

  test(`groups agree with toy: ${name}`, () => {
    for (const { advantage, size, ...moments } of expected.groups) {
      const found = gradients.groupGradientMoments(policy, reward, size, gradients[advantage]);
      assertMoments(found, moments, `${advantage}, ${size}`, Math.max(1, largest(reward)));
    }
  });
}

test("advantages agree with toy", () => {
  for (const { rewards, ...expected } of advantages) {
    for (const [rule, values] of Object.entries(expected)) assertClose(gradients[rule](rewards), values, rule);
  }
});

test("a cosine is 1 for one direction, whatever the lengths", () => {
  assert.ok(Math.abs(gradients.cosine([1, -2, 1], [3, -6, 3]) - 1) < 1e-15);
  assert.equal(gradients.cosine([1, 0, -1], [1, -2, 1]), 0);
  assert.ok(Number.isNaN(gradients.cosine([1e-16, 0, -1e-16], [1, -2, 1])));
});

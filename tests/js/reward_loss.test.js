// The loss of comparisons and the flow of one margin in JavaScript against toy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as core from "../../toy/explorables/core/reward_loss.js";

const TOLERANCE = 1e-12;

const python = process.env.PYTHON ?? ".venv/bin/python";
const { pairs, many, flows, optima } = JSON.parse(
  execFileSync(python, ["tests/js/vectors_reward_loss.py"], { encoding: "utf8", maxBuffer: 1 << 28 }),
);

const number = (value) => (value === "inf" ? Infinity : value === "-inf" ? -Infinity : value);

function assertClose(got, written, what) {
  const expected = number(written);
  const near = got === expected || Math.abs(got - expected) <= TOLERANCE * Math.abs(expected);
  assert.ok(near, `${what}: got ${got}, toy says ${expected}`);
}

test("losses, slopes and probabilities of a pair agree with toy", () => {
  assert.ok(pairs.length > 100);
  for (const { margin, preference: p, ...expected } of pairs) {
    const wins = [
      [0, p],
      [1 - p, 0],
    ];
    assertClose(core.rewardLoss([margin, 0], wins), expected.loss, `loss at ${margin}, ${p}`);
    const [slope] = core.rewardLossGradient([margin, 0], wins);
    // Two forces cancel at the optimum: the slope is as exact as they are.
    const forces = p * core.winProbability(-margin) + (1 - p) * core.winProbability(margin);
    assert.ok(Math.abs(slope - expected.gradient[0]) <= TOLERANCE * forces, `slope at ${margin}, ${p}`);
    assertClose(core.winProbability(margin), expected.winProbability, `σ(${margin})`);
  }
});

test("the loss and its gradient agree with toy for three responses", () => {
  assertClose(core.rewardLoss(many.reward, many.wins), many.loss, "loss");
  const gradient = core.rewardLossGradient(many.reward, many.wins);
  many.gradient.forEach((value, i) => assertClose(gradient[i], value, `gradient[${i}]`));
});

test("optimal margins agree with toy, infinite ones too", () => {
  for (const { preference, margin } of optima) assertClose(core.optimalMargin(preference), margin, `logit ${preference}`);
  assert.equal(core.optimalMargin(1), Infinity);
});

test("the time to a margin agrees with toy", () => {
  for (const { margin, preference, timeToMargin } of pairs)
    assertClose(core.timeToMargin(margin, preference), timeToMargin, `time to ${margin} at ${preference}`);
});

test("the flow of the margin agrees with toy", () => {
  for (const { time, preference, margin } of flows)
    assertClose(core.marginAfter(time, preference), margin, `margin at ${time}, ${preference}`);
});

test("accuracy counts the labels that the rewards order rightly", () => {
  const wins = [
    [0, 7],
    [3, 0],
  ];
  assertClose(core.accuracy([1, 0], wins), 0.7, "right");
  assertClose(core.accuracy([0, 1], wins), 0.3, "wrong");
  assertClose(core.accuracy([1, 1], wins), 0.5, "tied");
});

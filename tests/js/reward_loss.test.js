// The loss of comparisons, the rewards that fit them, and the flow of one margin, against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as core from "../../toy/explorables/core/reward_loss.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

const { pairs, many, tied, fits, flows, optima } = vectors.reward_loss;

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
    assertClose(slope, expected.gradient[0], `slope at ${margin}, ${p}`, forces);
    assertClose(core.winProbability(margin), expected.winProbability, `σ(${margin})`);
  }
});

test("what comparisons of three responses say agrees with toy", () => {
  for (const { reward, wins, margins, shares, ...expected } of [many, tied]) {
    assertClose(core.margins(reward), margins, "margin");
    assertClose(core.shares(wins), shares, "share");
    for (const [name, value] of Object.entries(expected)) assertClose(core[name](reward, wins), value, name);
  }
});

for (const [name, { wins, reward }] of Object.entries(fits)) {
  test(`the fitted rewards agree with toy: ${name}`, () => {
    const found = core.fitRewards(wins);
    if (reward === null) return assert.equal(found, null);
    // The likelihood of nearly clean labels is flat: a reward is as exact as 1e-16 over its curvature.
    const size = Math.max(1, 1e-4 / Math.min(...wins.flat().filter((won) => won > 0)));
    assertClose(found, reward, "rewards", size);
  });
}

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

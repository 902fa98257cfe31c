// DPO's loss, and what it sees of a policy, against toy.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as dpo from "../../toy/explorables/core/dpo.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

test("the worlds are many", () => assert.ok(Object.keys(vectors.dpo).length >= 10));

for (const [name, { policy, reference, wins, beta, ...expected }] of Object.entries(vectors.dpo)) {
  test(`the loss, the implicit reward and the weights agree with toy: ${name}`, () => {
    assertClose(dpo.implicitReward(policy, reference, beta), expected.implicitReward, "implicit reward");
    assertClose(dpo.dpoLoss(policy, reference, wins, beta), expected.dpoLoss, "loss");
    assertClose(dpo.dpoWeights(policy, reference, beta), expected.dpoWeights, "weight");
  });
}

// The tables of a tree of two tokens against toy's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { policyTables, rewardTables } from "../../toy/explorables/parts/prefix_tree.js";
import { vectors } from "./vectors.js";

const { policies, reward } = vectors.prefix_tree;

test("the trees of two tokens are laid out as toy's", () => {
  for (const { splits, tables } of policies) assert.deepEqual(policyTables(splits), tables);
  assert.deepEqual(rewardTables(reward.numbers), reward.tables);
});

// What RLHF maximises, and where it is largest: toy/rlhf_objective.py in JavaScript.

import { expectation, klDivergence, softmax } from "./distributions.js";

/** π* = π_ref e^(r/β) / Z, the policy that maximises E_π[r] − β KL(π ‖ π_ref). */
export const gibbsPolicy = (reward, reference, beta) =>
  softmax(reference.map((p, y) => Math.log(p) + reward[y] / beta));

/** The terms of the objective, each in its own unit, and their sum `total`, in units of reward. */
export function objectiveTerms(policy, reward, reference, beta) {
  const mean = expectation(policy, reward);
  const kl = klDivergence(policy, reference);
  return { reward: mean, kl, total: mean - beta * kl };
}

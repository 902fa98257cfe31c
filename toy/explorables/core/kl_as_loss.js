// An estimator of the KL as a loss: toy.loss_gradient, toy.ascend_with_loss and toy.forward_kl_policy in JavaScript.

import { logRatio, softmax, sum } from "./distributions.js";
import { policyGradient } from "./policy_gradient.js";

// Newton's steps stop when they move by no more than this share.
const SMALLEST_STEP = 1e-14;
const MOST_STEPS = 100;

/** The slopes k'(d) of the estimators. */
export const SLOPES = { k1: () => 1, k2: (d) => d, k3: (d) => -Math.expm1(-d) };

/** E_π[∇ k(d)] in the logits, the samples held fixed: π(y) k'(d) − π(y) E_π[k'(d)]. */
export function lossGradient(slope, policy, reference) {
  const pull = logRatio(policy, reference).map((d, y) => policy[y] * slope(d));
  const total = sum(pull);
  return pull.map((value, y) => value - policy[y] * total);
}

/** The policies that ascent on E_π[r] − β k goes through, the start first: z += η (∇E_π[r] − β E_π[∇ k]). */
export function ascendWithLoss(slope, start, reward, reference, beta, stepSize, numSteps) {
  let logits = start.map(Math.log);
  const policies = [softmax(logits)];
  for (let step = 0; step < numSteps; step++) {
    const now = policies[step];
    const uphill = policyGradient(now, reward);
    const pull = lossGradient(slope, now, reference);
    logits = logits.map((z, y) => z + stepSize * (uphill[y] - beta * pull[y]));
    policies.push(softmax(logits));
  }
  return policies;
}

/** The policy that maximises E_π[r] − β KL(π_ref ‖ π): β π_ref / (λ − r), with Newton's steps for λ. */
export function forwardKlPolicy(reward, reference, beta) {
  const top = Math.max(...reward.map((r) => r / beta));
  const gap = reward.map((r) => top - r / beta);
  let u = Math.max(...reference.map((p, y) => p - gap[y]));
  for (let step = 0; ; step++) {
    const policy = reference.map((p, y) => p / (u + gap[y]));
    const move = (sum(policy) - 1) / sum(policy.map((p, y) => p / (u + gap[y])));
    if (move <= u * SMALLEST_STEP || step === MOST_STEPS) return policy;
    u += move;
  }
}

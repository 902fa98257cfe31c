// Ascents and descents in the logits: toy/exact/learners.py in JavaScript.

import { softmax } from "./distributions.js";
import { lossGradient } from "./kl_estimators.js";
import { sum } from "./numpy.js";
import { policyGradient } from "./policy_gradient.js";
import { shares } from "./reward_loss.js";

/** The policies that ascent on E_π[r] − β k goes through, the start first: z += η (∇E_π[r] − β E_π[∇ k]). */
export function ascendWithLoss(estimator, start, reward, reference, beta, stepSize, numSteps) {
  let logits = start.map(Math.log);
  const policies = [softmax(logits)];
  for (let step = 0; step < numSteps; step++) {
    const now = policies[step];
    const uphill = policyGradient(now, reward);
    const pull = lossGradient(estimator, now, reference);
    logits = logits.map((z, y) => z + stepSize * (uphill[y] - beta * pull[y]));
    policies.push(softmax(logits));
  }
  return policies;
}

/**
 * Logits of gradient descent on DPO's loss, from the reference: numSteps + 1 of them. With features, a row
 * for each response, the weights θ of π ∝ π_ref e^(features · θ) descend.
 */
export function dpoDescent(reference, wins, beta, stepSize, numSteps, features = null) {
  const start = reference.map(Math.log);
  const share = shares(wins);
  const size = start.length;
  return climb(start, stepSize, numSteps, features, (logits, force) => {
    force.fill(0);
    for (let w = 0; w < size; w++) {
      for (let l = 0; l < size; l++) {
        if (share[w][l] === 0) continue;
        const margin = beta * (logits[w] - start[w] - (logits[l] - start[l]));
        const push = (beta * share[w][l]) / (1 + Math.exp(margin));
        force[w] += push;
        force[l] -= push;
      }
    }
  });
}

/** Logits of gradient ascent on E_π[r] − β KL(π ‖ π_ref), from the reference. */
export function rlhfAscent(reward, reference, beta, stepSize, numSteps, features = null) {
  const start = reference.map(Math.log);
  const size = start.length;
  const policy = new Float64Array(size);
  return climb(start, stepSize, numSteps, features, (logits, force) => {
    let top = -Infinity;
    for (let y = 0; y < size; y++) top = Math.max(top, logits[y]);
    let weight = 0;
    for (let y = 0; y < size; y++) weight += policy[y] = Math.exp(logits[y] - top);
    const logZ = top + Math.log(weight);
    let mean = 0;
    for (let y = 0; y < size; y++) {
      policy[y] /= weight;
      force[y] = reward[y] - beta * (logits[y] - logZ - start[y]);
      mean += policy[y] * force[y];
    }
    for (let y = 0; y < size; y++) force[y] = policy[y] * (force[y] - mean);
  });
}

/** The logits that z ← z + η F Fᵀ force(z) goes through; loops without new arrays, for thousands of steps. */
function climb(start, stepSize, numSteps, features, pull) {
  const force = new Float64Array(start.length);
  const kernel = features?.map((row) => features.map((other) => sum(row.map((f, d) => f * other[d]))));
  const path = [start];
  for (let step = 0; step < numSteps; step++) {
    const now = path[step];
    pull(now, force);
    const next = now.slice();
    for (let y = 0; y < next.length; y++) {
      let move = kernel ? 0 : force[y];
      if (kernel) for (let j = 0; j < next.length; j++) move += kernel[y][j] * force[j];
      next[y] += stepSize * move;
    }
    path.push(next);
  }
  return path;
}

// What RLHF maximises, its exact optimum and the frontier: toy/exact/rlhf_objective.py in JavaScript.
//
// J(π) = E_π[r] − β KL(π ‖ π_ref) + γ E_p[log π]; β and γ are in units of reward per nat.

import {
  expectation,
  exponentialExcess,
  klDivergence,
  klTerms,
  logRatio,
  logSoftmax,
  softmax,
} from "./distributions.js";
import { sum } from "./numpy.js";
import { wrightomega } from "./scipy_special.js";

// Newton's steps stop when the rows sum to one, or their multiplier or 1/β still moves, by no more than this.
const NORMALISATION = 1e-14;
const MIN_STEP = 1e-14;
const MIN_CHANGE = 1e-15;
const MAX_STEPS = 100;

// log π_ref + (r − max r)/β: what all rewards have in common leaves before β divides.
const tilted = (reward, reference, beta) => {
  const most = Math.max(...reward);
  return reference.map((p, y) => Math.log(p) + (reward[y] - most) / beta);
};

/** log Z = log Σ π_ref e^(r/β), in nats: near a constant tilt by a sum of second order, which keeps its digits. */
export function logPartition(reward, reference, beta) {
  const tilt = reward.map((r) => r / beta);
  if (Math.max(...tilt) - Math.min(...tilt) < 1) {
    const mean = expectation(reference, tilt);
    return mean + Math.log1p(sum(tilt.map((t, y) => reference[y] * exponentialExcess(mean - t))));
  }
  const logits = tilt.map((t, y) => Math.log(reference[y]) + t);
  return Math.max(...logits) - Math.max(...logSoftmax(logits));
}

/** π* = π_ref e^(r/β) / Z, the policy that maximises E_π[r] − β KL(π ‖ π_ref). */
export const gibbsPolicy = (reward, reference, beta) => softmax(tilted(reward, reference, beta));

/** The terms of the objective, each in its own unit, and their sum `total`, in units of reward. */
export function objectiveTerms(policy, reward, reference, beta, gamma = 0, pretraining = null) {
  const mean = expectation(policy, reward);
  const kl = klDivergence(policy, reference);
  const likelihood = pretraining ? sum(pretraining.map((p, y) => (p > 0 ? p * Math.log(policy[y]) : 0))) : 0;
  const bonus = gamma > 0 ? gamma * likelihood : 0;
  return { reward: mean, kl, pretraining: likelihood, total: mean - beta * kl + bonus };
}

/** r − β log(π / π_ref), whose mean under the policy is the objective; what it never gives is not charged. */
export const shapedReward = (policy, reward, reference, beta) =>
  logRatio(policy, reference).map((d, y) => (policy[y] > 0 ? reward[y] - beta * d : reward[y]));

/** β log Z − J(π) = β KL(π ‖ π*) >= 0, in units of reward, without subtracting the two. */
export function optimalityGap(policy, reward, reference, beta) {
  const logZ = logPartition(reward, reference, beta);
  const d = logRatio(policy, reference).map((value, y) => value - (reward[y] / beta - logZ));
  return beta * sum(klTerms(policy, gibbsPolicy(reward, reference, beta), d));
}

/** The most reward for each KL: [{ beta, policy, reward, kl }], the Gibbs policies, in the order of `betas`. */
export const rewardKlFrontier = (reward, reference, betas) =>
  betas.map((beta) => {
    const policy = gibbsPolicy(reward, reference, beta);
    return { beta, policy, reward: expectation(policy, reward), kl: klDivergence(policy, reference) };
  });

/** The policy that maximises E_π[r] − β KL(π_ref ‖ π): β π_ref / (κ − r), with Newton's steps for κ. */
export function forwardKlPolicy(reward, reference, beta) {
  const top = Math.max(...reward.map((r) => r / beta));
  const gap = reward.map((r) => top - r / beta);
  let u = Math.max(...reference.map((p, y) => p - gap[y]));
  for (let step = 0; ; step++) {
    const policy = reference.map((p, y) => p / (u + gap[y]));
    const move = (sum(policy) - 1) / sum(policy.map((p, y) => p / (u + gap[y])));
    if (move <= u * MIN_STEP || step === MAX_STEPS) return policy;
    u += move;
  }
}

/** The reference among the responses of the highest reward, which is the limit of π* as β → 0. */
export function greedyPolicy(reward, reference) {
  const most = Math.max(...reward);
  const best = reference.map((p, y) => (reward[y] === most ? p : 0));
  return best.map((p) => p / sum(best));
}

/**
 * The largest β at which π* gives the best responses half of the time, by Newton's steps from 1/β = 0;
 * ∞ where the reference does so already.
 */
export function betaOfEvenOdds(reward, reference) {
  const most = Math.max(...reward);
  const others = reward.map((_, y) => y).filter((y) => reward[y] < most);
  const share = sum(reference.filter((_, y) => reward[y] === most));
  // A rest that is larger by no more than the rounding of a sum is not larger.
  if (sum(others.map((y) => reference[y])) - share <= Number.EPSILON * reward.length) return Infinity;
  const best = Math.log(share);
  let inverse = 0;
  for (let change = Infinity; change > MIN_CHANGE * inverse; inverse += change) {
    const logits = others.map((y) => Math.log(reference[y]) - inverse * (most - reward[y]));
    const top = Math.max(...logits);
    const total = top + Math.log(sum(logits.map((z) => Math.exp(z - top))));
    const slope = sum(logits.map((z, i) => Math.exp(z - total) * (most - reward[others[i]])));
    change = total > best ? (total - best) / slope : 0;
  }
  return 1 / inverse;
}

/** The exact maximiser of all three terms, by Newton's method on the multiplier; NaN if it does not converge. */
export function ptxPolicy(reward, reference, beta, gamma, pretraining) {
  const logGibbs = logSoftmax(tilted(reward, reference, beta));
  const pull = gamma / beta;
  let multiplier = leastMultiplier(logGibbs, pull, pretraining);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { policy, shares } = ptxResponse(logGibbs, pull, pretraining, multiplier);
    const total = sum(policy);
    if (Math.abs(total - 1) <= NORMALISATION) return policy;
    multiplier += (total * Math.log(total)) / sum(policy.map((p, y) => p / (1 + shares[y])));
  }
  return reward.map(() => NaN);
}

/** max(0, g − KL(p ‖ π*)), which the root s = g − KL(π ‖ π*) is never below. */
function leastMultiplier(logGibbs, pull, pretraining) {
  const d = pretraining.map((p, y) => (p > 0 ? Math.log(p) : 0) - logGibbs[y]);
  return Math.max(pull - sum(klTerms(pretraining, logGibbs.map(Math.exp), d)), 0);
}

/** The π > 0 with π (s + log(π/π*)) = g p, and ω = g p/π; of two forms, the one that is precise. */
function ptxResponse(logGibbs, pull, pretraining, multiplier) {
  const shares = logGibbs.map((z, y) => wrightomega(Math.log(pull * pretraining[y]) - z + multiplier));
  const policy = shares.map((share, y) =>
    share > 1 ? (pull * pretraining[y]) / share : Math.exp(logGibbs[y] + share - multiplier),
  );
  return { policy, shares };
}

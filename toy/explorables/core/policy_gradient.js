// Exact gradients in the logits, and their estimates' law: toy/exact/policy_gradient.py in JavaScript.
//
// A gradient is an array with one entry a logit, in units of reward per logit. An estimate's law is
// { probabilities, gradients }: every gradient that it can take, and how likely each is.

import { expectation, slopeOfMean } from "./distributions.js";
import { countProbabilities, countVectors } from "./enumeration.js";
import { sum } from "./numpy.js";
import { shapedReward } from "./rlhf_objective.js";

// Gradients shorter than this point wherever rounding has them point.
const MIN_LENGTH = 1e-12;

// How far equal rewards may come apart by rounding, as a share of the largest: a few ulps.
const ROUNDING = 8 * Number.EPSILON;

/** ∂ log π(y) / ∂z(j) = [y = j] − π(j), as row y. */
export const score = (policy) => policy.map((_, y) => policy.map((p, j) => (y === j ? 1 : 0) - p));

/** ∇E_π[r]: π(j) (r(j) − E_π[r]). */
export const policyGradient = slopeOfMean;

/** ∇(E_π[r] − β KL(π ‖ π_ref)): of the shaped reward, for E_π[∇ log π] = 0. */
export const objectiveGradient = (policy, reward, reference, beta) =>
  policyGradient(policy, shapedReward(policy, reward, reference, beta));

/** The law of REINFORCE's estimate from one response: (r(y) − b) ∇ log π(y). */
export function reinforceLaw(policy, reward, baseline = 0) {
  const gradients = score(policy).map((row, y) => row.map((s) => (reward[y] - baseline) * s));
  return { probabilities: policy, gradients };
}

/** Exact moments of REINFORCE's estimate from one response. */
export const reinforceMoments = (policy, reward, baseline = 0) => moments(reinforceLaw(policy, reward, baseline));

/** b* = E_π[r ‖∇ log π‖²] / E_π[‖∇ log π‖²], the constant baseline of least total variance. */
export function optimalBaseline(policy, reward) {
  const weights = score(policy).map((row, y) => policy[y] * sum(row.map((s) => s * s)));
  const total = sum(weights);
  if (total === 0) return expectation(policy, reward);
  return sum(weights.map((w, y) => (w / total) * reward[y]));
}

/** Each reward less the mean of the others of its group. */
export const leaveOneOut = (rewards) =>
  groupMean(rewards).map((a) => a * (rewards.length / (rewards.length - 1)));

/** Each reward less the mean of its group, itself included. */
export function groupMean(rewards) {
  // Measured from the first, equal rewards have advantages of exactly zero.
  const fromFirst = rewards.map((r) => r - rewards[0]);
  const mean = sum(fromFirst) / rewards.length;
  return fromFirst.map((r) => r - mean);
}

/** Each reward less the mean of its group, in standard deviations of its group; 0 where all are equal. */
export function groupNormalised(rewards) {
  const centred = groupMean(rewards);
  const largest = Math.max(...centred.map(Math.abs));
  if (!(largest > ROUNDING * Math.max(...rewards.map(Math.abs)))) return rewards.map(() => 0);
  const advantages = centred.map((a) => a / largest);
  const spread = Math.sqrt(sum(advantages.map((a) => a * a)) / rewards.length);
  return advantages.map((a) => a / spread);
}

/**
 * The law of a group's estimate, 1/G · Σ_i A_i ∇ log π(y_i); groups that are permutations of each other
 * are listed once.
 */
export function groupLaw(policy, reward, groupSize, advantage) {
  const counts = countVectors(groupSize, policy.length);
  const gradients = Array.from(counts[0], (_, c) => {
    const group = counts.flatMap((column, y) => new Array(column[c]).fill(y));
    const pull = policy.map(() => 0);
    advantage(group.map((y) => reward[y])).forEach((a, i) => (pull[group[i]] += a / groupSize));
    const total = sum(pull);
    return pull.map((a, y) => a - total * policy[y]);
  });
  return { probabilities: countProbabilities(policy, counts), gradients };
}

/** Exact mean and covariance, and its trace, of an estimate with a law. */
export function moments({ probabilities, gradients }) {
  const average = (value) => gradients.reduce((total, g, c) => total + probabilities[c] * value(g), 0);
  const mean = gradients[0].map((_, j) => average((g) => g[j]));
  const covariance = mean.map((m, i) => mean.map((n, j) => average((g) => (g[i] - m) * (g[j] - n))));
  return { mean, covariance, totalVariance: sum(covariance.map((row, i) => row[i])) };
}

/** The length of E[ĝ] − g, where an estimate with these moments is to be g. */
export const biasLength = ({ mean }, gradient) => Math.hypot(...mean.map((m, j) => m - gradient[j]));

/** The cosine between E[ĝ] and g; 1 is the same direction. NaN where rounding alone would decide. */
export function cosine({ mean }, gradient) {
  const lengths = [Math.hypot(...mean), Math.hypot(...gradient)];
  if (Math.min(...lengths) < MIN_LENGTH) return NaN;
  return sum(mean.map((m, j) => m * gradient[j])) / (lengths[0] * lengths[1]);
}

// Distributions over responses, and how far apart two of them are: toy/exact/distributions.py in JavaScript.
//
// A policy is an array of probabilities that sum to one; a reference is a policy that is > 0 wherever
// the policy compared with it is.
// Pure functions: no argument is changed, nothing is drawn. Divergences are in nats. Arguments are
// trusted here: the page refuses what cannot be shown by the schema of its traits.

import { sum } from "./numpy.js";

// Below this size, e^(−d) − 1 + d is summed as a series: the direct form cancels.
const SERIES_RADIUS = 1 / 32;


/** log a − log b, to full relative precision even where the two are nearly equal. */
function logQuotient(a, b) {
  const excess = Math.abs(a - b) / Math.min(a, b);
  if (!Number.isFinite(excess)) return Math.log(a) - Math.log(b);
  return Math.sign(a - b) * Math.log1p(excess);
}

/** d(y) = log π(y) − log π_ref(y). */
export const logRatio = (policy, reference) => policy.map((p, y) => logQuotient(p, reference[y]));

/** e^(−d) − 1 + d >= 0; near zero as d²/2 · (1 − d/3 · (1 − d/4 · (…))), whose terms do not cancel. */
export function exponentialExcess(d) {
  if (Math.abs(d) >= SERIES_RADIUS) return Math.expm1(-d) + d;
  let series = 1 - d / 9;
  for (let n = 8; n >= 3; n--) series = 1 - (d / n) * series;
  return ((d * d) / 2) * series;
}

/** The non-negative share of each response in KL(π ‖ π_ref): π (e^(−d) − 1 + d) = π_ref − π + π d. */
export function klTerms(policy, reference, logRatios = logRatio(policy, reference)) {
  return logRatios.map((d, y) => {
    if (policy[y] === 0) return reference[y];
    return Math.abs(d) < 1 ? policy[y] * exponentialExcess(d) : reference[y] - policy[y] + policy[y] * d;
  });
}

/** KL(π ‖ π_ref) >= 0: the samples come from the policy. */
export const klDivergence = (policy, reference) => sum(klTerms(policy, reference));

/** χ²(π ‖ π_ref) = Σ (π − π_ref)² / π_ref >= 0. */
export function chiSquareDivergence(policy, reference) {
  return sum(policy.map((p, y) => (p - reference[y]) * ((p - reference[y]) / reference[y])));
}

/** E_π[f], the mean of a value for each response. */
export const expectation = (policy, values) => sum(policy.map((p, y) => p * values[y]));

/**
 * π (v − E_π[v]): the gradient in the logits of a mean that π samples; and how π moves, to first order, when its
 * logits move by v. Values are measured from the likeliest response's, whose own gradient would vanish otherwise.
 */
export function slopeOfMean(policy, values) {
  const likeliest = policy.indexOf(Math.max(...policy));
  const above = values.map((v) => v - values[likeliest]);
  const mean = expectation(policy, above);
  return policy.map((p, y) => p * (above[y] - mean));
}

/** H(π) = −Σ π log π >= 0, in nats, with 0 log 0 = 0. */
export const entropy = (policy) => -sum(policy.map((p) => (p > 0 ? p * Math.log(p) : 0)));

/** log π of the policy that logits stand for, precise where π is near 0 or 1. */
export function logSoftmax(logits) {
  const top = Math.max(...logits);
  const first = logits.indexOf(top);
  const others = sum(logits.map((z, y) => (y === first ? 0 : Math.exp(z - top))));
  return logits.map((z) => z - top - Math.log1p(others));
}

/** ½ Σ |π − π'|, the largest difference in the probability of any event. */
export const totalVariation = (policy, other) => sum(policy.map((p, y) => Math.abs(p - other[y]))) / 2;

/** The policy that logits stand for. */
export function softmax(logits) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp(z - top));
  const total = sum(weights);
  return weights.map((w) => w / total);
}

/** π_w ∝ π_ref^(1 − w) π^w: w = 0 is the reference, w = 1 the policy, w > 1 goes on beyond it. */
export function geometricMixture(policy, reference, weight) {
  const d = logRatio(policy, reference);
  return softmax(reference.map((p, y) => Math.log(p) + weight * d[y]));
}

// Estimators of KL(π ‖ π_ref) from samples of the policy: toy/exact/kl_estimators.py in JavaScript.
//
// An estimator is a function of one log-ratio d = log π − log π_ref, in nats.

import {
  chiSquareDivergence,
  exponentialExcess,
  geometricMixture,
  klDivergence,
  logRatio,
} from "./distributions.js";
import { sum } from "./numpy.js";

export const k1 = (d) => d;
export const k2 = (d) => (d * d) / 2;
export const k3 = exponentialExcess;

/** k1 + λ (e^(−d) − 1), unbiased for every λ; λ = 1 is k3. Written so that nothing cancels near λ = 1; at λ = 0 it is k1, even where k3 is infinite. */
export const controlVariate = (coefficient) => (d) =>
  coefficient === 0 ? d : (1 - coefficient) * d + coefficient * exponentialExcess(d);

/** The λ of least variance, (KL(π ‖ π_ref) + KL(π_ref ‖ π)) / χ²(π_ref ‖ π); its limit 1 where π = π_ref. */
export function optimalCoefficient(policy, reference) {
  const chiSquare = chiSquareDivergence(reference, policy);
  if (chiSquare === 0) return 1;
  return (klDivergence(policy, reference) + klDivergence(reference, policy)) / chiSquare;
}

/** Exact mean, bias and variance of one draw of the sampler. */
export function estimatorMoments(estimator, policy, reference, sampler = policy) {
  const values = logRatio(policy, reference).map(estimator);
  const mean = sum(values.map((v, y) => sampler[y] * v));
  // The root comes before the square: (π_ref/π)² may overflow where π (π_ref/π)² does not.
  const variance = sum(values.map((v, y) => (Math.sqrt(sampler[y]) * (v - mean)) ** 2));
  return { mean, bias: mean - klDivergence(policy, reference), variance };
}

// There is no complex step here: the derivatives of the estimators that can be a loss are written out.
const SLOPES = new Map([
  [k1, () => 1],
  [k2, (d) => d],
  [k3, (d) => -Math.expm1(-d)],
]);

/** E_π[∇ k(d)] in the logits, the samples held fixed: π(y) k'(d) − π(y) E_π[k'(d)]. */
export function lossGradient(estimator, policy, reference) {
  const slope = SLOPES.get(estimator);
  const pull = logRatio(policy, reference).map((d, y) => policy[y] * slope(d));
  const total = sum(pull);
  return pull.map((value, y) => value - policy[y] * total);
}

/** Mean squared error of the N-sample mean: bias² + variance / N. */
export const mse = (moments, numSamples) => moments.bias ** 2 + moments.variance / numSamples;

/** From how many samples on the mean errs no more than the other's: (variance − other's) / (other bias² − bias²). */
export function samplesToBeat(moments, other) {
  const cost = moments.variance - other.variance;
  const cure = other.bias ** 2 - moments.bias ** 2;
  if (cure > 0) return Math.max(1, cost / cure);
  return cure === 0 && cost <= 0 ? 1 : Infinity;
}

/**
 * The w > 0 at which k3's variance along the geometric path has risen to k1's, which is λ* = ½:
 * doubled from near the reference until it is passed, then bisected. NaN where the policies are equal.
 */
export function varianceCrossover(policy, reference) {
  const d = logRatio(policy, reference);
  const reach = Math.max(...d) - Math.min(...d);
  if (reach === 0) return NaN;
  const k3Wins = (w) => optimalCoefficient(geometricMixture(policy, reference, w), reference) > 0.5;
  let high = 1e-3 / reach;
  while (k3Wins(high)) high *= 2;
  let low = high / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (k3Wins(middle)) low = middle;
    else high = middle;
  }
}

// Estimators of KL(π ‖ π_ref) from samples of the policy: toy/kl_estimators.py in JavaScript.
//
// An estimator is a function of one log-ratio d = log π − log π_ref, in nats.

import {
  chiSquareDivergence,
  exponentialExcess,
  geometricMixture,
  klDivergence,
  logRatio,
  sum,
} from "./distributions.js";

export const k1 = (d) => d;
export const k2 = (d) => (d * d) / 2;
export const k3 = exponentialExcess;

/** k1 + λ (e^(−d) − 1), unbiased for every λ; λ = 1 is k3. Written so that nothing cancels near λ = 1. */
export const controlVariate = (coefficient) => (d) =>
  (1 - coefficient) * d + coefficient * exponentialExcess(d);

/** The λ of least variance, (KL(π ‖ π_ref) + KL(π_ref ‖ π)) / χ²(π_ref ‖ π); its limit 1 where π = π_ref. */
export function optimalCoefficient(policy, reference) {
  const chiSquare = chiSquareDivergence(reference, policy);
  if (chiSquare === 0) return 1;
  return (klDivergence(policy, reference) + klDivergence(reference, policy)) / chiSquare;
}

/** The estimators that are compared, the best control variate among them. */
export const namedEstimators = (coefficient) => ({ k1, k2, k3, best: controlVariate(coefficient) });

/** Exact mean, bias and variance of one draw. */
export function estimatorMoments(estimator, policy, reference) {
  const values = logRatio(policy, reference).map(estimator);
  const mean = sum(values.map((v, y) => policy[y] * v));
  // The root comes before the square: (π_ref/π)² may overflow where π (π_ref/π)² does not.
  const variance = sum(values.map((v, y) => (Math.sqrt(policy[y]) * (v - mean)) ** 2));
  return { mean, bias: mean - klDivergence(policy, reference), variance };
}

/** Mean squared error of the N-sample mean: bias² + variance / N. */
export const meanSquaredError = (moments, numSamples) => moments.bias ** 2 + moments.variance / numSamples;

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

/** Every way that N <= 255 samples can fall on K responses: K columns of C counts, in lexicographic order. */
export function countVectors(numResponses, numSamples) {
  const last = numResponses - 1;
  let size = 1;
  for (let y = 1; y <= last; y++) size = (size * (numSamples + y)) / y;
  const columns = Array.from({ length: numResponses }, () => new Uint8Array(size));
  const row = new Array(numResponses).fill(0);
  row[last] = numSamples;
  for (let c = 0; ;) {
    for (let y = 0; y <= last; y++) columns[y][c] = row[y];
    if (++c === size) return columns;
    // The successor: hand everything behind the last movable place back, and move one sample up.
    let y = last;
    while (row[y] === 0) y--;
    const left = row[y] - 1;
    row[y] = 0;
    row[y - 1] += 1;
    row[last] = left;
  }
}

/** The multinomial probability of each count vector, when the policy samples. */
export function countProbabilities(counts, policy, numSamples) {
  const logFactorial = new Float64Array(numSamples + 1);
  for (let n = 1; n <= numSamples; n++) logFactorial[n] = logFactorial[n - 1] + Math.log(n);
  // A product of Poisson(N π(y)) tables, divided by Poisson(N) at N, is the multinomial probability
  // and needs no exponential per vector.
  const poisson = (rate, n) => Math.exp(n * Math.log(rate) - rate - logFactorial[n]);
  const probabilities = new Float64Array(counts[0].length).fill(1 / poisson(numSamples, numSamples));
  policy.forEach((p, y) => {
    const column = counts[y];
    const table = Float64Array.from(logFactorial, (_, n) => poisson(numSamples * p, n));
    for (let c = 0; c < column.length; c++) probabilities[c] *= table[column[c]];
  });
  return probabilities;
}

/** The N-sample mean for each count vector; `values` holds the estimator's value for each of K <= 4 responses. */
export function countMeans(counts, values, numSamples) {
  const means = new Float64Array(counts[0].length);
  // One pass over four columns, absent ones counting zero: at 177,000 vectors this is what a frame allows.
  const [a, b, c, d] = [0, 1, 2, 3].map((y) => counts[y] ?? counts[0]);
  const [u, v, w, x] = [0, 1, 2, 3].map((y) => (values[y] ?? 0) / numSamples);
  for (let i = 0; i < means.length; i++) means[i] = a[i] * u + b[i] * v + c[i] * w + d[i] * x;
  return means;
}

/** The exact law of the N-sample mean: every value it can take, and its probability. */
export function estimateDistribution(estimator, policy, reference, numSamples) {
  const counts = countVectors(policy.length, numSamples);
  return {
    estimates: countMeans(counts, logRatio(policy, reference).map(estimator), numSamples),
    probabilities: countProbabilities(counts, policy, numSamples),
  };
}

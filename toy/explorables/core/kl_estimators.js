// Estimators of KL(π ‖ π_ref) from samples of the policy: toy/exact/kl_estimators.py in JavaScript.
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

/** Exact mean, bias and variance of one draw of the sampler. */
export function estimatorMoments(estimator, policy, reference, sampler = policy) {
  const values = logRatio(policy, reference).map(estimator);
  const mean = sum(values.map((v, y) => sampler[y] * v));
  // The root comes before the square: (π_ref/π)² may overflow where π (π_ref/π)² does not.
  const variance = sum(values.map((v, y) => (Math.sqrt(sampler[y]) * (v - mean)) ** 2));
  return { mean, bias: mean - klDivergence(policy, reference), variance };
}

/** Mean squared error of the N-sample mean: bias² + variance / N. */
export const meanSquaredError = (moments, numSamples) => moments.bias ** 2 + moments.variance / numSamples;

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

/** How many ways there are for N samples to fall on K responses. */
export function numCountVectors(numResponses, numSamples) {
  let size = 1;
  for (let y = 1; y < numResponses; y++) size = (size * (numSamples + y)) / y;
  return size;
}

/** Every way that N < 65536 samples can fall on K responses: K columns of C counts, in lexicographic order. */
export function countVectors(numResponses, numSamples) {
  const last = numResponses - 1;
  const size = numCountVectors(numResponses, numSamples);
  const Counts = numSamples < 256 ? Uint8Array : Uint16Array;
  const columns = Array.from({ length: numResponses }, () => new Counts(size));
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

/** The multinomial probability of each count vector, when this policy samples. */
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

/**
 * How much probability the law of the N-sample mean puts into each of `numBins` equal bins of [low, high], below
 * and above: the histogram of `countMeans`. The count vectors are walked through in their order, four responses
 * at most, of which absent ones are never drawn: four times as fast as reading the counts.
 */
export function lawHistogram(probabilities, values, numSamples, [low, high], numBins) {
  const scale = numBins / (high - low);
  const absent = 4 - values.length;
  const padded = [...Array(absent).fill(0), ...values];
  const [u, v, w, x] = padded.map((value) => (value / numSamples) * scale);
  const most = (y, left) => (y < absent ? 0 : left);
  // One bin more at either end catches what lies outside.
  const bins = new Float64Array(numBins + 2);
  let c = 0;
  for (let i = 0; i <= most(0, numSamples); i++) {
    for (let j = 0; j <= most(1, numSamples - i); j++) {
      const left = numSamples - i - j;
      const start = i * u + j * v + left * x - low * scale + 1;
      const last = most(2, left);
      for (let k = 0; k <= last; k++) {
        const bin = Math.floor(start + k * (w - x));
        bins[bin < 0 ? 0 : bin > numBins ? numBins + 1 : bin] += probabilities[c++];
      }
    }
  }
  return { bins: bins.subarray(1, -1), below: bins[0], above: bins[numBins + 1] };
}

/** The exact law of the sampler's N-sample mean: every value it can take, and its probability. */
export function estimateDistribution(estimator, policy, reference, numSamples, sampler = policy) {
  const counts = countVectors(policy.length, numSamples);
  return {
    estimates: countMeans(counts, logRatio(policy, reference).map(estimator), numSamples),
    probabilities: countProbabilities(counts, sampler, numSamples),
  };
}

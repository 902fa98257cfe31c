// The JavaScript core against toy: Python writes the vectors and what it computes for them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import * as distributions from "../../toy/explorables/core/distributions.js";
import * as estimators from "../../toy/explorables/core/kl_estimators.js";

const TOLERANCE = 1e-12;

// The interpreter in which toy is installed: pytest says which; `npm test` uses the project's own.
const python = process.env.PYTHON ?? ".venv/bin/python";
const { cases, laws, races } = JSON.parse(
  execFileSync(python, ["tests/js/write_vectors.py"], { encoding: "utf8", maxBuffer: 1 << 28 }),
);

/** Equal to 1e-12 of the expected value or, for a sum whose terms cancel, of the size of its terms. */
function assertClose(got, expected, what, size = Math.abs(expected)) {
  assert.ok(Math.abs(got - expected) <= TOLERANCE * size, `${what}: got ${got}, toy says ${expected}`);
}

function assertAllClose(got, expected, what) {
  assert.equal(got.length, expected.length, `${what}: length`);
  expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`));
}

const meanSize = (policy, values) => distributions.sum(policy.map((p, y) => p * Math.abs(values[y])));

function estimator(name, expected) {
  return estimators.namedEstimators(expected.optimalCoefficient)[name];
}

test("the vectors are many, and no estimator is missing from them", () => {
  assert.ok(Object.keys(cases).length >= 12);
  for (const { moments } of Object.values(cases))
    assert.deepEqual(Object.keys(moments), ["k1", "k2", "k3", "best"]);
});

for (const [name, expected] of Object.entries(cases)) {
  const { policy, reference } = expected;

  test(`divergences agree with toy: ${name}`, () => {
    assertAllClose(distributions.logRatio(policy, reference), expected.logRatio, "log-ratio");
    assertAllClose(distributions.klTerms(policy, reference), expected.klTerms, "KL term");
    assertClose(distributions.klDivergence(policy, reference), expected.klDivergence, "KL");
    assertClose(
      distributions.chiSquareDivergence(policy, reference),
      expected.chiSquareDivergence,
      "chi-square",
    );
  });

  test(`estimators and their moments agree with toy: ${name}`, () => {
    assertClose(
      estimators.optimalCoefficient(policy, reference),
      expected.optimalCoefficient,
      "best coefficient",
    );
    for (const [key, moments] of Object.entries(expected.moments)) {
      const k = estimator(key, expected);
      const size = meanSize(policy, moments.values);
      // With two responses the best control variate leaves nothing: the rounding of its square.
      const rounding = TOLERANCE * meanSize(policy, moments.values.map((v) => v * v));
      const got = estimators.estimatorMoments(k, policy, reference);
      assertAllClose(distributions.logRatio(policy, reference).map(k), moments.values, `${key} value`);
      assertClose(got.mean, moments.mean, `${key} mean`, size);
      assertClose(got.bias, moments.bias, `${key} bias`, size);
      assertClose(got.variance, moments.variance, `${key} variance`, moments.variance + rounding);
      [1, 7, 1000].forEach((n, i) =>
        assertClose(
          estimators.meanSquaredError(got, n),
          moments.mse[i],
          `${key} mse(${n})`,
          moments.mse[i] + rounding,
        ),
      );
    }
  });

  test(`moments agree with toy when somebody else samples: ${name}`, () => {
    const { sampler, moments: offPolicy } = expected.offPolicy;
    for (const [key, moments] of Object.entries(offPolicy)) {
      const k = estimator(key, expected);
      const { values } = expected.moments[key];
      const rounding = TOLERANCE * meanSize(sampler, values.map((v) => v * v));
      const size = meanSize(sampler, values) + expected.klDivergence;
      const got = estimators.estimatorMoments(k, policy, reference, sampler);
      assertClose(got.mean, moments.mean, `${key} mean`, size);
      assertClose(got.bias, moments.bias, `${key} bias`, size);
      assertClose(got.variance, moments.variance, `${key} variance`, moments.variance + rounding);
    }
  });

  test(`the geometric path and its crossover agree with toy: ${name}`, () => {
    for (const mixture of expected.mixtures) {
      const got = distributions.geometricMixture(policy, reference, mixture.weight);
      // A probability is as exact as its logarithm times 1e-16; 1e-30 has a logarithm of 69.
      assertAllClose(got, mixture.policy, `mixture at ${mixture.weight}`);
    }
    const crossover = estimators.varianceCrossover(policy, reference);
    if (expected.varianceCrossover === null) assert.ok(Number.isNaN(crossover));
    else assertClose(crossover, expected.varianceCrossover, "crossover");
  });
}

for (const { policy, reference, sampler, numSamples, estimates, probabilities } of laws) {
  test(`the exact law of the mean agrees with toy: ${policy.length} responses, N = ${numSamples}`, () => {
    for (const [key, expected] of Object.entries(estimates)) {
      const optimalCoefficient = estimators.optimalCoefficient(policy, reference);
      const k = estimator(key, { optimalCoefficient });
      const size = Math.max(...distributions.logRatio(policy, reference).map((d) => Math.abs(k(d))));
      const law = estimators.estimateDistribution(k, policy, reference, numSamples, sampler);
      assert.equal(law.estimates.length, expected.length);
      expected.forEach((value, c) => assertClose(law.estimates[c], value, `${key} estimate ${c}`, size));
      assertAllClose(law.probabilities, probabilities, "probability");
      const { mean, variance } = estimators.estimatorMoments(k, policy, reference, sampler);
      const law_mean = distributions.sum([...law.estimates].map((v, c) => v * law.probabilities[c]));
      assertClose(law_mean, mean, `${key}: mean of the law`, size);
      const law_mse = [...law.estimates].map((v, c) => law.probabilities[c] * (v - mean) ** 2);
      assertClose(
        distributions.sum(law_mse),
        variance / numSamples,
        `${key}: variance of the law`,
        size ** 2,
      );
    }
  });
}

for (const numResponses of [2, 3, 4]) {
  test(`the histogram of a law is that of its means: ${numResponses} responses`, () => {
    const policy = [0.5, 0.3, 0.15, 0.05].slice(0, numResponses).map((p, _, all) => p / distributions.sum(all));
    const values = [-Math.SQRT1_2, Math.LOG10E, Math.LN2, Math.E].slice(0, numResponses);
    const counts = estimators.countVectors(numResponses, 20);
    const probabilities = estimators.countProbabilities(counts, policy, 20);
    const means = estimators.countMeans(counts, values, 20);
    const expected = distributions.histogram(means, probabilities, -0.31, 0.37, 17);
    const got = estimators.lawHistogram(probabilities, values, 20, [-0.31, 0.37], 17);
    assertAllClose([...got.bins, got.below, got.above], [...expected.bins, expected.below, expected.above], "bin");
    assert.ok(got.below > 0 && got.above > 0, "something lies outside on either side");
  });
}

test("as many count vectors are listed as are counted", () => {
  for (const [numResponses, numSamples] of [[2, 300], [3, 25], [4, 9]]) {
    const counts = estimators.countVectors(numResponses, numSamples);
    assert.equal(counts.length, numResponses);
    for (const column of counts)
      assert.equal(column.length, estimators.numCountVectors(numResponses, numSamples));
    for (let c = 0; c < counts[0].length; c++)
      assert.equal(distributions.sum(counts.map((column) => column[c])), numSamples);
  }
});

test("moving one probability keeps the others' proportions", () => {
  const moved = distributions.withProbability([0.2, 0.6, 0.2], 0, 0.5, 0.001);
  assertAllClose(moved, [0.5, 0.375, 0.125], "moved");
});

test("no probability falls below the floor, and the sum stays one", () => {
  for (const value of [-1, 0, 0.3, 0.9995, 1, 7]) {
    const moved = distributions.withProbability([0.5, 0.3, 0.15, 0.05], 1, value, 0.001);
    assert.ok(
      moved.every((p) => p >= 0.001),
      `${moved}`,
    );
    assertClose(distributions.sum(moved), 1, "sum");
  }
  assertAllClose(
    distributions.withProbability([0.9, 0.099, 0.001], 0, 0.95, 0.001),
    [0.95, 0.049, 0.001],
    "floored",
  );
});

test("a probability of one can be taken back", () => {
  assertAllClose(distributions.withProbability([1, 0, 0], 0, 0.5), [0.5, 0.25, 0.25], "taken back");
});

test("moving a probability leaves the old policy as it was", () => {
  const policy = Object.freeze([0.5, 0.5]);
  assert.deepEqual(distributions.withProbability(policy, 0, 0.2), [0.2, 0.8]);
});

test("a histogram loses no probability", () => {
  const { bins, below, above } = distributions.histogram(
    [-1, 0, 0.5, 1, 2],
    [0.1, 0.2, 0.3, 0.25, 0.15],
    0,
    1,
    2,
  );
  assert.deepEqual([[...bins], below, above], [[0.2, 0.55], 0.1, 0.15]);
});

test("from which N on an estimator errs no more than another agrees with toy", () => {
  assert.ok(races.some(({ samplesToBeat }) => samplesToBeat === null));
  for (const { moments, samplesToBeat: expected } of races) {
    const [first, second] = moments.map(([bias, variance]) => ({ bias, variance }));
    const got = estimators.samplesToBeat(first, second);
    if (expected === null) assert.equal(got, Infinity);
    else assertClose(got, expected, `samples to beat ${JSON.stringify(moments)}`);
  }
});

// k1, k2, k3 and the family of control variates: exact bias, spread and error of their N-sample means.

import { bisector, extent, range } from "d3-array";
import { format } from "d3-format";
import { geometricMixture, klDivergence, logRatio } from "../core/distributions.js";
import { countProbabilities, countVectors, numCountVectors } from "../core/enumeration.js";
import {
  controlVariate,
  estimatorMoments,
  k1,
  k2,
  k3,
  mse,
  optimalCoefficient,
  samplesToBeat,
} from "../core/kl_estimators.js";
import { toolbar } from "../parts/buttons.js";
import { columns, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { lawHistogram, lawRows } from "../parts/law_rows.js";
import { lineChart } from "../parts/line_chart.js";
import { ESTIMATORS as NAMED, POLICY, REFERENCE, REVERSE_KL } from "../parts/names.js";
import { policies } from "../parts/policies.js";
import { predict } from "../parts/predict.js";
import { readout, table } from "../parts/readout.js";
import { remembered } from "../parts/remembered.js";
import { logSteps, slider, sliders } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";

const whole = format(",d");

// From how many samples on an estimator may err less: a number, or never.
const GUESSES = [...logSteps(1, 1e7, 8), Infinity];
const counted = (value) => (value === Infinity ? "never" : value >= 1e5 ? say(value) : whole(value));

const NUM_BINS = 72;

// The most count vectors whose law is listed within a frame: those of a hundred samples of four responses.
const MAX_COUNTS = 176_851;

/** The largest N whose law is listed, by the number of responses. */
const mostListed = (maxSamples) =>
  Object.fromEntries(
    [2, 3, 4].map((size) => [
      size,
      bisector((n) => numCountVectors(n, size)).right(range(1, maxSamples + 1), MAX_COUNTS),
    ]),
  );

// How far the errors are shown before the reader has guessed: never as far as where k1 and k2 meet.
const shownSamples = (even) => Math.min(30, even ** 0.75);

// An error that is none.
const ROUNDING = 1e-11;

// The reader's own λ stands between k3 and the best.
const { best: BEST, ...FIXED } = NAMED;
const ESTIMATORS = { ...FIXED, ink: "your λ", best: BEST };
const ROLES = Object.keys(ESTIMATORS);

const FOUR = ["answers", "refuses", "hedges", "rambles"];
const TWO = ["answers", "refuses"];
const SETTINGS = {
  "Half trained": {
    policy: [0.05, 0.4, 0.25, 0.3],
    reference: [0.35, 0.15, 0.3, 0.2],
    responses: ["I don't know", "Venus", "Mercury", "the Sun"],
    num_samples: 10,
    stale: 0,
  },
  Close: { policy: [0.06, 0.11, 0.31, 0.52], reference: [0.05, 0.1, 0.3, 0.55], responses: FOUR, stale: 0 },
  "Homework 1E": { policy: [0.5, 0.5], reference: [0.01, 0.99], responses: TWO, stale: 0 },
  "k3 loses": { policy: [0.99, 0.01], reference: [0.5, 0.5], responses: TWO, stale: 0 },
  "Another sampler": { stale: 0.5, num_samples: 1000 },
};

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "Estimators of a KL divergence",
  });
  const [, maxSamples] = stage.limits("num_samples");
  const sizes = range(0, 61).map((i) => maxSamples ** (i / 60));
  const listed = mostListed(maxSamples);
  const probabilities = policies(stage, {
    policy: POLICY,
    sampler: "sampler <i>μ</i>",
    reference: REFERENCE,
  });
  const samples = slider(stage, {
    label: "samples <i>N</i>",
    key: "num_samples",
    steps: logSteps(1, maxSamples),
    format: whole,
  });
  const coefficients = slider(stage, {
    label: "your <i>λ</i>",
    key: "coefficient",
    step: 0.01,
    format: two,
  });
  const staleness = slider(stage, {
    label: "sampler <i>π</i> → <i>π</i><sub>ref</sub>",
    key: "stale",
    step: 0.01,
    format: two,
  });
  const divergence = readout([
    { key: "kl", label: REVERSE_KL, unit: "nats" },
    { key: "best", label: "best <i>λ</i>, where the policy samples" },
  ]);
  const laws = lawRows(stage, {
    label: "Exact law of each estimate",
    numRows: ROLES.length,
    rowHeight: 46,
  });
  const guess = predict(stage, {
    question: "k2 is biased and varies little. From how many samples N on does k1 err less?",
    guessLabel: "my guess, <i>N</i>",
    initial: 16,
    steps: GUESSES,
    format: counted,
    exact: counted,
  });
  const errors = lineChart(stage, {
    label: "Root mean squared error against the number of samples",
    height: 250,
    xTitle: "samples N",
    yTitle: "root mean squared (rms) error, nats",
    xLog: true,
    yLog: true,
    right: 70,
    onGuess: guess.set,
    onDrag: (n) => stage.set({ num_samples: Math.min(maxSamples, Math.max(1, Math.round(n))) }),
  });
  const facts = table({
    rows: ROLES.map((role) => ({ role, label: ESTIMATORS[role] })),
    columns: [
      { key: "mean", label: "mean" },
      { key: "bias", label: "bias" },
      { key: "std", label: "std" },
      { key: "rmse", label: "rms error" },
    ],
  });

  // Which count vectors there are depends on N and the number of responses alone.
  const countsFor = remembered(countVectors);
  const weightsFor = remembered((sampler, n) => countProbabilities(sampler, countsFor(n, sampler.length)));
  // While one estimator changes, the laws of the others stay as they are.
  const lawsFor = Object.fromEntries(
    ROLES.map((role) => [
      role,
      remembered((values, domain, sampler, n) =>
        lawHistogram(weightsFor(sampler, n), values, n, domain, NUM_BINS),
      ),
    ]),
  );

  function draw({ policy, reference, responses, num_samples: n, coefficient, stale }) {
    const best = optimalCoefficient(policy, reference);
    const estimators = { k1, k2, k3, best: controlVariate(best), ink: controlVariate(coefficient) };
    const sampler = stale === 0 ? policy : geometricMixture(policy, reference, 1 - stale);
    const kl = klDivergence(policy, reference);
    const moments = Object.fromEntries(
      ROLES.map((role) => [role, estimatorMoments(estimators[role], policy, reference, sampler)]),
    );
    const std = (role) => Math.sqrt(moments[role].variance / n);
    const even = samplesToBeat(moments.k1, moments.k2);
    const error = (role, size) => Math.sqrt(mse(moments[role], size));

    probabilities.hide("sampler", stale === 0);
    probabilities.draw({ responses, policy, reference, sampler });
    samples.draw(n);
    coefficients.draw(coefficient);
    staleness.draw(stale);
    divergence.draw({ kl, best });
    guess.draw(askable(even) ? Math.ceil(even) : null, undefined, { remark: remarkOn(even, maxSamples, moments) });

    const values = {};
    for (const role of ROLES) {
      const { mean, bias } = moments[role];
      Object.assign(values, {
        [`${role}.mean`]: mean,
        [`${role}.bias`]: bias,
        [`${role}.std`]: std(role),
        [`${role}.rmse`]: error(role, n),
      });
    }
    const winner = ROLES.reduce((a, b) => (error(b, n) < error(a, n) ? b : a));
    facts.draw(values, {
      caption: `Mean of N = ${n} ${n === 1 ? "sample" : "samples"}, in nats`,
      best: { rmse: winner },
    });

    const summary =
      `KL ${formatNumber(kl)} nats. With ${n} ${n === 1 ? "sample" : "samples"}, root mean squared error ` +
      ROLES.map((role) => `${ESTIMATORS[role]} ${formatNumber(error(role, n))}`).join(", ");
    drawErrors(error, n, even, moments, summary);
    drawLaws({ policy, reference, sampler }, estimators, moments, kl, n);
    stage.announce(summary);
  }

  function drawErrors(error, n, even, moments, summary) {
    const revealed = guess.revealed() || !askable(even);
    const lines = ROLES.map((role) => ({
      role,
      label: error(role, n) < ROUNDING ? `${ESTIMATORS[role]}: 0` : ESTIMATORS[role],
      points: sizes.map((size) => [size, visible(error(role, size))]),
      dot: visible(error(role, n)),
    }));
    // Where an estimator never errs, its line lies below the axis, and its label says so.
    const [low, high] = extent(lines.flatMap(({ points }) => points.map(([, value]) => value)).filter((value) => value > ROUNDING));
    errors.draw({
      xDomain: extent(sizes),
      yDomain: [low / 1.3, high * 1.3],
      lines,
      at: { x: n, label: `N = ${whole(n)}` },
      guess: askable(even) ? guess.picture([guess.guess()], revealed && [Math.ceil(even)]) : undefined,
      cover: revealed ? null : { from: shownSamples(even), label: "Guess first" },
      description: revealed ? `${summary}. ${remarkOn(even, maxSamples, moments)}` : summary,
    });
  }

  function drawLaws({ policy, reference, sampler }, estimators, moments, kl, numSamples) {
    const n = Math.min(numSamples, listed[policy.length]);
    const d = logRatio(policy, reference);
    const values = (role) => d.map(estimators[role]);
    const domain = lawDomain(
      ROLES.map((role) => [moments[role], extent(values(role))]),
      n,
    );
    laws.draw({
      domain,
      truth: kl,
      rows: ROLES.map((role) => ({
        role,
        label: ESTIMATORS[role],
        mean: moments[role].mean,
        ...lawsFor[role](values(role), domain, sampler, n),
      })),
      xTitle:
        n < numSamples
          ? `estimate from N = ${n} at most, nats`
          : `estimate from N = ${n} ${n === 1 ? "sample" : "samples"}, nats`,
      description: `Exact laws of the mean of ${n} samples; true KL ${formatNumber(kl)} nats`,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([probabilities, sliders([samples, coefficients, staleness])], [pinned(errors), laws]),
      numbers(divergence, facts),
    ],
    draw,
  );
}

/** Whether there is a place for this number of samples on the slider of the guess. */
const askable = (even) => even <= GUESSES.at(-2) || even === Infinity;

/** What to say of the sample size from which on k1 errs less than k2. */
function remarkOn(even, maxSamples, moments) {
  const spread = (role) => say(Math.sqrt(moments[role].variance));
  if (even === 1)
    return `From the first sample on: one draw of k1 errs by ${say(Math.sqrt(mse(moments.k1, 1)))} nats (rms), of k2 by ${say(Math.sqrt(mse(moments.k2, 1)))}.`;
  if (even === Infinity) return "k1 has no less bias than k2, and samples cure no bias.";
  if (even > maxSamples) return `k2's bias, ${say(Math.abs(moments.k2.bias))} nats, is so small that only so many samples bring out what it costs.`;
  return `k2's bias of ${say(Math.abs(moments.k2.bias))} nats stays. The spreads, of one draw ${spread("k1")} for k1 and ${spread("k2")} for k2, shrink like 1/√N.`;
}

/** A logarithmic axis has no zero. */
const visible = (error) => Math.max(error, ROUNDING / 10);

/** From the least to the most that any estimate plausibly is: four standard deviations, within what can occur. */
function lawDomain(laws, n) {
  const ends = laws.flatMap(([{ mean, variance }, [low, high]]) => {
    const reach = 4 * Math.sqrt(variance / n);
    return [Math.max(low, mean - reach), Math.min(high, mean + reach)];
  });
  const [low, high] = extent(ends);
  const pad = 0.04 * (high - low) || 0.01;
  return [low - pad, high + pad];
}

export default render;

// k1, k2, k3 and the best control variate: exact bias, spread and error of their N-sample means.

import { extent, range } from "d3-array";
import { histogram, klDivergence, logRatio, policiesFault } from "./core/distributions.js";
import {
  countMeans,
  countProbabilities,
  countVectors,
  estimatorMoments,
  meanSquaredError,
  namedEstimators,
  optimalCoefficient,
} from "./core/kl_estimators.js";
import { toolbar } from "./parts/buttons.js";
import { columns } from "./parts/dom.js";
import { formatNumber } from "./parts/format.js";
import { lawRows } from "./parts/law_rows.js";
import { lineChart } from "./parts/line_chart.js";
import { ESTIMATORS, POLICY, REFERENCE, REVERSE_KL } from "./parts/names.js";
import { policies } from "./parts/policies.js";
import { readout, table } from "./parts/readout.js";
import { logSteps, slider } from "./parts/slider.js";
import { createStage } from "./parts/stage.js";

const MOST_SAMPLES = 100;
const NUM_BINS = 72;

// The error is plotted further than the law can be enumerated, so that k2's floor shows.
const SAMPLE_SIZES = range(0, 61).map((i) => 10 ** (i / 20));

const ROLES = Object.keys(ESTIMATORS);

const FOUR = ["answers", "refuses", "hedges", "rambles"];
const TWO = ["answers", "refuses"];
const SETTINGS = {
  Close: { policy: [0.06, 0.11, 0.31, 0.52], reference: [0.05, 0.1, 0.3, 0.55], responses: FOUR },
  "Homework 1E": { policy: [0.5, 0.5], reference: [0.01, 0.99], responses: TWO },
  "k3 loses": { policy: [0.99, 0.01], reference: [0.5, 0.5], responses: TWO },
};

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    traits: ["policy", "reference", "responses", "num_samples"],
    label: "Estimators of a KL divergence",
  });
  const probabilities = policies(stage, { policy: `${POLICY}, which samples`, reference: REFERENCE });
  const samples = slider({
    label: "samples <i>N</i>",
    key: "num_samples",
    steps: logSteps(1, MOST_SAMPLES),
    format: String,
    onInput: (value) => stage.set({ num_samples: value }),
  });
  const divergence = readout([
    { key: "kl", label: REVERSE_KL, unit: "nats" },
    { key: "coefficient", label: "best <i>λ</i>" },
  ]);
  const laws = lawRows(stage, {
    label: "Exact law of each estimate",
    numRows: ROLES.length,
    rowHeight: 62,
    xTitle: "estimate from N samples, nats",
  });
  const errors = lineChart(stage, {
    label: "Root mean squared error against the number of samples",
    height: 250,
    xTitle: "samples N",
    yTitle: "root mean squared (rms) error, nats",
    xLog: true,
    yLog: true,
    onDrag: (n) => stage.set({ num_samples: Math.min(MOST_SAMPLES, Math.max(1, Math.round(n))) }),
  });
  const numbers = table({
    rows: ROLES.map((role) => ({ role, label: ESTIMATORS[role] })),
    columns: [
      { key: "mean", label: "mean" },
      { key: "bias", label: "bias" },
      { key: "std", label: "std" },
      { key: "rmse", label: "rms error" },
    ],
  });

  // Which count vectors there are depends on N and the number of responses alone.
  let counts;
  let countsOf = "";
  function countsFor(numResponses, n) {
    if (countsOf !== `${numResponses},${n}`) counts = countVectors(numResponses, n);
    countsOf = `${numResponses},${n}`;
    return counts;
  }

  function draw({ policy, reference, responses, num_samples: n }) {
    const coefficient = optimalCoefficient(policy, reference);
    const estimators = namedEstimators(coefficient);
    const kl = klDivergence(policy, reference);
    const moments = Object.fromEntries(
      ROLES.map((role) => [role, estimatorMoments(estimators[role], policy, reference)]),
    );
    const std = (role) => Math.sqrt(moments[role].variance / n);
    const error = (role, size) => Math.sqrt(meanSquaredError(moments[role], size));

    probabilities.draw({ responses, policy, reference });
    samples.draw(n);
    divergence.draw({ kl, coefficient });

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
    numbers.draw(values, {
      caption: `Mean of N = ${n} ${n === 1 ? "sample" : "samples"}, in nats`,
      best: { rmse: winner },
    });

    const summary =
      `KL ${formatNumber(kl)} nats. With ${n} ${n === 1 ? "sample" : "samples"}, root mean squared error ` +
      ROLES.map((role) => `${ESTIMATORS[role]} ${formatNumber(error(role, n))}`).join(", ");
    drawErrors(error, n, summary);
    drawLaws(policy, reference, estimators, moments, kl, n);
    stage.announce(summary);
  }

  function drawErrors(error, n, description) {
    const lines = ROLES.map((role) => ({
      role,
      label: ESTIMATORS[role],
      points: SAMPLE_SIZES.map((size) => [size, visible(error(role, size))]),
      dot: visible(error(role, n)),
    }));
    const [low, high] = extent(lines.flatMap(({ points }) => points.map(([, value]) => value)));
    errors.draw({
      xDomain: extent(SAMPLE_SIZES),
      yDomain: [low / 1.3, high * 1.3],
      lines,
      at: { x: n, label: `N = ${n}` },
      description,
    });
  }

  function drawLaws(policy, reference, estimators, moments, kl, n) {
    const vectors = countsFor(policy.length, n);
    const weights = countProbabilities(vectors, policy, n);
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
        ...histogram(countMeans(vectors, values(role), n), weights, ...domain, NUM_BINS),
      })),
      description: `Exact laws of the mean of ${n} samples; true KL ${formatNumber(kl)} nats`,
    });
  }

  return stage.start(
    [
      toolbar(stage, { hint: "Drag the bars, or try:", settings: SETTINGS }),
      columns([probabilities, samples, divergence], laws),
      columns(errors, numbers),
    ],
    draw,
  );
}

/** A logarithmic axis has no zero: where an estimator never errs, its line lies on the floor. */
const visible = (error) => Math.max(error, 1e-12);

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

/** Why a state from outside cannot be shown, or "". */
function fault(state) {
  const n = state.num_samples;
  if (Number.isInteger(n) && n >= 1 && n <= MOST_SAMPLES) return policiesFault(state);
  return `num_samples must be a whole number from 1 to ${MOST_SAMPLES}`;
}

export default { render, fault };

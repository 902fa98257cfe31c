// The policy gradient over three responses: where it leads, and where one draw or one group sends it.

import { range } from "d3-array";
import { expectation, slopeOfMean } from "../core/distributions.js";
import {
  biasLength,
  cosine,
  groupLaw,
  groupMean,
  groupNormalised,
  leaveOneOut,
  moments,
  objectiveGradient,
  optimalBaseline,
  policyGradient,
  reinforceLaw,
  reinforceMoments,
} from "../core/policy_gradient.js";
import { gibbsPolicy, objectiveTerms, shapedReward } from "../core/rlhf_objective.js";
import { toolbar } from "../parts/buttons.js";
import { choice, toggle } from "../parts/choice.js";
import { columns } from "../parts/dom.js";
import { formatNumber, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { lineChart } from "../parts/line_chart.js";
import { REVERSE_KL } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { readout, table } from "../parts/readout.js";
import { simplex } from "../parts/simplex.js";
import { geometricSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { interiorGrid, stepsInside } from "../parts/triangle.js";
import { rewardBars } from "../parts/values.js";

// Estimates are drawn as the motion of π that they cause, to first order, at this step size; near an edge at
// a smaller one, so that none leaves the triangle.
const STEP_SIZE = 1;
const FIELD = interiorGrid(12);
const NUM_POINTS = 60;

const ADVANTAGES = {
  "leave-one-out": leaveOneOut,
  "group mean": groupMean,
  "group-normalised": groupNormalised,
};
const ESTIMATORS = ["one sample", ...Object.keys(ADVANTAGES)];
const KEYS = { "one sample": "one", "leave-one-out": "loo", "group mean": "mean", "group-normalised": "norm" };

const SETTINGS = {
  Plateau: { policy: [0.006, 0.014, 0.98], kl_term: false, estimator: "one sample", baseline: "value" },
  "The value hurts": {
    policy: [0.88, 0.06, 0.06],
    reward: [1, -1, -1],
    kl_term: false,
    estimator: "one sample",
    baseline: "value",
  },
  "GRPO turns": {
    policy: [0.15, 0.8, 0.05],
    reward: [1, 0.9, -1.2],
    kl_term: false,
    estimator: "group-normalised",
    group_size: 4,
  },
};

function render({ model, el }) {
  const stage = createStage({ model, el, label: "The policy gradient over three responses" });
  const triangle = simplex(stage, {
    label: "All policies over three responses",
    handles: [
      { key: "policy", role: "policy", label: "" },
      { key: "reference", role: "reference", label: "reference" },
    ],
  });
  const key = legend([
    { role: "policy", label: "exact gradient", line: true },
    { role: "k1", label: "estimates: each, their mean, one standard deviation", line: true },
    { role: "reward", label: "what is climbed: stronger is higher" },
  ]);
  const estimator = choice(stage, {
    label: "estimate",
    key: "estimator",
  });
  const baseline = choice(stage, {
    label: "baseline of one sample",
    key: "baseline",
  });
  const size = slider(stage, {
    label: "group size <i>G</i>",
    key: "group_size",
    step: 1,
    format: String,
  });
  const price = slider(stage, {
    label: "price of a nat <i>β</i>",
    key: "beta",
    steps: geometricSteps(...stage.limits("beta")),
    format: String,
  });
  const penalty = toggle(stage, {
    label: "charge for the KL: reward <i>r</i> − <i>β</i> log <i>π</i>/<i>π</i><sub>ref</sub>",
    key: "kl_term",
  });
  const numbers = readout([
    { key: "value", label: "expected reward E[<i>r</i>]", unit: "reward" },
    { key: "kl", label: REVERSE_KL, unit: "nats" },
    { key: "objective", label: "objective <i>J</i> = E[<i>r</i>] − <i>β</i> KL", unit: "reward" },
    { key: "slope", label: "length of the gradient, per logit", unit: "reward" },
    { key: "step", label: "step size at which estimates are drawn" },
  ]);
  const payment = legend([{ role: "reward", label: "reward <i>r</i> of each response" }]);
  const rewards = rewardBars(stage);
  const estimates = table({
    rows: ESTIMATORS.map((name) => ({ key: KEYS[name], label: name.replace("group-", "") })),
    columns: [
      { key: "variance", label: "variance" },
      { key: "per_draw", label: "× draws" },
      { key: "bias", label: "bias" },
      { key: "cosine", label: "cosine" },
    ],
  });
  const guess = predict(stage, {
    question: "One draw: which constant baseline b leaves the least total variance? Slide to your guess.",
    guessLabel: "my guess, <i>b</i>",
    initial: 0.5,
    step: 0.01,
    format: two,
  });
  const parabola = lineChart(stage, {
    label: "Total variance of one draw against the baseline",
    height: 200,
    xTitle: "baseline b, units of reward",
    yTitle: "total variance, (reward per logit)²",
    onDrag: (b) => guess.set(Math.round(100 * b) / 100),
  });

  function draw(state) {
    const at = everything(state);
    drawTriangle(state, at);
    estimator.draw(state.estimator);
    baseline.draw(state.baseline);
    size.draw(state.group_size);
    price.draw(state.beta);
    penalty.draw(state.kl_term);
    rewards.draw({ responses: state.responses, values: state.reward });
    numbers.draw({ value: at.terms.reward, kl: at.terms.kl, objective: at.terms.total, slope: at.slope, step: at.step });
    estimates.draw(at.rows, {
      caption: "Total variance, also times its draws; length of the bias; cosine to the gradient",
      current: KEYS[state.estimator],
    });
    drawParabola(state, at);
    stage.announce(at.summary);
  }

  function drawTriangle({ policy, reference, reward, responses, beta, kl_term }, at) {
    const objective = kl_term
      ? (point) => objectiveTerms(point, reward, reference, beta).total
      : (point) => expectation(point, reward);
    const gradient = kl_term
      ? (point) => objectiveGradient(point, reward, reference, beta)
      : (point) => policyGradient(point, reward);
    const inputs = [reward, kl_term && [reference, beta]];
    const moved = (motion) => policy.map((p, y) => p + at.step * motion[y]);
    triangle.draw({
      responses,
      policy,
      reference,
      shown: "policy",
      levels: { role: "reward", value: objective, count: 10, inputs },
      arrows: { role: "muted", at: FIELD, move: (point) => slopeOfMean(point, gradient(point)), length: 0.09, inputs },
      ellipse: {
        role: "k1",
        mean: moved(at.motion.mean),
        covariance: at.motion.covariance.map((row) => row.map((c) => c * at.step ** 2)),
      },
      cloud: at.motions.map((motion, i) => ({
        role: "k1",
        at: moved(motion),
        weight: at.probabilities[i],
        title: `probability ${formatNumber(at.probabilities[i])}`,
      })),
      vectors: [
        { role: "policy", from: policy, to: moved(at.uphill), width: 5 },
        { role: "k1", from: policy, to: moved(at.motion.mean) },
      ],
      marks: kl_term
        ? [{ role: "best", at: gibbsPolicy(reward, reference, beta), shape: "star", label: "optimum" }]
        : [],
      description: at.summary,
    });
  }

  function drawParabola({ policy }, { shaped, value, best }) {
    const ends = [Math.floor(2 * Math.min(...shaped, -0.5)) / 2, Math.ceil(2 * Math.max(...shaped, 1)) / 2];
    const variance = (b) => reinforceMoments(policy, shaped, b).totalVariance;
    const points = range(NUM_POINTS + 1).map((i) => ends[0] + (i / NUM_POINTS) * (ends[1] - ends[0]));
    guess.draw(best, ends);
    const b = guess.guess();
    parabola.draw({
      xDomain: ends,
      yDomain: [0, 1.1 * Math.max(...ends.map(variance))],
      lines: guess.revealed()
        ? [{ role: "k1", label: "", points: points.map((x) => [x, variance(x)]), dot: variance(b) }]
        : [],
      at: { x: b, label: `b = ${two(b)}` },
      marks: guess.revealed()
        ? [
            { x: value, label: `value ${two(value)}`, side: value < best ? "left" : "right" },
            { x: best, label: `best ${two(best)}`, side: value < best ? "right" : "left", row: 1 },
          ]
        : [],
      cover: guess.revealed() ? null : { from: ends[0], label: "Guess first" },
      description: guess.revealed()
        ? `Total variance against the baseline: least at ${two(best)}, the value is ${two(value)}`
        : "Total variance against the baseline, hidden until you have guessed",
    });
  }

  return stage.start(
    [
      toolbar(stage, { hint: "Drag the policy, or try:", settings: SETTINGS }),
      columns([triangle, key, numbers], [estimator, baseline, size, penalty, price, payment, rewards, estimates]),
      columns([guess], [parabola]),
    ],
    draw,
  );
}

/** All numbers that are shown. */
function everything({ policy, reference, reward, beta, kl_term, estimator, baseline, group_size }) {
  const shaped = kl_term ? shapedReward(policy, reward, reference, beta) : reward;
  const [value, best] = [expectation(policy, shaped), optimalBaseline(policy, shaped)];
  const gradient = policyGradient(policy, shaped);
  const lawOf = (name) =>
    name === "one sample"
      ? reinforceLaw(policy, shaped, { none: 0, value, best }[baseline])
      : groupLaw(policy, shaped, group_size, ADVANTAGES[name]);
  const rows = {};
  for (const name of ESTIMATORS) {
    const found = moments(lawOf(name));
    rows[`${KEYS[name]}.variance`] = found.totalVariance;
    rows[`${KEYS[name]}.per_draw`] = (name === "one sample" ? 1 : group_size) * found.totalVariance;
    rows[`${KEYS[name]}.bias`] = biasLength(found, gradient);
    rows[`${KEYS[name]}.cosine`] = cosine(found, gradient);
  }
  const terms = objectiveTerms(policy, reward, reference, beta);
  const slope = Math.hypot(...gradient);
  const name = KEYS[estimator];
  const summary =
    `Expected reward ${formatNumber(terms.reward)}, gradient ${formatNumber(slope)} long. Estimated by ${estimator}: ` +
    `total variance ${formatNumber(rows[`${name}.variance`])}, cosine ${formatNumber(rows[`${name}.cosine`])}`;
  return { shaped, value, best, slope, rows, terms, summary, ...motionsOf(policy, gradient, lawOf(estimator)) };
}

/** How the policy moves, to first order, along its gradient and along each of its estimates, and how far it may. */
function motionsOf(policy, gradient, { probabilities, gradients }) {
  const uphill = slopeOfMean(policy, gradient);
  const motions = gradients.map((estimate) => slopeOfMean(policy, estimate));
  const step = stepsInside(policy, [...motions, uphill], STEP_SIZE);
  return { uphill, motions, probabilities, motion: moments({ probabilities, gradients: motions }), step };
}

export default render;

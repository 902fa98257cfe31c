// From the reference through the policy and beyond: where k3 stops beating k1.

import { range } from "d3-array";
import { geometricMixture, klDivergence } from "../core/distributions.js";
import {
  controlVariate,
  estimatorMoments,
  k1,
  k2,
  k3,
  optimalCoefficient,
  varianceCrossover,
} from "../core/kl_estimators.js";
import { toolbar } from "../parts/buttons.js";
import { columns, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { lineChart } from "../parts/line_chart.js";
import { ESTIMATORS, POLICY, REFERENCE } from "../parts/names.js";
import { policies } from "../parts/policies.js";
import { predict } from "../parts/predict.js";
import { readout, table } from "../parts/readout.js";
import { slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";

const PATH = "<i>π</i><sub><i>w</i></sub>";
const ROLES = Object.keys(ESTIMATORS);
const NUM_POINTS = 100;

// Where the axis may end: round numbers, so that the end does not give the crossover away.
const ENDS = [1.5, 2, 3, 4, 6, 8, 12, 16, 24];

// The part of the way to the crossover that is shown before the reader has guessed.
const SHOWN = 0.4;

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "Estimators along a path of policies",
  });
  const [, maxWeight] = stage.limits("weight");
  const setWeight = (weight) => stage.set({ weight: Math.round(100 * weight) / 100 });
  const probabilities = policies(stage, {
    policy: POLICY,
    path: `${PATH}, which samples`,
    reference: REFERENCE,
  });
  const position = slider(stage, {
    label: "weight <i>w</i>",
    key: "weight",
    step: 0.01,
    format: two,
    onInput: setWeight,
  });
  const facts = readout([
    { key: "kl", label: `KL(${PATH} ‖ <i>π</i><sub>ref</sub>)`, unit: "nats" },
    { key: "coefficient", label: "best <i>λ</i>" },
  ]);
  const draws = table({
    rows: ROLES.map((role) => ({ role, label: ESTIMATORS[role] })),
    columns: [
      { key: "bias", label: "bias" },
      { key: "std", label: "std" },
    ],
  });
  const guess = predict(stage, {
    question: "How far along the path does k3 beat k1?",
    guessLabel: "my guess, <i>w</i>",
    initial: 0.5,
    step: 0.01,
    format: two,
  });
  const biases = lineChart(stage, {
    label: "Bias along the path",
    height: 170,
    xTitle: "weight w",
    yTitle: "bias relative to the KL",
    right: 52,
    onDrag: setWeight,
  });
  const spreads = lineChart(stage, {
    label: "Standard deviation along the path",
    height: 250,
    xTitle: "weight w: 0 is the reference, 1 the policy",
    yTitle: "std of one draw, nats",
    right: 52,
    onDrag: setWeight,
    onGuess: guess.set,
  });

  function draw({ policy, reference, responses, weight }) {
    const at = pathPoint(policy, reference, weight);
    const crossover = varianceCrossover(policy, reference);
    const end = pathEnd(crossover, weight, maxWeight);
    const points = range(1, NUM_POINTS + 1).map((i) => pathPoint(policy, reference, (i * end) / NUM_POINTS));

    probabilities.draw({ responses, policy, reference, path: at.policy });
    position.draw(weight, [0, end]);
    guess.draw(crossover <= end ? crossover : null, [0, end], { remark: why(policy, reference, crossover, end) });
    facts.draw({
      kl: at.kl,
      coefficient: at.coefficient,
    });
    const values = ROLES.map((role) => [
      [`${role}.bias`, at.bias[role]],
      [`${role}.std`, at.std[role]],
    ]);
    draws.draw(Object.fromEntries(values.flat()), { caption: "One draw at this w, in nats" });

    const summary =
      `w ${two(weight)}, KL ${formatNumber(at.kl)} nats, standard deviation ` +
      ROLES.map((role) => `${ESTIMATORS[role]} ${formatNumber(at.std[role])}`).join(", ");
    drawPanels({ at, points, end, crossover, summary });
    stage.announce(summary);
  }

  function drawPanels({ at, points, end, crossover, summary }) {
    const marker = { x: at.weight, label: `w = ${two(at.weight)}` };
    const lines = (value) =>
      ROLES.map((role) => ({
        role,
        label: ESTIMATORS[role],
        points: points.map((point) => [point.weight, value(point, role)]),
        dot: value(at, role),
      }));
    const relative = lines(({ kl, bias }, role) => (kl > 0 ? bias[role] / kl : 0));
    const spread = lines(({ std }, role) => std[role]);
    const revealed = guess.revealed() || !(crossover <= end);
    biases.draw({
      xDomain: [0, end],
      yDomain: yDomain(relative),
      lines: relative,
      at: marker,
      description: `Bias of each estimator relative to the KL. ${summary}`,
    });
    spreads.draw({
      xDomain: [0, end],
      yDomain: yDomain(spread.filter(({ role }) => role !== "k3")),
      lines: spread,
      at: marker,
      guess: crossover <= end ? guess.picture([guess.guess()], revealed && [crossover]) : undefined,
      cover:
        revealed || !(SHOWN * crossover < end) ? null : { from: SHOWN * crossover, label: "Guess first" },
      description: revealed
        ? `${summary}. k3 and k1 spread equally at w ${formatNumber(crossover)}`
        : summary,
    });
  }

  return stage.start(
    [
      toolbar(stage),
      guess,
      columns([probabilities, position], [pinned(spreads), biases]),
      numbers(facts, draws),
    ],
    draw,
  );
}

/** Why k3 stops beating k1 where it does. */
function why(policy, reference, crossover, end) {
  if (crossover > end) return `It does so beyond w = ${say(end)}, where this axis ends.`;
  if (!(crossover > 0)) return "Policy and reference are equal: nothing varies.";
  const there = pathPoint(policy, reference, crossover);
  return `There the best λ has come down to ${say(there.coefficient)}, as far from k3, which is λ = 1, as from k1, which is λ = 0.`;
}

/** Everything that is shown of the path at one weight. */
function pathPoint(policy, reference, weight) {
  const mixture = geometricMixture(policy, reference, weight);
  const coefficient = optimalCoefficient(mixture, reference);
  const estimators = { k1, k2, k3, best: controlVariate(coefficient) };
  const moments = ROLES.map((role) => [role, estimatorMoments(estimators[role], mixture, reference)]);
  return {
    weight,
    policy: mixture,
    coefficient,
    kl: klDivergence(mixture, reference),
    bias: Object.fromEntries(moments.map(([role, { bias }]) => [role, bias])),
    std: Object.fromEntries(moments.map(([role, { variance }]) => [role, Math.sqrt(variance)])),
  };
}

/** The path is shown to a fifth beyond the crossover, and to where the reader stands, as far as it goes. */
function pathEnd(crossover, weight, maxWeight) {
  const needed = Math.max(weight, 1.2 * (crossover || 1));
  return ENDS.find((end) => end >= needed) ?? maxWeight;
}

function yDomain(lines) {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const high = Math.max(...values, 1e-6);
  return [Math.min(0, ...values), 1.08 * high];
}

export default render;

// One draw, or one group, in place of the gradient: how its estimates scatter, and whether their mean turns.

import { columns, numbers, pinned } from "../parts/dom.js";
import {
  biasLength,
  cosine,
  groupLaw,
  groupMean,
  groupNormalised,
  leaveOneOut,
  moments,
  optimalBaseline,
  policyGradient,
  reinforceLaw,
} from "../core/policy_gradient.js";
import { expectation } from "../core/distributions.js";
import { bars } from "../parts/bars.js";
import { toolbar } from "../parts/buttons.js";
import { choice } from "../parts/choice.js";
import { compass, turn } from "../parts/compass.js";
import { formatNumber, say } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { POLICY } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { table } from "../parts/readout.js";
import { slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { rewardBars } from "../parts/values.js";

const ONE = "one sample";
const NORMALISED = "group-normalised";
const ADVANTAGES = {
  "leave-one-out": leaveOneOut,
  "group mean": groupMean,
  [NORMALISED]: groupNormalised,
};
const ESTIMATORS = [ONE, ...Object.keys(ADVANTAGES)];
const KEYS = { [ONE]: "one", "leave-one-out": "loo", "group mean": "mean", [NORMALISED]: "norm" };

// The turns that can be guessed, in degrees; a turn of less is rounding.
const TURNS = [-180, 180];
const NO_TURN = 1e-6;

const SETTINGS = {
  "GRPO turns": {
    policy: [0.15, 0.8, 0.05],
    reward: [1, 0.9, -1.2],
    estimator: NORMALISED,
    group_size: 4,
  },
  "The other way": { policy: [0.1, 0.6, 0.3], reward: [1, 0.2, 0], estimator: NORMALISED, group_size: 2 },
  "Groups of eight": { policy: [0.15, 0.3, 0.55], reward: [2, -0.1, 0], estimator: NORMALISED, group_size: 8 },
  "One draw": { policy: [0.15, 0.3, 0.55], reward: [0.85, 0, -1.2], estimator: ONE, baseline: "none" },
  "The value hurts": {
    policy: [0.88, 0.06, 0.06],
    reward: [1, -1, -1],
    estimator: ONE,
    baseline: "value",
  },
};

/** How far something is turned, and which way. */
const turnedBy = (value) => `${say(Math.abs(value))}°${value > 0 ? " ↺" : value < 0 ? " ↻" : ""}`;

function render({ model, el }) {
  const stage = createStage({ model, el, label: "Estimates of the policy gradient, and their mean" });
  const guess = predict(stage, {
    question: "By how many degrees does the mean of this estimate turn away from the exact gradient?",
    guessLabel: "my guess",
    initial: 30,
    step: 1,
    format: turnedBy,
    exact: turnedBy,
    apart: (value) => `${say(value)}°`,
  });
  const plane = compass(stage, { label: "Steps of the three logits", onTurn: guess.set });
  const key = legend([
    { role: "k1", label: "estimates, the larger the likelier; towards a name, its logit rises" },
  ]);
  const estimator = choice(stage, { label: "estimate", key: "estimator" });
  const baseline = choice(stage, { label: "baseline of one sample", key: "baseline" });
  const size = slider(stage, { label: "group size <i>G</i>", key: "group_size", step: 1, format: String });
  const names = legend([
    { role: "policy", label: POLICY },
    { role: "reward", label: "reward <i>r</i>" },
  ]);
  const probabilities = bars({
    label: "Probabilities of the responses",
    series: [{ key: "policy", role: "policy", label: "policy" }],
    onInput: (_, policy) => stage.set({ policy }),
  });
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
  function draw(state) {
    const { policy, reward, responses, estimator: chosen, group_size: groupSize } = state;
    const gradient = policyGradient(policy, reward);
    const laws = lawsOf(state);
    const found = Object.fromEntries(ESTIMATORS.map((name) => [name, moments(laws[name])]));
    const turned = turn(gradient, found[chosen].mean);
    const answer = turned >= TURNS[0] && turned <= TURNS[1] ? (Math.abs(turned) < NO_TURN ? 0 : turned) : null;

    guess.draw(answer, TURNS, { remark: why(chosen, state, found[chosen], gradient, turned) });
    estimator.draw(chosen);
    baseline.draw(state.baseline);
    baseline.disable(chosen !== ONE);
    size.draw(groupSize);
    size.disable(chosen === ONE);
    probabilities.draw({ responses, policy });
    rewards.draw({ responses, values: reward });
    drawTable(found, gradient, groupSize, chosen);
    const summary =
      `Gradient ${formatNumber(Math.hypot(...gradient))} long. Estimated by ${chosen}: ` +
      `total variance ${formatNumber(found[chosen].totalVariance)}`;
    drawPlane(state, { gradient, law: laws[chosen], found: found[chosen], open: guess.revealed() || answer === null, answer, summary });
    stage.announce(summary);
  }

  function drawTable(found, gradient, groupSize, chosen) {
    const cells = ESTIMATORS.flatMap((name) => {
      const { totalVariance } = found[name];
      const draws = name === ONE ? 1 : groupSize;
      const row = {
        variance: totalVariance,
        per_draw: draws * totalVariance,
        bias: biasLength(found[name], gradient),
        cosine: cosine(found[name], gradient),
      };
      return Object.entries(row).map(([column, value]) => [`${KEYS[name]}.${column}`, value]);
    });
    estimates.draw(Object.fromEntries(cells), {
      caption: "Total variance, also times its draws; length of the bias; cosine to the gradient",
      current: KEYS[chosen],
    });
  }

  function drawPlane({ responses }, { gradient, law, found, open, answer, summary }) {
    const { mean, totalVariance } = found;
    plane.draw({
      names: responses,
      reach: Math.max(1.1 * Math.hypot(...gradient), 1.1 * Math.hypot(...mean), 1.5 * Math.sqrt(totalVariance), 1e-9),
      cloud: law.gradients.map((at, i) => ({
        role: "k1",
        at,
        weight: law.probabilities[i],
        title: `probability ${formatNumber(law.probabilities[i])}`,
      })),
      rays: [
        { role: "policy", at: gradient, label: "gradient" },
        ...(open ? [{ role: "k1", at: mean, label: "mean", dash: "6 2" }] : []),
      ],
      guess: answer === null ? null : { from: gradient, turned: guess.guess(), label: turnedBy(guess.guess()), truth: open && { turned: answer, label: turnedBy(answer) } },
      arrows: [
        { role: "policy", at: gradient, width: 4 },
        ...(open ? [{ role: "k1", at: mean }] : []),
      ],
      description: summary,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([pinned(plane), key], [estimator, baseline, size, names, probabilities, rewards]),
      numbers(estimates),
    ],
    draw,
  );
}

/** The law of each estimate. */
function lawsOf({ policy, reward, baseline, group_size: size }) {
  const level = { none: 0, value: expectation(policy, reward), best: optimalBaseline(policy, reward) }[baseline];
  const groups = Object.entries(ADVANTAGES).map(([name, advantage]) => [name, groupLaw(policy, reward, size, advantage)]);
  return { [ONE]: reinforceLaw(policy, reward, level), ...Object.fromEntries(groups) };
}

/** Why the mean turns, or does not. */
function why(name, { group_size: size, policy, reward, baseline }, { totalVariance }, gradient, turned) {
  const length = Math.hypot(...gradient);
  if (!(length > 1e-12)) return "All that is likely earns the same: the gradient is zero, and has no direction.";
  if (Number.isNaN(turned)) return "The mean is zero: it has no direction.";
  if (name === NORMALISED)
    return "Each group is divided by its own scatter, so that groups that hardly differ count as much as those that differ most.";
  if (name === "group mean")
    return `The mean is (G − 1)/G = ${say((size - 1) / size)} of the gradient: each draw helps to set its own baseline, which shortens and does not turn.`;
  const off = (variance) => say(Math.sqrt(variance) / length);
  const by = `but one estimate is off by ${off(totalVariance)} times the gradient's length (rms)`;
  if (name !== ONE) return `What does not look at the draw turns no mean, ${by}.`;
  const other = baseline === "none" ? optimalBaseline(policy, reward) : 0;
  const more = `, ${baseline === "none" ? "with the best" : "without any"} by ${off(moments(reinforceLaw(policy, reward, other)).totalVariance)}`;
  return `A baseline that does not look at the draw turns no mean, ${by}${more}.`;
}

export default render;

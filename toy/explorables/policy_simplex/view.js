// The exact policy gradient over three responses: where it leads, and where it hardly leads anywhere.

import { sum } from "../core/numpy.js";
import { expectation, slopeOfMean } from "../core/distributions.js";
import { objectiveGradient, policyGradient } from "../core/policy_gradient.js";
import { gibbsPolicy, objectiveTerms } from "../core/rlhf_objective.js";
import { toolbar } from "../parts/buttons.js";
import { toggle } from "../parts/choice.js";
import { columns, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { REVERSE_KL } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { readout } from "../parts/readout.js";
import { simplex } from "../parts/simplex.js";
import { geometricSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { policiesWith } from "../parts/triangle.js";
import { interiorGrid, stepsInside } from "../parts/triangle.js";
import { rewardBars } from "../parts/values.js";

// The step that is drawn and asked for; near an edge a smaller one is drawn, so that it stays in the triangle.
const STEP_SIZE = 1;
const FIELD = interiorGrid(12);

// The changes of a probability that can be guessed.
const CHANGES = [-0.25, 0.25];

const SETTINGS = {
  "First away from the worst": {
    policy: [0.15, 0.3, 0.55],
    reward: [0.85, 0, -1.2],
    kl_term: true,
  },
  Plateau: { policy: [0.006, 0.014, 0.98], reward: [0.85, 0, -1.2], kl_term: false },
  "Nearly there": { policy: [0.9, 0.08, 0.02], reward: [0.85, 0, -1.2], kl_term: false },
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
  const key = legend([{ role: "reward", label: "what is climbed: stronger is higher" }]);
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
  const payment = legend([{ role: "reward", label: "reward <i>r</i> of each response" }]);
  const rewards = rewardBars(stage);
  const facts = readout([
    { key: "value", label: "expected reward E[<i>r</i>], in units of reward" },
    { key: "kl", label: REVERSE_KL, unit: "nats" },
    { key: "objective", label: "objective <i>J</i> = E[<i>r</i>] − <i>β</i> KL, in units of reward" },
    { key: "slope", label: "length of the gradient, in units of reward per logit" },
  ]);
  const guess = predict(stage, {
    guessLabel: "my guess",
    initial: 0,
    step: 0.005,
    format: (value) => value.toFixed(3).replace("-", "−"),
  });

  function draw(state) {
    const { policy, reference, reward, responses, beta, kl_term: isCharged } = state;
    const gradient = isCharged ? objectiveGradient(policy, reward, reference, beta) : policyGradient(policy, reward);
    const motion = slopeOfMean(policy, gradient);
    const terms = objectiveTerms(policy, reward, reference, beta);
    const slope = Math.hypot(...gradient);

    guess.draw(motion[1], CHANGES, question(responses[1], policy[1], gradient[1], policy, gradient));
    price.draw(beta);
    price.disable(!isCharged);
    penalty.draw(isCharged);
    rewards.draw({ responses, values: reward });
    facts.draw({ value: terms.reward, kl: terms.kl, objective: terms.total, slope });
    const summary = `Expected reward ${formatNumber(terms.reward)}, gradient ${formatNumber(slope)} long`;
    drawTriangle(state, { motion, summary });
    stage.announce(summary);
  }

  function drawTriangle({ policy, reference, reward, responses, beta, kl_term: isCharged }, { motion, summary }) {
    const objective = isCharged
      ? (point) => objectiveTerms(point, reward, reference, beta).total
      : (point) => expectation(point, reward);
    const gradient = isCharged
      ? (point) => objectiveGradient(point, reward, reference, beta)
      : (point) => policyGradient(point, reward);
    const inputs = [reward, isCharged && [reference, beta]];
    const step = stepsInside(policy, [motion], STEP_SIZE);
    const moved = policy.map((p, y) => p + step * motion[y]);
    // The arrow's tip lies on this line, if the guess is right.
    const guessed = policiesWith(Math.min(1, Math.max(0, policy[1] + step * guess.guess())), 1);
    triangle.draw({
      responses,
      policy,
      reference,
      shown: "policy",
      paths: [{ role: "guess", points: guessed }],
      dots: [{ role: "guess", at: guessed[0], label: "guess" }],
      levels: { role: "reward", value: objective, count: 10, inputs },
      arrows: { role: "muted", at: FIELD, move: (point) => slopeOfMean(point, gradient(point)), length: 0.09, inputs },
      vectors: guess.revealed() ? [{ role: "policy", from: policy, to: moved, width: 4 }] : [],
      marks: isCharged
        ? [{ role: "best", at: gibbsPolicy(reward, reference, beta), shape: "star", label: "optimum" }]
        : [],
      description: summary,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([pinned(triangle), key], [payment, rewards, penalty, price]),
      numbers(facts),
    ],
    draw,
  );
}

/** What is asked of one response, and why its probability moves as it does. */
function question(response, p, own, policy, gradient) {
  const mean = sum(policy.map((q, y) => q * gradient[y]));
  return {
    question: `A small step uphill: how fast does the probability of “${response}” change, per unit of step size?`,
    remark:
      `It is π × (own slope − mean slope), ${say(p)} × (${say(own)} ${mean < 0 ? "+" : "−"} ${say(Math.abs(mean))}). ` +
      (Math.max(...policy) > 0.95 ? "Where one response has nearly all probability, both factors are small. " : "") +
      (own * (own - mean) < 0 ? "Against its own slope, for the logits of the others move further." : ""),
  };
}

export default render;

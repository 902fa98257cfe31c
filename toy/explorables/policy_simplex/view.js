// The exact policy gradient over three responses: where it leads, and where it hardly leads anywhere.

import { maxIndex } from "d3-array";
import { expectation, slopeOfMean } from "../core/distributions.js";
import { objectiveGradient, policyGradient } from "../core/policy_gradient.js";
import { gibbsPolicy, objectiveTerms } from "../core/rlhf_objective.js";
import { toolbar } from "../parts/buttons.js";
import { toggle } from "../parts/choice.js";
import { columns, pinned } from "../parts/dom.js";
import { formatNumber, say } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { REVERSE_KL } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { readout } from "../parts/readout.js";
import { simplex } from "../parts/simplex.js";
import { geometricSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { turn } from "../parts/compass.js";
import { interiorGrid, stepsInside, toPlane, turnedFrom } from "../parts/triangle.js";
import { rewardBars } from "../parts/values.js";

// The step that is drawn and asked for; near an edge a smaller one is drawn, so that it stays in the triangle.
const STEP_SIZE = 1;
const FIELD = interiorGrid(12);

// The turns that can be guessed, in degrees; and how long what shows a direction is, of an edge.
const TURNS = [-180, 180];
const LONG = 0.22;

/** How far something is turned, and which way. */
const turned = (value) => `${say(Math.abs(value))}°${value > 0 ? " ↺" : value < 0 ? " ↻" : ""}`;

const SETTINGS = {
  "First away from the worst": {
    policy: [0.15, 0.3, 0.55],
    reward: [0.85, 0, -1.2],
    kl_term: true,
  },
  Plateau: { policy: [0.006, 0.014, 0.98], reward: [0.85, 0, -1.2], kl_term: false },
  "Nearly there": { policy: [0.7, 0.05, 0.25], reward: [0.85, 0, -1.2], kl_term: false },
};

function render({ model, el }) {
  const stage = createStage({ model, el, label: "The policy gradient over three responses" });
  const guess = predict(stage, {
    guessLabel: "my guess",
    initial: 0,
    step: 1,
    format: turned,
    exact: turned,
    apart: (value) => `${say(value)}°`,
  });
  let way = []; // the straight way, from which the guess turns
  const triangle = simplex(stage, {
    label: "All policies over three responses",
    handles: [
      { key: "policy", role: "policy", label: "" },
      { key: "reference", role: "reference", label: "reference" },
    ],
    onGuess: (point) => guess.set(turn(way, point.map((p, y) => p - stage.get("policy")[y]))),
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
  function draw(state) {
    const { policy, reference, reward, responses, beta, kl_term: isCharged } = state;
    const gradient = isCharged ? objectiveGradient(policy, reward, reference, beta) : policyGradient(policy, reward);
    const motion = slopeOfMean(policy, gradient);
    const terms = objectiveTerms(policy, reward, reference, beta);
    const slope = Math.hypot(...gradient);

    const goal = isCharged ? gibbsPolicy(reward, reference, beta) : reward.map((_, y) => (y === maxIndex(reward) ? 1 : 0));
    const straight = goal.map((p, y) => p - policy[y]);
    way = straight;
    const answer = turn(straight, motion);
    const isAsked = !Number.isNaN(answer);
    guess.draw(isAsked ? answer : null, TURNS, question(responses, motion, isCharged, isAsked));
    price.draw(beta);
    price.disable(!isCharged);
    penalty.draw(isCharged);
    rewards.draw({ responses, values: reward });
    facts.draw({ value: terms.reward, kl: terms.kl, objective: terms.total, slope });
    const summary = `Expected reward ${formatNumber(terms.reward)}, gradient ${formatNumber(slope)} long`;
    drawTriangle(state, { motion, straight, answer, isOpen: guess.revealed() || !isAsked, summary });
    stage.announce(summary);
  }

  function drawTriangle({ policy, reference, reward, responses, beta, kl_term: isCharged }, { motion, straight, answer, isOpen, summary }) {
    const objective = isCharged
      ? (point) => objectiveTerms(point, reward, reference, beta).total
      : (point) => expectation(point, reward);
    const gradient = isCharged
      ? (point) => objectiveGradient(point, reward, reference, beta)
      : (point) => policyGradient(point, reward);
    const inputs = [reward, isCharged && [reference, beta]];
    const step = stepsInside(policy, [motion], STEP_SIZE);
    const moved = policy.map((p, y) => p + step * motion[y]);
    const optimum = isCharged ? gibbsPolicy(reward, reference, beta) : null;
    const length = Number.isNaN(answer) ? LONG : lengthInside(policy, straight, [guess.guess(), answer]);
    const mine = turnedFrom(policy, straight, guess.guess(), length);
    const exact = Number.isNaN(answer) ? null : turnedFrom(policy, straight, answer, length);
    const goal = policy.map((p, y) => p + straight[y]);
    const named = [reference, ...(optimum ? [optimum] : [])];
    triangle.draw({
      responses,
      policy,
      reference,
      shown: "policy",
      paths: [
        { role: "muted", dash: "2 3", thin: true, points: [policy, goal] },
        ...(isOpen && exact ? [{ role: "best", dash: "1 5", points: [mine, exact] }] : []),
      ],
      dots: exact ? [{ role: "ink", own: true, at: mine, label: "my guess" }, ...(isOpen ? [{ role: "best", at: exact, label: "exact" }] : [])] : [],
      levels: { role: "reward", value: objective, count: 10, inputs },
      arrows: { role: "muted", at: isOpen ? FIELD.filter((at) => !isUnderAName(at, named)) : [], move: (point) => slopeOfMean(point, gradient(point)), length: 0.09, inputs: [inputs, isOpen, named] },
      vectors: [
        ...(exact ? [{ role: "ink", from: policy, to: mine, width: 2 }] : []),
        ...(isOpen && exact ? [{ role: "best", from: policy, to: exact, width: 1.5 }, { role: "policy", from: policy, to: moved, width: 4 }] : []),
      ],
      marks: optimum ? [{ role: "best", at: optimum, shape: "star", label: "optimum" }] : [],
      description: summary,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([pinned(triangle), key], [payment, rewards, penalty, price, facts]),
    ],
    draw,
  );
}

/** Whether a place lies where the name of one of these policies stands. */
function isUnderAName(at, named) {
  const [x, y] = toPlane(at);
  return named.map(toPlane).some(([a, b]) => x > a - 0.06 && x < a + 0.27 && Math.abs(y - b) < 0.055);
}

/** How long the arrows can be whose ends are still in the picture. */
function lengthInside(policy, way, turns) {
  const isInside = ([x, y]) => x > -0.02 && x < 1.02 && y > -0.04 && y < 0.9;
  const fits = (length) => turns.every((degrees) => isInside(toPlane(turnedFrom(policy, way, degrees, length))));
  return [LONG, 0.16, 0.11, 0.07].find(fits) ?? 0.05;
}

/** What is asked, and why a step leads where it does. */
function question(responses, motion, isCharged, isAsked) {
  const goal = isCharged ? "the optimum" : "the best answer";
  const asked = `By how many degrees does a small step uphill turn from the straight way to ${goal}?`;
  if (!isAsked) return { question: asked, remark: "The step, or the way, has no length: there is no direction." };
  const changes = responses.map((name, y) => `“${name}” ${motion[y] < 0 ? "falls" : "rises"} by ${say(Math.abs(motion[y]))}`);
  return {
    question: asked,
    remark: `Per unit of step size ${changes.join(", ")}: each by its probability × (own slope − mean slope), so that what is rarely said hardly moves.`,
  };
}

export default render;

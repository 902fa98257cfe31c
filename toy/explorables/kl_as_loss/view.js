// k1, k2 and k3 as losses: where each leads, and where it comes to rest.

import { maxIndex } from "d3-array";
import { klDivergence } from "../core/distributions.js";
import { k1, k2, k3 } from "../core/kl_estimators.js";
import { ascendWithLoss } from "../core/learners.js";
import { forwardKlPolicy, gibbsPolicy, greedyPolicy, objectiveTerms } from "../core/rlhf_objective.js";
import { toolbar } from "../parts/buttons.js";
import { columns, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { player } from "../parts/player.js";
import { predict } from "../parts/predict.js";
import { table } from "../parts/readout.js";
import { remembered } from "../parts/remembered.js";
import { simplex } from "../parts/simplex.js";
import { geometricSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { guessedShare } from "../parts/triangle.js";
import { rewardBars } from "../parts/values.js";

const STEP_SIZE = 0.25;
const ESTIMATORS = { k1, k2, k3 };
const ROLES = Object.keys(ESTIMATORS);

const START = { beta: 0.4, reward: [-0.5, 1, 0.4], policy: [0.65, 0.1, 0.25], time: 60 };
const SETTINGS = {
  "At first": START,
  "Near the reference": { beta: 2, reward: [-0.1, 0.2, 0.1], policy: [0.68, 0.04, 0.28], time: 60 },
  "Cheap nats": { ...START, beta: 0.1 },
  "k3 keeps a bad answer": {
    beta: 0.4,
    reward: [-2, 1, 0.4],
    policy: [0.4, 0.3, 0.3],
    time: 60,
  },
};

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "Estimators of the KL as losses: where each leads",
  });
  const [, last] = stage.limits("time");
  const guess = predict(stage, {
    guessLabel: "my guess",
    initial: 0.5,
    step: 0.01,
    format: two,
  });
  const triangle = simplex(stage, {
    label: "All policies over three responses",
    handles: [
      { key: "policy", role: "policy", label: "start" },
      { key: "reference", role: "reference", label: "reference" },
    ],
    onGuess: (point) => guess.set(point[maxIndex(stage.get("reward"))]),
  });
  const key = legend([
    { role: "reward", label: "E[<i>r</i>] − <i>β</i> KL: stronger is higher" },
  ]);
  const time = slider(stage, {
    label: "steps",
    key: "time",
    step: 1,
    format: String,
    onInput(value) {
      playing.stop();
      stage.set({ time: value });
    },
  });
  const playing = player(stage, {
    stepsPerSecond: 60,
    stepSize: 5,
    advance(count) {
      const next = Math.min(last, stage.get("time") + count);
      stage.set({ time: next });
      return next < last;
    },
  });
  const price = slider(stage, {
    label: "price of a nat <i>β</i>",
    key: "beta",
    steps: geometricSteps(...stage.limits("beta")),
    format: String,
  });
  const payment = legend([{ role: "reward", label: "reward <i>r</i> of each response" }]);
  const rewards = rewardBars(stage);
  const cells = [0, 1, 2].map((y) => ({ key: `p${y}`, label: "" })).concat({ key: "gap", label: "KL to <i>π</i>*" });
  const now = table({ rows: ROLES.map((role) => ({ role, label: role })), columns: cells });
  const rest = table({
    rows: ROLES.map((role) => ({ role, key: `${role}.rest`, label: role })),
    columns: cells,
  });
  // The flows depend on all but the time.
  const flowsFor = remembered((policy, reward, reference, beta) => {
    const flow = (role) => ascendWithLoss(ESTIMATORS[role], policy, reward, reference, beta, STEP_SIZE, last);
    return Object.fromEntries(ROLES.map((role) => [role, flow(role)]));
  });

  function draw(state) {
    const { policy, reward, reference, responses, beta, time: t } = state;
    const optimum = gibbsPolicy(reward, reference, beta);
    const rests = { k1: bestCorner(reward, reference), k2: optimum, k3: forwardKlPolicy(reward, reference, beta) };
    const all = flowsFor(policy, reward, reference, beta);
    const seen = t === last;
    const best = maxIndex(reward);
    guess.draw(rests.k3[best], [0, 1], { ...question(responses, best, rests.k3, optimum), seen });
    const open = guess.revealed() || seen;
    const shown = ROLES.filter((role) => open || role !== "k3");

    time.draw(t);
    price.draw(beta);
    rewards.draw({ responses, values: reward });
    const points = Object.fromEntries(ROLES.map((role) => [role, shown.includes(role) ? all[role][t] : null]));
    now.draw(rows(points, optimum), { caption: `After ${t} steps`, heads: responses });
    const ends = { "k1.rest": rests.k1, "k2.rest": rests.k2, "k3.rest": open ? rests.k3 : null };
    rest.draw(rows(ends, optimum), { caption: "At rest, exactly: k2 at the optimum π*", heads: responses });
    const summary =
      `After ${t} steps ` +
      shown.map((role) => `${role} is ${formatNumber(klDivergence(all[role][t], optimum))} nats`).join(", ") +
      " from the optimum";
    drawTriangle(state, { optimum, rests, all, shown, open, best, summary });
    stage.announce(summary);
  }

  function drawTriangle(state, scene) {
    const { policy, reference, reward, responses, beta, time: t } = state;
    const { optimum, rests, all, shown, open, best, summary } = scene;
    const lines = shown.map((role) => ({ role, points: all[role].slice(0, t + 1) }));
    const guessed = guessedShare(guess.guess(), open ? rests.k3[best] : null, best);
    if (open) lines.push({ role: "k3", faint: true, points: [...all.k3.slice(t), rests.k3] });
    triangle.draw({
      responses,
      policy,
      reference,
      levels: {
        role: "reward",
        value: (point) => objectiveTerms(point, reward, reference, beta).total,
        count: 10,
        inputs: [reward, reference, beta],
      },
      paths: [...lines, ...guessed.paths],
      dots: [
        ...shown.map((role) => ({ role, at: all[role][t], label: role })),
        ...guessed.dots,
      ],
      marks: [
        { role: "best", at: optimum, shape: "star", label: "π*" },
        ...(open ? [{ role: "k3", at: rests.k3, shape: "diamond", label: "k3 rests" }] : []),
      ],
      description: summary,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([pinned(triangle), key], [playing, time, price, payment, rewards]),
      numbers(now, rest),
    ],
    draw,
  );
}

/** What is asked, and why the answer is what it is: of the response that k3 keeps most above the optimum. */
function question(responses, best, rest, optimum) {
  const kept = maxIndex(rest, (p, y) => p / optimum[y]);
  return {
    question: `k3 is unbiased. Put into the loss, where does it come to rest? Guess the probability of “${responses[best]}” there.`,
    remark:
      "In the loss k3 charges for the other direction, the KL of the reference from the policy: " +
      `it keeps “${responses[kept]}” at ${say(rest[kept])}, to which the optimum gives ${say(optimum[kept])}.`,
  };
}

/** The only resting place of reward alone; where several responses are best there is no one corner. */
function bestCorner(reward, reference) {
  const greedy = greedyPolicy(reward, reference);
  return greedy.filter((p) => p > 0).length === 1 ? greedy : null;
}

/** The cells of a table of policies: probabilities and KL to the optimum; NaN, shown as a dash, where there is none. */
function rows(policies, optimum) {
  const cells = {};
  for (const [row, policy] of Object.entries(policies)) {
    optimum.forEach((_, y) => (cells[`${row}.p${y}`] = policy ? policy[y] : NaN));
    cells[`${row}.gap`] = policy ? klDivergence(policy, optimum) : NaN;
  }
  return cells;
}

export default render;

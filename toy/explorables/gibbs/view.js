// What the RLHF objective makes of a reward: its exact optimum, and the most reward that each nat of KL buys.

import { bisector, extent, maxIndex } from "d3-array";
import { entropy, expectation, klDivergence } from "../core/distributions.js";
import {
  gibbsPolicy,
  greedyPolicy,
  logPartition,
  objectiveTerms,
  optimalityGap,
  ptxPolicy,
  rewardKlFrontier,
} from "../core/rlhf_objective.js";
import { bars } from "../parts/bars.js";
import { toolbar } from "../parts/buttons.js";
import { toggle } from "../parts/choice.js";
import { columns, make, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { lineChart } from "../parts/line_chart.js";
import { OPTIMUM, PTX_OPTIMUM, REFERENCE } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { readout, table } from "../parts/readout.js";
import { remembered } from "../parts/remembered.js";
import { geometricSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { rewardBars } from "../parts/values.js";

// The frontier is drawn from the reference to where only the best is left; the point stays within the range of β.
const PRICES = Array.from({ length: 241 }, (_, i) => 1000 * (0.004 / 1000) ** (i / 240));

const PTX = "k3";
const DATA = "k2";

const SETTINGS = {
  "A tempting answer": {
    responses: ["I don't know", "Venus", "Mercury", "the Sun"],
    reward: [0.2, 1, 0.8, -1.5],
    reference: [0.3, 0.15, 0.45, 0.1],
    pretraining: [0.2, 0.1, 0.3, 0.4],
    beta: 0.5,
    with_pretraining: false,
  },
  "A shy reference": {
    responses: ["Sydney", "Melbourne", "I am not sure", "Canberra"],
    reward: [-0.5, -1, 0.3, 2],
    reference: [0.7, 0.289, 0.01, 0.001],
    pretraining: [0.3, 0.1, 0.2, 0.4],
    beta: 0.6,
    with_pretraining: false,
  },
  "A clear lead": {
    responses: ["I don't know", "Venus", "Mercury", "the Sun"],
    reward: [0, 2, -1, -1.5],
    reference: [0.3, 0.15, 0.45, 0.1],
    pretraining: [0.2, 0.1, 0.3, 0.4],
    beta: 5,
    with_pretraining: false,
  },
};

const plain = (value) => (value < 1 ? value.toFixed(3).replace(/0$/, "") : value.toFixed(2));
const priced = (beta) => (beta === Infinity ? "any" : plain(beta));
const three = (value) => Number(value.toPrecision(3));

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "The RLHF objective, its optimum and its frontier",
  });
  const prices = stage.limits("beta");
  const setBeta = (beta) => stage.set({ beta });
  const price = slider(stage, {
    label: "price of a nat <i>β</i>",
    key: "beta",
    steps: geometricSteps(...prices),
    format: plain,
    onInput: setBeta,
  });
  const rewards = rewardBars(stage);
  const rewardNames = legend([{ role: "reward", label: "reward <i>r</i>" }]);
  const switched = toggle(stage, {
    label: "with pretraining data, + <i>γ</i> E<sub><i>p</i></sub>[log <i>π</i>]",
    key: "with_pretraining",
  });
  const without = withoutPretraining(stage);
  const including = withPretraining(stage);
  const probabilities = make("div", { class: "toy-slot" });
  const terms = make("div", { class: "toy-slot" });
  const partition = readout([
    { key: "log_partition", label: "log <i>Z</i>", unit: "nats" },
    { key: "value", label: "<i>β</i> log <i>Z</i>, in units of reward" },
    { key: "effective", label: "effective number of responses, exp H(<i>π</i>*)" },
  ]);
  const guess = predict(stage, {
    guessLabel: "my guess, <i>β</i>",
    initial: 1,
    steps: [...geometricSteps(...prices), Infinity],
    format: priced,
    exact: (beta) => (beta === Infinity ? "every β" : say(beta)),
  });
  const chart = lineChart(stage, {
    label: "Expected reward against KL",
    height: 300,
    xTitle: "KL from the reference, nats",
    yTitle: "expected reward",
    right: 14,
    onDrag: (kl) => setBeta(priceAt(kl)),
    onGuess: (kl) => guess.set(priceAt(kl)),
  });

  // The frontier does not depend on β: it is computed when reward or reference change.
  const frontierFor = remembered((reward, reference) => rewardKlFrontier(reward, reference, PRICES));

  /** The β, within its range, whose optimum is nearest to a KL that the reader points at. */
  function priceAt(kl) {
    const frontier = frontierFor(stage.get("reward"), stage.get("reference"));
    const { beta } = frontier[bisector((point) => point.kl).center(frontier, kl)];
    return three(Math.min(prices[1], Math.max(prices[0], beta)));
  }

  function draw(state) {
    const { responses, reward, reference, beta, gamma, pretraining, with_pretraining: isOn } = state;
    const optimum = gibbsPolicy(reward, reference, beta);
    const policies = { policy: optimum, reference };
    if (isOn) Object.assign(policies, { [PTX]: ptxPolicy(reward, reference, beta, gamma, pretraining), [DATA]: pretraining });
    const logZ = logPartition(reward, reference, beta);
    const even = overtakingPrice(reward, reference);

    price.draw(beta);
    rewards.draw({ responses, values: reward });
    switched.draw(isOn);
    const shown = isOn ? including : without;
    swap(probabilities, shown.bars);
    swap(terms, shown.numbers);
    shown.draw(policies, state);
    partition.draw({ log_partition: logZ, value: beta * logZ, effective: Math.exp(entropy(optimum)) });
    const isOnSlider = even === Infinity || (even >= prices[0] && even <= prices[1]);
    guess.draw(isOnSlider ? even : null, undefined, { ...question(state, even), seen: even <= prices[1] && beta <= even });

    const earned = expectation(optimum, reward);
    const summary =
      `β ${plain(beta)}: the optimum earns ${formatNumber(earned)}, ` +
      `pays for ${formatNumber(klDivergence(optimum, reference))} nats, and keeps ${formatNumber(beta * logZ)}`;
    drawFrontier(state, policies, { value: beta * logZ, even, isAsked: isOnSlider, summary });
    stage.announce(summary);
  }

  function drawFrontier({ responses, reward, reference, beta }, policies, { value, even, isAsked, summary }) {
    const pair = (policy) => ({ x: klDivergence(policy, reference), y: expectation(policy, reward) });
    const limit = greedyPolicy(reward, reference);
    const at = pair(policies.policy);
    const start = pair(reference);
    const end = pair(limit);
    const height = Math.max(end.y, value) - Math.min(start.y, end.y) || 1;
    const places = [
      { ...start, role: "reference", label: "reference", below: true },
      { ...end, role: "policy", hollow: true, label: `β → 0: ${named(responses, reward)}` },
      { x: 0, y: value, role: "best", label: "" },
    ];
    // A label is left out where there is no room for it.
    if (at.y - value > 0.07 * height) places.push({ x: at.x, y: (value + at.y) / 2, label: "β KL" });
    if (policies[PTX]) {
      const mixed = pair(policies[PTX]);
      const label = mixed.x > 0.05 * end.x && at.y - mixed.y > 0.07 * height ? "with data" : "";
      places.push({ ...mixed, role: PTX, label, below: true });
    }
    const spot = (price) => Object.values(pair(price === Infinity ? reference : gibbsPolicy(reward, reference, price)));
    const isOpen = guess.revealed() || beta <= even;
    const xs = places.map(({ x }) => x);
    const ys = places.map(({ y }) => y);
    const width = 1.08 * Math.max(...xs, 0.05);
    const rise = 0.8 * (Math.max(end.y, value) - value);
    // On a steep tangent the label would run into the axis.
    places.push({ x: rise / beta, y: value + rise, label: "slope β", left: rise / beta > 0.25 * width });
    const yDomain = [Math.min(...ys) - 0.14 * height, Math.max(...ys) + 0.14 * height];
    const points = frontierFor(reward, reference).map(({ kl, reward: mean }) => [kl, mean]);
    chart.draw({
      xDomain: [0, width],
      yDomain,
      lines: [
        { role: "policy", label: "", points: [[0, start.y], ...points, [end.x, end.y]], dot: at.y },
        { role: "best", label: "", thin: true, points: [[0, value], [width, value + beta * width]] },
      ],
      at: { x: at.x, label: `β = ${plain(beta)}` },
      places,
      guess: isAsked ? guess.picture(spot(guess.guess()), isOpen && spot(even)) : undefined,
      levels: [{ y: value, role: "best", label: `J = β log Z = ${say(value)}` }],
      description: `The most reward for each KL. ${summary}.`,
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      columns([rewardNames, rewards, probabilities], [pinned(chart), price, switched]),
      numbers(terms, partition),
    ],
    draw,
  );
}

const LABELS = { policy: OPTIMUM, reference: REFERENCE, [PTX]: PTX_OPTIMUM, [DATA]: "pretraining data <i>p</i>" };
const SERIES = {
  policy: { key: "policy", role: "policy", label: "optimum", fixed: true },
  [PTX]: { key: PTX, role: PTX, label: "optimum with pretraining", fixed: true },
  reference: { key: "reference", role: "reference", label: "reference" },
  [DATA]: { key: DATA, role: DATA, label: "pretraining" },
};
const TRAITS = { reference: "reference", [DATA]: "pretraining" };

/** The bars of these policies, under their legend. */
function bundle(stage, roles) {
  const group = bars({
    label: "Probabilities of the responses",
    series: roles.map((role) => SERIES[role]),
    onInput: (key, policy) => stage.set({ [TRAITS[key]]: policy }),
  });
  const key = legend(roles.map((role) => ({ role, label: LABELS[role] })));
  const box = make("div", { class: "toy-policies" }, [key, group]);
  return { node: () => box.node(), draw: group.draw };
}

const SYMBOLS = {
  policy: "<i>π</i>*",
  reference: "<i>π</i><sub>ref</sub>",
  [PTX]: "<i>π</i><sub><i>γ</i></sub>",
};
const KEYS = { [PTX]: "ptx" };
const keyOf = (role) => KEYS[role] ?? role;
const rows = (...roles) => roles.map((role) => ({ role, key: keyOf(role), label: SYMBOLS[role] }));

function withoutPretraining(stage) {
  const group = bundle(stage, ["policy", "reference"]);
  const terms = table({
    narrow: true,
    rows: rows("policy", "reference"),
    columns: [
      { key: "reward", label: "E[<i>r</i>]" },
      { key: "kl", label: "KL, nats" },
      { key: "total", label: "<i>J</i> = E[<i>r</i>] − <i>β</i> KL" },
      { key: "gap", label: "short of best" },
    ],
  });
  function draw(policies, { responses, reward, reference, beta }) {
    group.draw({ responses, ...policies });
    const values = ["policy", "reference"].flatMap((role) => {
      const { reward: mean, kl, total } = objectiveTerms(policies[role], reward, reference, beta);
      const gap = optimalityGap(policies[role], reward, reference, beta);
      return Object.entries({ reward: mean, kl, total, gap }).map(([key, value]) => [`${role}.${key}`, value]);
    });
    terms.draw(Object.fromEntries(values), { caption: "What each earns, pays and keeps", best: { total: "policy" } });
  }
  return { bars: [group], numbers: [terms], draw };
}

function withPretraining(stage) {
  const weight = slider(stage, {
    label: "weight <i>γ</i>",
    key: "gamma",
    steps: geometricSteps(...stage.limits("gamma")),
    format: plain,
  });
  const group = bundle(stage, ["policy", PTX, "reference", DATA]);
  const terms = table({
    narrow: true,
    rows: rows("policy", PTX, "reference"),
    columns: [
      { key: "reward", label: "E[<i>r</i>]" },
      { key: "kl", label: "KL, nats" },
      { key: "pretraining", label: "E<sub><i>p</i></sub>[log <i>π</i>]" },
      { key: "total", label: "<i>J</i>, all three" },
    ],
  });
  function draw(policies, { responses, reward, reference, beta, gamma, pretraining }) {
    weight.draw(gamma);
    group.draw({ responses, ...policies });
    const values = ["policy", PTX, "reference"].flatMap((role) =>
      Object.entries(objectiveTerms(policies[role], reward, reference, beta, gamma, pretraining)).map(
        ([key, value]) => [`${keyOf(role)}.${key}`, value],
      ),
    );
    terms.draw(Object.fromEntries(values), { caption: "What each earns, pays and keeps", best: { total: keyOf(PTX) } });
  }
  return { bars: [weight, group], numbers: [terms], draw };
}

/** Put these parts into a slot, unless they are there. */
function swap(slot, parts) {
  const nodes = parts.map((part) => part.node());
  if (slot.node().firstChild !== nodes[0]) slot.node().replaceChildren(...nodes);
}

/** The best responses by name. */
function named(responses, reward) {
  const [, most] = extent(reward);
  return responses.filter((_, y) => reward[y] === most).join(" or ");
}

/** The β at which the best response is as likely as the reference's favourite; infinite where it is that itself. */
function overtakingPrice(reward, reference) {
  const [best, favourite] = [maxIndex(reward), maxIndex(reference)];
  return best === favourite ? Infinity : (reward[best] - reward[favourite]) / Math.log(reference[favourite] / reference[best]);
}

function question({ responses, reward, reference }, even) {
  const [best, favourite] = [maxIndex(reward), maxIndex(reference)];
  if (even === Infinity)
    return {
      question: `Up to which β is “${responses[best]}”, the best answer, the likeliest?`,
      remark: "At every price: the reference prefers it already.",
    };
  const asked = `At which β does “${responses[best]}”, the best answer, overtake “${responses[favourite]}”, the reference's favourite?`;
  const odds = reference[favourite] / reference[best];
  const remark =
    `There the lead in reward, ${say(reward[best] - reward[favourite])}/β, is log ${say(odds)} = ${say(Math.log(odds))}: ` +
    `the reference says “${responses[favourite]}” ${say(odds)} times as often.`;
  return { question: asked, remark };
}

export default render;

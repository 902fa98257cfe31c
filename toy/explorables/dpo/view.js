// DPO's descent beside RLHF's ascent over three responses: who rises, who falls, and where it ends.

import { select } from "d3-selection";
import { klDivergence, softmax, totalVariation } from "../core/distributions.js";
import { dpoLoss, dpoWeights, implicitReward } from "../core/dpo.js";
import { dpoDescent, rlhfAscent } from "../core/learners.js";
import { fitRewards, margins as marginsOf } from "../core/reward_loss.js";
import { gibbsPolicy } from "../core/rlhf_objective.js";
import { toolbar } from "../parts/buttons.js";
import { choice, toggle } from "../parts/choice.js";
import { columns, make, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { lineChart } from "../parts/line_chart.js";
import { REFERENCE, REVERSE_KL } from "../parts/names.js";
import { clock } from "../parts/player.js";
import { predict } from "../parts/predict.js";
import { readout, table } from "../parts/readout.js";
import { remembered } from "../parts/remembered.js";
import { simplex } from "../parts/simplex.js";
import { geometricSteps, logSteps, slider } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";
import { guessedShare } from "../parts/triangle.js";

// RLHF's path, beside DPO's solid one.
const DASHED = "8 3";

const STEP_SIZE = 0.5;

// Which of the responses, from best to worst, are compared: [better, worse].
const PAIRS = {
  all: [[0, 1], [1, 2], [0, 2]],
  chain: [[0, 1], [1, 2]],
  one: [[0, 2]],
};

// The one feature that the responses share: their length, in hundreds of words.
const FEATURES = [[1], [3], [0]];

// The responses' looks, from best to worst.
const ROLES = ["k3", "k2", "wrong"];
const KEYS = ["best", "middle", "worst"];

const SETTINGS = {
  "All pairs": {
    reference: [0.1, 0.3, 0.6],
    beta: 0.5,
    preference: 0.8,
    pairs: "all",
    shared_features: false,
    log_scale: false,
    time: 8,
  },
  Displacement: {
    reference: [1 / 3, 1 / 3, 1 / 3],
    beta: 1,
    preference: 1,
    pairs: "one",
    shared_features: true,
    log_scale: false,
    time: 1,
  },
  "Same end as RLHF": {
    reference: [0.05, 0.2, 0.75],
    beta: 0.5,
    preference: 0.8,
    pairs: "all",
    shared_features: false,
    log_scale: false,
    time: 8,
  },
  "Clean labels, small β": {
    reference: [0.1, 0.3, 0.6],
    beta: 0.1,
    preference: 1,
    pairs: "one",
    shared_features: false,
    log_scale: true,
    time: 8,
  },
};

const count = (value) => value.toLocaleString("en");

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "DPO beside RLHF, step by step",
  });
  const times = logSteps(...stage.limits("time"), 24);
  const last = times.at(-1);
  const guess = predict(stage, {
    guessLabel: "my guess",
    initial: 0.25,
    step: 0.01,
    format: two,
  });
  let asks = 0; // the response that is asked for
  const triangle = simplex(stage, {
    label: "The triangle of policies",
    handles: [{ key: "reference", role: "reference" }],
    onGuess: (point) => guess.set(point[asks]),
  });
  const key = legend([
    { role: "reference", label: `${REFERENCE}: drag it` },
    { role: "k1", label: "RLHF with the fitted rewards", line: true, dash: DASHED },
  ]);
  const rivalKey = select(key.node()).select("li:last-child");
  const compared = choice(stage, {
    label: "compared",
    key: "pairs",
  });
  const shared = toggle(stage, {
    label: "responses share one feature, their length",
    key: "shared_features",
  });
  const logarithmic = toggle(stage, {
    label: "probabilities on a logarithmic axis",
    key: "log_scale",
  });
  const noise = slider(stage, {
    label: "correct labels, <i>p</i>",
    key: "preference",
    step: 0.01,
    format: two,
  });
  const price = slider(stage, {
    label: "price of a nat, <i>β</i>",
    key: "beta",
    steps: geometricSteps(...stage.limits("beta")),
    format: String,
  });
  const training = clock(stage, { label: "training step", steps: times, format: count, stepsPerSecond: 12 });
  const dials = make("div", { class: "toy-dials" }, [noise, price, training.dial]);
  const axis = { xTitle: `training step, of size ${STEP_SIZE}`, xLog: true, right: 98 };
  const follow = (step) => training.set(Math.min(last, Math.max(1, Math.round(step))));
  const courses = lineChart(stage, {
    ...axis,
    label: "Probability of each response in training",
    height: 250,
    yTitle: "probability under DPO",
    onDrag: follow,
    onGuess: guess.set,
    guessed: "y",
  });
  const losses = lineChart(stage, {
    ...axis,
    label: "DPO's loss in training",
    height: 260,
    yTitle: "DPO's loss, nats per comparison",
    onDrag: follow,
  });
  const shares = table({
    wide: true,
    rows: KEYS.map((name, y) => ({ key: name, role: ROLES[y], label: "" })),
    columns: [
      { key: "dpo", label: "DPO" },
      { key: "rlhf", label: "RLHF" },
      { key: "moved", label: "logit moved" },
    ],
  });
  const margins = table({
    rows: PAIRS.all.map(([w, l]) => ({ key: pairKey(w, l), label: "" })),
    wide: true,
    columns: [
      { key: "wins", label: "share won" },
      { key: "margin", label: "margin <i>βh</i>" },
      { key: "weight", label: "weight <i>σ</i>(−<i>βh</i>)" },
    ],
  });
  const facts = readout([
    { key: "kl", label: `${REVERSE_KL} of DPO`, unit: "nats" },
    { key: "rlhf_kl", label: `${REVERSE_KL} of RLHF`, unit: "nats" },
    { key: "apart", label: "total variation between them" },
    { key: "loss", label: "DPO's loss", unit: "nats" },
  ]);

  // Trajectories do not depend on the time: they are computed when anything else changes.
  const trainedFor = remembered((...world) => train(times, ...world));
  let asked = "";
  function draw(state) {
    const { reference, responses, beta, preference, pairs, shared_features, time } = state;
    const trained = trainedFor(reference, beta, preference, pairs, shared_features);
    const policy = softmax(trained.descent[time]);
    const rival = trained.ascent && softmax(trained.ascent[time]);
    const [question, response] = ask(state, last);
    asks = response;
    if (asked !== question) guess.hide();
    asked = question;

    compared.draw(pairs);
    shared.draw(shared_features);
    logarithmic.draw(state.log_scale);
    noise.draw(preference);
    price.draw(beta);
    training.dial.draw(time);
    guess.draw(trained.end[response], [0, 1], { question, remark: remark(state, trained), seen: time === last });
    const loss = dpoLoss(policy, reference, trained.wins, beta);
    facts.draw({
      kl: klDivergence(policy, reference),
      rlhf_kl: rival ? klDivergence(rival, reference) : null,
      apart: rival ? totalVariation(policy, rival) : null,
      loss,
    });
    drawTables(state, trained, policy, rival);

    const summary =
      `Step ${time}. DPO: ${responses.map((name, y) => `${name} ${formatNumber(policy[y])}`).join(", ")}; ` +
      `loss ${formatNumber(loss)} nats. ${remark(state, trained)}`;
    rivalKey.style("visibility", rival ? null : "hidden");
    drawTriangle(state, trained, policy, rival, response, summary);
    drawCharts(state, trained, policy, loss, response, summary);
    stage.announce(summary);
  }

  function drawTriangle(state, trained, policy, rival, response, description) {
    const { reference, responses, time } = state;
    const revealed = guess.revealed() || time === last;
    const until = trained.samples.filter(({ step }) => step < time);
    const ways = [
      { role: "k1", dash: DASHED, of: "rival", end: rival },
      { role: "policy", of: "policy", end: policy },
    ].filter(({ end }) => end);
    const lines = ways.flatMap(({ role, dash, of, end }) => [
      ...(revealed ? [{ role, dash, faint: true, points: trained.samples.map((at) => at[of]) }] : []),
      { role, dash, points: [...until.map((at) => at[of]), end] },
    ]);
    const guessed = guessedShare(guess.guess(), revealed ? trained.end[response] : null, response);
    triangle.draw({
      responses,
      reference,
      shown: { role: "policy", at: policy },
      paths: [...lines, ...guessed.paths],
      dots: guessed.dots,
      marks: [
        ...(rival ? [{ role: "k1", at: rival, shape: "circle", label: "RLHF" }] : []),
        { role: "policy", at: policy, shape: "circle", label: "DPO" },
        ...(trained.optimum ? [{ role: "best", at: trained.optimum, shape: "star", label: "π*" }] : []),
      ],
      description,
    });
  }

  function drawCharts({ responses, log_scale, time }, trained, policy, loss, response, description) {
    const at = { x: time, label: `step ${count(time)}` };
    const cover = guess.revealed() || time === last ? null : { from: time, label: "Guess first" };
    const played = trained.samples.slice(1);
    const common = { xDomain: [1, last], at, cover, description };
    const lowest = log_scale ? Math.min(0.1, ...played.flatMap((sample) => sample.policy)) / 1.5 : 0;
    const isOpen = !cover;
    courses.draw({
      ...common,
      yDomain: [lowest, 1],
      guess: guess.picture([undefined, Math.max(lowest, guess.guess())], isOpen && [undefined, Math.max(lowest, trained.end[response])]),
      yLog: log_scale,
      lines: responses.map((name, y) => ({
        role: ROLES[y],
        label: short(name),
        points: played.map((sample) => [sample.step, sample.policy[y]]),
        dot: policy[y],
      })),
    });
    losses.draw({
      ...common,
      yDomain: [0, 0.75],
      lines: [
        {
          role: "policy",
          label: "DPO",
          points: played.map((sample) => [sample.step, sample.loss]),
          dot: loss,
        },
      ],
    });
  }

  function drawTables({ reference, responses, beta, preference, time }, { wins, descent }, policy, rival) {
    const start = reference.map(Math.log);
    const margin = marginsOf(implicitReward(policy, reference, beta));
    const weights = dpoWeights(policy, reference, beta);
    const ofResponses = KEYS.flatMap((name, y) => [
      [`${name}.dpo`, policy[y]],
      [`${name}.rlhf`, rival?.[y] ?? null],
      [`${name}.moved`, descent[time][y] - start[y]],
    ]);
    const ofPairs = PAIRS.all.flatMap(([w, l]) => [
      [`${pairKey(w, l)}.wins`, wins[w][l] + wins[l][w] ? preference : null],
      [`${pairKey(w, l)}.margin`, margin[w][l]],
      [`${pairKey(w, l)}.weight`, weights[w][l]],
    ]);
    shares.draw(Object.fromEntries(ofResponses), {
      caption: `Probability at step ${count(time)}`,
      labels: Object.fromEntries(KEYS.map((name, y) => [name, responses[y]])),
    });
    margins.draw(Object.fromEntries(ofPairs), {
      caption: "Each pair, the better response first",
      labels: Object.fromEntries(
        PAIRS.all.map(([w, l]) => [pairKey(w, l), `${short(responses[w])} ≻ ${short(responses[l])}`]),
      ),
    });
  }

  return stage.start(
    [
      toolbar(stage, {
        settings: SETTINGS,
      }),
      guess,
      columns([triangle, key], [pinned(courses), dials, training.playing, compared]),
      numbers(shared, logarithmic, columns([facts, losses], [shares, margins])),
    ],
    draw,
  );
}

const pairKey = (w, l) => `${KEYS[w]}-${KEYS[l]}`;
const short = (name) => (name.length > 13 ? `${name.slice(0, 12)}…` : name);

/** Both learners' runs from the reference, and what is drawn of them, at the times of the slider. */
function train(times, reference, beta, preference, pairs, shared_features) {
  const wins = reference.map(() => reference.map(() => 0));
  for (const [w, l] of PAIRS[pairs]) {
    wins[w][l] = preference;
    wins[l][w] = 1 - preference;
  }
  const features = shared_features ? FEATURES : null;
  const descent = dpoDescent(reference, wins, beta, STEP_SIZE, times.at(-1), features);
  const reward = fitRewards(wins);
  const ascent = reward && rlhfAscent(reward, reference, beta, STEP_SIZE, times.at(-1), features);
  const samples = [0, ...times].map((step) => {
    const policy = softmax(descent[step]);
    return {
      step,
      policy,
      rival: ascent && softmax(ascent[step]),
      loss: dpoLoss(policy, reference, wins, beta),
    };
  });
  return { wins, descent, ascent, samples, end: samples.at(-1).policy, optimum: reward && gibbsPolicy(reward, reference, beta) };
}

/** What the reader is to guess, and of which response. */
function ask({ responses, pairs, shared_features }, last) {
  const response = pairs === "one" && !shared_features ? 1 : 0;
  const aside = pairs === "one" ? [" (preferred in the one pair)", ", which nobody compared,"][response] : ", the best answer,";
  return [
    `How likely is “${responses[response]}”${aside} after ${count(last)} steps of DPO?`,
    response,
  ];
}

/** Why it ends there, and where RLHF does. */
function remark({ responses, pairs, preference, shared_features }, { optimum, end }) {
  if (pairs === "one" && shared_features)
    return (
      `“${responses[0]}” wins by its length, and the one weight on length lifts what is longer still: ` +
      `“${responses[1]}”, which nobody compared, ends at ${say(end[1])}.`
    );
  if (pairs === "one")
    return (
      `Nobody compared “${responses[1]}”: its logit stays, and its probability goes where the others leave it. ` +
      "There is no single optimum π*."
    );
  if (!optimum)
    return "No label is ever wrong, so no finite rewards fit best: RLHF has nothing to climb, and there is no optimum π*.";
  if (shared_features)
    return "One weight moves all three along a single curve, which misses π*: each method compromises in its own way.";
  if (preference === 0.5) return "The labels are coin tosses: the fitted rewards are equal, and π* is the reference.";
  return `π* is RLHF's optimum for the rewards fitted to these labels. It gives “${responses[0]}” ${say(optimum[0])}, and is where DPO's loss is least.`;
}

export default render;

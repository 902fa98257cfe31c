// One pair of responses: what the reward loss does to its margin, at once and over time.

import { range } from "d3-array";
import { format } from "d3-format";
import { entropy } from "../core/distributions.js";
import {
  accuracy,
  marginAfter,
  optimalMargin,
  rewardLoss,
  rewardLossGradient,
  winProbability,
} from "../core/reward_loss.js";
import { toolbar } from "../parts/buttons.js";
import { columns, make, numbers, pinned } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { lineChart } from "../parts/line_chart.js";
import { clock } from "../parts/player.js";
import { predict } from "../parts/predict.js";
import { readout } from "../parts/readout.js";
import { geometricSteps, slider, sliders } from "../parts/slider.js";
import { createStage } from "../parts/stage.js";

const MAX_LOSS = 4.1;

// Played from one end to the other in about eight seconds.
const STEPS_PER_SECOND = 15;

const NOISY = "policy";
const CLEAN = "k1";

const SETTINGS = {
  "90 : 10": { preference: 0.9, margin: 1, time: 3 },
  "70 : 30": { preference: 0.7, margin: 2, time: 1 },
  "Clean labels": { preference: 1, margin: 5, time: 1000 },
  "One flipped label in a hundred": { preference: 0.99, margin: 5, time: 30 },
};

// Where a margin may settle: at a number, or never.
const GUESSES = [...range(0, 121).map((i) => i / 20), Infinity];
const guessed = (value) => (value === Infinity ? "never" : two(value));

const hundredths = (value) => Math.round(100 * value) / 100;
const clockTime = format(",~r");
const labels = (p) => `${Number((100 * p).toPrecision(10))} of 100 labels`;

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "The reward loss of one pair",
  });
  const ends = stage.limits("margin");
  const curve = range(ends[0], ends[1] + 0.05, 0.1);
  const times = geometricSteps(...stage.limits("time"));
  const last = times.at(-1);
  // The flow of clean labels never changes.
  const cleanFlow = times.map((time) => [time, marginAfter(time, 1)]);
  const setMargin = (margin) => stage.set({ margin: hundredths(margin) });
  const rewards = make("p", { class: "toy-hint toy-rewards" });
  const margins = slider(stage, { label: "margin Δ", key: "margin", step: 0.01, format: two, onInput: setMargin });
  const shifts = slider(stage, {
    label: "shift both by <i>c</i>",
    key: "shift",
    step: 0.01,
    format: two,
    onInput: (shift) => stage.set({ shift: hundredths(shift) }),
  });
  const preferences = slider(stage, {
    label: "labels for the first, <i>p</i>",
    key: "preference",
    step: 0.01,
    format: two,
    onInput: (preference) => stage.set({ preference: hundredths(preference) }),
  });
  const training = clock(stage, {
    label: "time <i>t</i>",
    steps: times,
    format: clockTime,
    stepsPerSecond: STEPS_PER_SECOND,
    stepSize: 4,
  });
  const facts = readout([
    { key: "loss", label: "expected loss <i>L</i>(Δ)", unit: "nats" },
    { key: "floor", label: "its least value, H(<i>p</i>)", unit: "nats" },
    { key: "slope", label: "slope <i>L</i>′(Δ) = σ(Δ) − <i>p</i>" },
    { key: "win", label: "win probability σ(Δ)" },
    { key: "accuracy", label: "accuracy on these labels" },
  ]);
  const after = readout([
    { key: "settling", label: `margin after <i>t</i>, <i>p</i> as set` },
    { key: "drifting", label: "margin after <i>t</i>, clean labels" },
  ]);
  const guess = predict(stage, {
    guessLabel: "my guess, Δ",
    initial: 3,
    steps: GUESSES,
    format: guessed,
  });
  const losses = lineChart(stage, {
    label: "Expected loss over the margin",
    height: 270,
    xTitle: "margin Δ, units of reward",
    yTitle: "expected loss of a label, nats",
    right: 58,
    onDrag: setMargin,
    onGuess: guess.set,
  });
  const flows = lineChart(stage, {
    label: "Margin over training time",
    height: 270,
    xTitle: "training time t = step size × steps",
    yTitle: "margin Δ, trained from 0",
    xLog: true,
    right: 52,
    onDrag: (time) => training.set(Number(time.toPrecision(3))),
  });

  function draw({ margin, shift, preference, time }) {
    const wins = [
      [0, preference],
      [1 - preference, 0],
    ];
    const reward = [shift + margin / 2, shift - margin / 2];
    const lossAt = (value) => rewardLoss([value, 0], wins);
    const [slope] = rewardLossGradient(reward, wins);
    const loss = rewardLoss(reward, wins);
    const optimum = optimalMargin(preference);
    const settling = marginAfter(time, preference);
    const drifting = marginAfter(time, 1);

    rewards.text(`rewards c ± Δ/2: ${reward.map(two).join(" and ")}`);
    margins.draw(margin);
    shifts.draw(shift);
    preferences.draw(preference);
    training.dial.draw(time);
    facts.draw({
      loss,
      floor: entropy([preference, 1 - preference]),
      slope,
      win: winProbability(margin),
      accuracy: accuracy(reward, wins),
    });
    after.draw({ settling, drifting });
    const isOnSlider = optimum === Infinity || optimum <= ends[1];
    guess.draw(isOnSlider ? optimum : null, undefined, { ...question(preference), seen: isOnSlider && time >= last });

    const summary =
      `Rewards ${reward.map(two).join(" and ")}, margin ${two(margin)}, loss ${formatNumber(loss)}, slope ${formatNumber(slope)}; ` +
      `after time ${clockTime(time)} the margin is ${formatNumber(settling)}, with clean labels ${formatNumber(drifting)}`;
    const revealed = isOnSlider && (guess.revealed() || time >= last);
    const on = (value) => [value, lossAt(Math.min(value, ends[1]))];
    const trained = { x: settling, y: lossAt(settling), role: NOISY, label: "after t", hollow: true, left: settling < margin };
    losses.draw({
      xDomain: ends,
      yDomain: [0, MAX_LOSS],
      lines: [
        { role: NOISY, label: "", points: curve.map((value) => [value, lossAt(value)]), dot: loss },
        { role: "best", label: "", thin: true, points: ends.map((x) => [x, loss + slope * (x - margin)]) },
      ],
      at: { x: margin, label: `Δ = ${two(margin)}` },
      guess: isOnSlider ? guess.picture(on(guess.guess()), revealed && on(optimum)) : undefined,
      places: settling <= ends[1] ? [trained] : [],
      description: `Expected loss over the margin. ${summary}.`,
    });
    flows.draw({
      xDomain: [times[0], last],
      yDomain: [0, 10],
      lines: [
        { role: CLEAN, label: "clean", points: cleanFlow, dot: drifting },
        { role: NOISY, label: "as set", points: times.map((t) => [t, marginAfter(t, preference)]), dot: settling },
      ],
      at: { x: time, label: `t = ${clockTime(time)}` },
      cover: guess.revealed() || time >= last ? null : { from: time, label: "Guess, or play on" },
      description: `Margin over training time. ${summary}.`,
    });
    stage.announce(summary);
  }

  return stage.start(
    [
      toolbar(stage, {
        settings: SETTINGS,
      }),
      guess,
      columns(
        [pinned(losses), sliders([margins, shifts]), rewards],
        [flows, sliders([preferences, training.dial]), training.playing],
      ),
      numbers(facts, after),
    ],
    draw,
  );
}

function question(preference) {
  const asked = `With ${labels(preference)} for the first answer, where does the margin settle?`;
  if (preference === 1) return { question: asked, remark: "Nothing pulls it back: it grows for ever, like log t." };
  const remark =
    `There the ${say(preference)} of the labels that push it up, each with a force of ${say(1 - preference)}, ` +
    `balance the ${say(1 - preference)} that push it down, each with ${say(preference)}: it is logit p = log(${say(preference)}/${say(1 - preference)}).`;
  return { question: asked, remark };
}

export default render;

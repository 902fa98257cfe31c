// Token by token: which rewards a token is credited with, and how much the gradient from one sequence then varies.

import {
  along,
  prefixValues,
  rewardsToGo,
  trajectoryMoments,
  wholeReturn,
} from "../core/sequences.js";
import { toolbar } from "../parts/buttons.js";
import { columns, make, numbers } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { POLICY } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { policyTables, rewardTables } from "../parts/prefix_tree.js";
import { table } from "../parts/readout.js";
import { stackedBars } from "../parts/stacked_bars.js";
import { createStage } from "../parts/stage.js";
import { prefixAfter, TOKENS, tokensOf, treeAndPaths, wordsOf } from "../parts/tree_and_paths.js";
import { rewardBars } from "../parts/values.js";

const SETTINGS = {
  "One good ending": {
    policy: [0.65, 0.3, 0.55, 0.75, 0.85, 0.3, 0.2],
    reward: [1, 0.5, 1, -0.5, 1, -0.5, 0.2, 0, -0.4, 0, 0, 0.2, 0, 0.2],
    path: 3,
  },
  "The past is noise": {
    policy: [0.95, 0.6, 0.5, 0.4, 0.6, 0.5, 0.5],
    reward: [3, 3, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0],
    path: 1,
  },
  "Paid and taken back": {
    policy: [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25],
    reward: [1, 1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0],
    path: 8,
  },
};

const CREDITS = [
  { key: "whole", role: "k1", label: "whole return" },
  { key: "to_go", role: "k3", label: "reward-to-go" },
  { key: "less_value", role: "k2", label: "reward-to-go, less the prefix's value", brief: "less the value" },
];

// The least factor that a bar shows: of a smaller one it would be too long.
const LEAST = 2 / 3;

// A factor that the slider can express.
const FACTORS = [0, 12];

function render({ model, el }) {
  const stage = createStage({ model, el, label: "A tree of prefixes: which rewards a token is credited with" });
  const key = legend([
    { role: "policy", label: `${POLICY}, as thick as its prefix is probable` },
    { role: "reward", label: "reward of a token; <i>V</i>, the expected rest" },
  ]);
  const tree = treeAndPaths(stage, { held: () => "policy" });
  // Where the rewards of the chosen sequence's tokens stand among all.
  let indices = [];
  const rewards = rewardBars(stage, {
    step: 0.1,
    onInput(values) {
      const reward = [...stage.get("reward")];
      indices.forEach((index, t) => (reward[index] = values[t]));
      stage.set({ reward });
    },
  });
  const credits = table({
    rows: [{ key: "reward", label: "reward" }, ...CREDITS].map(({ key: row, label, brief = label }) => ({
      key: row,
      label: brief,
    })),
    columns: TOKENS.map((t) => ({ key: `${t}`, label: "", format: two })),
  });
  const guess = predict(stage, {
    question: "By what factor does reward-to-go cut the variance of the whole return?",
    guessLabel: "my guess, factor",
    initial: 1.5,
    step: 0.05,
    format: two,
  });
  let whole = 0; // the variance of the whole return that is drawn
  const variances = stackedBars(stage, {
    label: "Total variance of the gradient from one sequence",
    xTitle: "total variance, units of reward²",
    guessed: "variance.to_go",
    onGuess: (variance) => guess.set(whole / Math.max(variance, 1e-9)),
    rows: CREDITS.map(({ key: row, role, label }) => ({ key: `variance.${row}`, role, label, unit: "" })),
  });
  const heading = make("p", { class: "toy-hint", text: "Rewards of its tokens: drag them." });

  function draw(state) {
    const policy = policyTables(state.policy);
    const reward = rewardTables(state.reward);
    const values = prefixValues(policy, reward);
    const tokens = tokensOf(state.path - 1);
    const variance = {
      whole: trajectoryMoments(policy, reward, null, wholeReturn).totalVariance,
      toGo: trajectoryMoments(policy, reward).totalVariance,
      lessValue: trajectoryMoments(policy, reward, values).totalVariance,
    };
    whole = variance.whole;
    const factor = variance.whole / variance.toGo;
    const isOnSlider = factor >= FACTORS[0] && factor <= FACTORS[1];
    const revealed = guess.revealed() || !isOnSlider;

    guess.draw(isOnSlider ? factor : null, FACTORS, { remark: why(variance) });
    drawCredits(state, { reward, values, tokens });
    variances.draw({
      "variance.whole": [variance.whole],
      "variance.to_go": revealed ? [variance.toGo] : null,
      "variance.less_value": revealed ? [variance.lessValue] : null,
    }, [], isOnSlider ? guess.picture(whole / Math.max(guess.guess(), LEAST), revealed && variance.toGo) : null);
    tree.draw(state, {
      marks: null,
      notes: notesOf(values),
      extras: state.reward,
      summary:
        `expected return ${formatNumber(values[0][0])}, total variance ${formatNumber(variance.whole)} with the whole return` +
        (revealed
          ? `, ${formatNumber(variance.toGo)} with reward-to-go, ${formatNumber(variance.lessValue)} less the value`
          : ""),
    });
  }

  function drawCredits({ reward: flat, words }, { reward, values, tokens }) {
    const paid = along(reward, tokens);
    const worth = along(values, tokens);
    const chosen = wordsOf(tokens, words);
    indices = tokens.map((_, t) => 2 ** (t + 1) - 2 + prefixAfter(tokens, t + 1));
    rewards.draw({ responses: chosen, values: indices.map((index) => flat[index]) });
    const credited = {
      reward: paid,
      whole: wholeReturn(paid),
      to_go: rewardsToGo(paid),
      less_value: rewardsToGo(paid).map((g, t) => g - worth[t]),
    };
    const cells = Object.entries(credited).flatMap(([row, scores]) =>
      scores.map((value, t) => [`${row}.${t + 1}`, value]),
    );
    credits.draw(Object.fromEntries(cells), { caption: "What each token is credited with, units of reward", heads: chosen });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      make("div", { class: "toy-tree-head" }, [key]),
      tree,
      columns([heading, rewards], [variances]),
      numbers(credits),
    ],
    draw,
  );
}

/** The value of each prefix. */
const notesOf = (values) =>
  values.flatMap((row, t) =>
    row.map((value, i) => ({
      outer: [],
      inner: [{ text: "V " }, { text: two(value), key: `value.${2 ** t + i}`, value }],
    })),
  );

/** Why reward-to-go varies less, or more, than the whole return. */
function why({ whole, toGo }) {
  if (whole < 1e-12)
    return `Every sequence is paid 0 in all: there is no variance to cut, and reward-to-go, which counts a part of it, brings ${say(toGo)}.`;
  const change = toGo <= whole ? "falls" : "rises";
  return (
    `A token cannot change what was paid before it: without the past the variance ${change} ` +
    `from ${say(whole)} to ${say(toGo)}.`
  );
}

export default render;

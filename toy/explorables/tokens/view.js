// Token by token: the KL divergence as a sum over prefixes, and which rewards a token is credited with.

import { range } from "d3-array";
import { klTerms } from "../core/distributions.js";
import { k1, k3 } from "../core/kl_estimators.js";
import { ravelMultiIndex, sum, unravelIndex } from "../core/numpy.js";
import {
  along,
  logRatios,
  prefixKlMoments,
  prefixKls,
  prefixProbs,
  prefixValues,
  rewardsToGo,
  sequenceEstimatorMoments,
  sequenceKlTerms,
  sequenceProbs,
  tokenEstimatorMoments,
  trajectoryMoments,
  wholeReturn,
} from "../core/sequences.js";
import { toolbar } from "../parts/buttons.js";
import { choice, toggle } from "../parts/choice.js";
import { columns, make } from "../parts/dom.js";
import { formatNumber, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { POLICY, REFERENCE, REVERSE_KL } from "../parts/names.js";
import { pages } from "../parts/pages.js";
import { predict } from "../parts/predict.js";
import { policyTables, prefixTree, rewardTables } from "../parts/prefix_tree.js";
import { table } from "../parts/readout.js";
import { stackedBars } from "../parts/stacked_bars.js";
import { createStage } from "../parts/stage.js";
import { rewardBars } from "../parts/values.js";

const STEPS = 3;

const TOKENS = [1, 2, 3];

const SETTINGS = {
  "A rare prefix": {
    shows: "KL",
    policy: [0.97, 0.5, 0.98, 0.6, 0.3, 0.98, 0.5],
    reference: [0.97, 0.5, 0.04, 0.6, 0.3, 0.02, 0.5],
    path: 5,
  },
  "The past is noise": {
    shows: "credit",
    policy: [0.95, 0.6, 0.5, 0.4, 0.6, 0.5, 0.5],
    reward: [3, 3, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0],
    path: 1,
  },
  "Paid and taken back": {
    shows: "credit",
    policy: [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25],
    reward: [1, 1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0],
    path: 8,
  },
};

const CREDITS = [
  { key: "whole", role: "k1", label: "whole return" },
  { key: "to_go", role: "k3", label: "reward-to-go" },
  { key: "less_value", role: "policy", label: "reward-to-go, less the prefix's value", brief: "less the value" },
];

/** The words of a sequence as one text; signs follow their word. */
const written = (words) => words.join(" ").replace(/ (?=[!?.,])/g, "");

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "A tree of prefixes, token by token",
  });
  const shows = choice(stage, {
    label: "show",
    key: "shows",
  });
  const moves = toggle(stage, {
    label: `move the ${REFERENCE}`,
    key: "reference_moves",
  });
  const legends = {
    KL: legend([
      { role: "policy", label: `${POLICY}; a ribbon is as thick as its prefix is probable` },
      { role: "reference", label: REFERENCE },
    ]),
    credit: legend([
      { role: "policy", label: `${POLICY}; a ribbon is as thick as its prefix is probable` },
      { role: "reward", label: "reward of a token" },
    ]),
  };
  const head = pages({ KL: [legends.KL, moves], credit: [legends.credit] });
  const tree = prefixTree(stage, {
    label: "The prefixes",
    steps: STEPS,
    onInput(node, p) {
      const moved = heldBy(stage.get("shows"), stage.get("reference_moves"));
      stage.set({ [moved]: stage.get(moved).map((old, i) => (i === node ? p : old)) });
    },
  });
  const paths = choice(stage, {
    label: "sequence",
    key: "path",
    options: Object.fromEntries(Array.from({ length: stage.declared("path").high }, (_, y) => [y + 1, "<span></span><b></b>"])),
    onInput: (value) => stage.set({ path: Number(value) }),
  });
  const divergence = divergencePanel(stage);
  const credit = creditPanel(stage);
  const body = pages({ KL: [divergence], credit: [credit] });

  function draw({ shows: view, policy, reference, reference_moves: referenceMoves, reward, words, path }) {
    const world = {
      policy: policyTables(policy),
      reference: policyTables(reference),
      reward: rewardTables(reward),
      words,
    };
    const probs = prefixProbs(world.policy);
    const tokens = tokensOf(path - 1, STEPS);
    const chosen = wordsOf(tokens, words);
    const held = heldBy(view, referenceMoves);
    const panel = view === "KL" ? divergence : credit;

    shows.draw(view);
    head.show(view);
    body.show(view);
    moves.draw(referenceMoves);
    paths.draw(String(path));
    nameSequences(paths.node(), words);
    const { notes, lengths, summary } = panel.draw(world, { probs, tokens, chosen, reward });
    tree.draw({
      words,
      probs,
      handles: { role: held, name: held, values: held === "policy" ? policy : reference },
      marks: view === "KL" ? otherOf(held, { policy, reference }) : null,
      names: prefixNames(words),
      notes,
      lengths,
      extras: view === "credit" ? reward : null,
      path: [0, ...tokens.map((_, t) => prefixAfter(tokens, t + 1))],
      description: summary,
    });
    stage.announce(`${written(chosen)}: ${summary}`);
  }

  return stage.start(
    [
      toolbar(stage, {
        hint: "Drag the handles, pick a sequence, or try:",
        settings: SETTINGS,
      }),
      make("div", { class: "toy-tree-head" }, [shows, head]),
      make("div", { class: "toy-tree-and-paths" }, [tree, paths]),
      body,
    ],
    draw,
  );
}

/** What the handles move: the reference where the reader says so and the KL is shown, else the policy. */
const heldBy = (view, referenceMoves) => (view === "KL" && referenceMoves ? "reference" : "policy");

function otherOf(held, values) {
  const role = held === "policy" ? "reference" : "policy";
  return { role, values: values[role] };
}

/** The tokens of the prefix, or whole sequence, of a length that has a number; and back. */
const tokensOf = (number, length) => unravelIndex(number, Array(length).fill(2));
const prefixAfter = (tokens, length) => ravelMultiIndex(tokens.slice(0, length), Array(length).fill(2));
const wordsOf = (tokens, words) => tokens.map((token, t) => words[2 * t + token]);

const sequenceLabels = (words) => range(2 ** STEPS).map((y) => written(wordsOf(tokensOf(y, STEPS), words)));

/** What has been written at each node, for the ear. */
const prefixNames = (words) =>
  range(STEPS).flatMap((t) =>
    range(2 ** t).map((i) => (t === 0 ? "at the start" : `after ${written(wordsOf(tokensOf(i, t), words))}`)),
  );

/** The pills of the sequences: all words, of which a narrow screen shows the last. */
function nameSequences(node, words) {
  node.querySelectorAll(".toy-pill").forEach((pill, y) => {
    const chosen = wordsOf(tokensOf(y, STEPS), words);
    const text = written(chosen);
    const last = chosen.at(-1);
    const [before, end] = pill.lastChild.children;
    before.textContent = text.slice(0, text.length - last.length);
    end.textContent = last;
    pill.firstChild.setAttribute("aria-label", text);
  });
}

/** The KL of each prefix, its share of the sequence's KL, and estimates of it along a sequence. */
function divergencePanel(stage) {
  const ESTIMATES = [
    { key: "k1", label: "k1 per token" },
    { key: "token_k3", label: "k3 per token" },
    { key: "sequence_k3", label: "k3 whole" },
    { key: "exact", label: "exact KLs" },
  ];
  const estimates = table({
    rows: ESTIMATES,
    columns: [
      ...TOKENS.map((t) => ({ key: `${t}`, label: "", format: two })),
      { key: "sum", label: "sum", format: two },
      { key: "std", label: "std" },
    ],
  });
  const shares = stackedBars(stage, {
    label: "The divergence of sequences, summed in two ways",
    xTitle: "share, nats",
    rows: [
      { key: "kl", role: "policy", label: `${REVERSE_KL} <small>token by token</small>`, unit: "nats" },
      { key: "kl_sequences", role: "policy", label: `${REVERSE_KL} <small>of 8 sequences</small>`, unit: "nats" },
    ],
  });
  const guess = predict(stage, {
    question: "How much of this KL is decided at the first token? Guess, then reveal what each prefix adds: " +
      "its probability × its KL, the area of a block.",
    guessLabel: "my guess, share",
    initial: 0.5,
    step: 0.01,
    format: two,
  });
  const box = columns([estimates], [shares, guess]);

  function draw({ policy, reference, words }, { probs, tokens, chosen }) {
    const kls = prefixKls(policy, reference);
    const terms = sequenceKlTerms(policy, reference);
    const bySteps = terms.map(sum);
    const total = sum(bySteps);
    const revealed = guess.revealed();
    const d = along(logRatios(policy, reference), tokens);
    const rows = {
      k1: [...d, sum(d), tokenEstimatorMoments(k1, policy, reference)],
      token_k3: [...d.map(k3), sum(d.map(k3)), tokenEstimatorMoments(k3, policy, reference)],
      sequence_k3: [null, null, null, k3(sum(d)), sequenceEstimatorMoments(k3, policy, reference)],
      exact: [...along(kls, tokens), sum(along(kls, tokens)), prefixKlMoments(policy, reference)],
    };
    const cells = Object.entries(rows).flatMap(([role, row]) => [
      ...row.slice(0, 4).map((value, i) => [`${role}.${["1", "2", "3", "sum"][i]}`, value]),
      [`${role}.std`, Math.sqrt(row[4].variance)],
    ]);
    estimates.draw(Object.fromEntries(cells), {
      caption: "Estimates of the KL from this sequence, and their std; nats",
      heads: chosen,
    });
    const direct = klTerms(sequenceProbs(policy), sequenceProbs(reference));
    shares.draw(
      { kl: revealed ? bySteps : [total], kl_sequences: direct },
      { kl: revealed ? ["first token", "second", "third"] : [""], kl_sequences: sequenceLabels(words) },
    );
    guess.draw(total > 0 ? bySteps[0] / total : NaN, [0, 1]);
    const notes = kls.flatMap((row, t) =>
      row.map((kl, i) => ({
        outer: [
          { text: " KL ", wide: true },
          { text: formatNumber(kl), key: `kl.${2 ** t + i}`, value: kl },
        ],
        inner: revealed
          ? [
              { text: `×${two(probs[t][i])} = `, wide: true },
              { text: formatNumber(terms[t][i]), key: `share.${2 ** t + i}`, value: terms[t][i], style: "toy-tree-share" },
            ]
          : [],
      })),
    );
    return {
      notes,
      lengths: revealed ? kls.flat() : null,
      summary:
        `KL ${formatNumber(total)} nats` +
        (revealed ? `, of which ${bySteps.map(formatNumber).join(", ")} at the first, second and third token` : ""),
    };
  }

  return { node: () => box.node(), draw };
}

/** What every step of a sequence is credited with, and how much the gradient from one sequence varies. */
function creditPanel(stage) {
  const rewards = rewardBars(stage, {
    step: 0.1,
    onInput(values) {
      const reward = [...stage.get("reward")];
      indices.forEach((index, t) => (reward[index] = values[t]));
      stage.set({ reward });
    },
  });
  let indices = [];
  const credits = table({
    rows: [{ key: "reward", label: "reward" }, ...CREDITS].map(({ key, label, brief = label }) => ({
      key,
      label: brief,
    })),
    columns: TOKENS.map((t) => ({ key: `${t}`, label: "", format: two })),
  });
  const variances = stackedBars(stage, {
    label: "Total variance of the gradient from one sequence",
    xTitle: "total variance of the gradient, units of reward²",
    rows: CREDITS.map(({ key, role, label }) => ({ key: `variance.${key}`, role, label, unit: "" })),
  });
  const guess = predict(stage, {
    question: "By what factor does reward-to-go cut the variance of the whole return? Guess, then reveal.",
    guessLabel: "my guess, factor",
    initial: 1.5,
    step: 0.05,
    format: two,
  });
  const heading = make("p", { class: "toy-hint", text: "Rewards of this sequence's tokens: drag them." });
  const box = columns([heading, rewards, credits], [variances, guess]);

  function draw({ policy, reward }, { tokens, chosen, reward: flat }) {
    const values = prefixValues(policy, reward);
    const paid = along(reward, tokens);
    const credited = {
      reward: paid,
      whole: wholeReturn(paid),
      to_go: rewardsToGo(paid),
      less_value: rewardsToGo(paid).map((g, t) => g - along(values, tokens)[t]),
    };
    const revealed = guess.revealed();
    const whole = trajectoryMoments(policy, reward, null, wholeReturn).totalVariance;
    const toGo = trajectoryMoments(policy, reward).totalVariance;
    const lessValue = trajectoryMoments(policy, reward, values).totalVariance;
    indices = tokens.map((_, t) => 2 ** (t + 1) - 2 + prefixAfter(tokens, t + 1));
    rewards.draw({ responses: chosen, values: indices.map((index) => flat[index]) });
    credits.draw(
      Object.fromEntries(
        Object.entries(credited).flatMap(([role, row]) => row.map((value, t) => [`${role}.${t + 1}`, value])),
      ),
      {
        caption: "What each token is credited with, units of reward",
        heads: chosen,
      },
    );
    variances.draw({
      "variance.whole": [whole],
      "variance.to_go": revealed ? [toGo] : null,
      "variance.less_value": revealed ? [lessValue] : null,
    });
    guess.draw(whole / toGo, [0, 12]);
    return {
      notes: values.flatMap((row, t) =>
        row.map((value, i) => ({
          outer: [],
          inner: [{ text: "V " }, { text: two(value), key: `value.${2 ** t + i}`, value }],
        })),
      ),
      lengths: null,
      summary:
        `expected return ${formatNumber(values[0][0])}, total variance ${formatNumber(whole)} with the whole return` +
        (revealed ? `, ${formatNumber(toGo)} with reward-to-go, ${formatNumber(lessValue)} less the value` : ""),
    };
  }

  return { node: () => box.node(), draw };
}

export default render;

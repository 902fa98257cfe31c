// Token by token: the KL divergence of sequences as a sum over prefixes, and estimates of it along one sequence.

import { klTerms } from "../core/distributions.js";
import { k1, k3 } from "../core/kl_estimators.js";
import { sum } from "../core/numpy.js";
import {
  along,
  logRatios,
  prefixKlMoments,
  prefixKls,
  sequenceEstimatorMoments,
  sequenceKlTerms,
  sequenceProbs,
  tokenEstimatorMoments,
} from "../core/sequences.js";
import { toolbar } from "../parts/buttons.js";
import { toggle } from "../parts/choice.js";
import { make, numbers } from "../parts/dom.js";
import { formatNumber, say, two } from "../parts/format.js";
import { legend } from "../parts/legend.js";
import { POLICY, REFERENCE, REVERSE_KL } from "../parts/names.js";
import { predict } from "../parts/predict.js";
import { policyTables } from "../parts/prefix_tree.js";
import { table } from "../parts/readout.js";
import { stackedBars } from "../parts/stacked_bars.js";
import { createStage } from "../parts/stage.js";
import { sequenceLabels, TOKENS, tokensOf, treeAndPaths, wordsOf } from "../parts/tree_and_paths.js";

const SETTINGS = {
  "Spread over the tree": {
    policy: [0.65, 0.3, 0.55, 0.75, 0.85, 0.3, 0.2],
    reference: [0.4, 0.45, 0.5, 0.5, 0.5, 0.4, 0.35],
    path: 3,
  },
  "A rare prefix": {
    policy: [0.97, 0.5, 0.98, 0.6, 0.3, 0.98, 0.5],
    reference: [0.97, 0.5, 0.04, 0.6, 0.3, 0.02, 0.5],
    path: 5,
  },
};

// A share that is not worth its number, in nats.
const HARDLY = 5e-4;

const ESTIMATES = [
  { key: "k1", label: "k1 per token" },
  { key: "token_k3", label: "k3 per token" },
  { key: "sequence_k3", label: "k3 whole" },
  { key: "exact", label: "exact KLs" },
];

/** What the handles move. */
const held = ({ reference_moves: referenceMoves }) => (referenceMoves ? "reference" : "policy");

function render({ model, el }) {
  const stage = createStage({ model, el, label: "A tree of prefixes: where the KL of sequences comes from" });
  const moves = toggle(stage, { label: `move the ${REFERENCE}`, key: "reference_moves" });
  const key = legend([
    { role: "policy", label: `${POLICY}, as thick as its prefix is probable` },
    { role: "reference", label: REFERENCE },
  ]);
  const tree = treeAndPaths(stage, { held });
  const estimates = table({
    rows: ESTIMATES,
    columns: [
      ...TOKENS.map((t) => ({ key: `${t}`, label: "", format: two })),
      { key: "sum", label: "sum", format: two },
      { key: "std", label: "std" },
    ],
  });
  const guess = predict(stage, {
    question: "How much of this KL is decided at the first token?",
    guessLabel: "my guess, share",
    initial: 0.5,
    step: 0.01,
    format: two,
  });
  const shares = stackedBars(stage, {
    label: "The divergence of sequences, summed in two ways",
    xTitle: "share, nats",
    named: true,
    guessed: "kl",
    onGuess: (share) => guess.set(share / total),
    rows: [
      { key: "kl", role: "policy", label: `${REVERSE_KL} <small>token by token</small>`, unit: "nats" },
      { key: "kl_sequences", role: "policy", label: `${REVERSE_KL} <small>of 8 sequences</small>`, unit: "nats" },
    ],
  });
  let total = 0; // the KL that is drawn
  function draw(state) {
    const { words, path, reference_moves: referenceMoves } = state;
    const policy = policyTables(state.policy);
    const reference = policyTables(state.reference);
    const terms = sequenceKlTerms(policy, reference);
    const kls = prefixKls(policy, reference);
    const bySteps = terms.map(sum);
    total = sum(bySteps);
    const revealed = guess.revealed() && total > 0;

    moves.draw(referenceMoves);
    guess.draw(total > 0 ? bySteps[0] / total : null, [0, 1], { remark: why(bySteps, total) });
    drawEstimates({ words, policy, reference, kls, tokens: tokensOf(path - 1) });
    shares.draw(
      { kl: revealed ? bySteps : [guess.guess(), 1 - guess.guess()].map((share) => share * total), kl_sequences: klTerms(sequenceProbs(policy), sequenceProbs(reference)) },
      { kl: revealed ? ["first token", "second", "third"] : ["first token?", "later tokens"], kl_sequences: sequenceLabels(words) },
      total > 0 ? guess.picture(guess.guess() * total, revealed && bySteps[0]) : null,
    );
    const other = referenceMoves ? "policy" : "reference";
    tree.draw(state, {
      marks: { role: other, values: state[other] },
      notes: notesOf({ kls, terms, revealed }),
      lengths: revealed ? kls.flat() : null,
      summary:
        `KL ${formatNumber(total)} nats` +
        (revealed ? `, of which ${bySteps.map(formatNumber).join(", ")} at the first, second and third token` : ""),
    });
  }

  function drawEstimates({ words, policy, reference, kls, tokens }) {
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
      heads: wordsOf(tokens, words),
    });
  }

  return stage.start(
    [
      toolbar(stage, { settings: SETTINGS }),
      guess,
      make("div", { class: "toy-tree-head" }, [key, moves]),
      tree,
      shares,
      numbers(estimates),
    ],
    draw,
  );
}

/** The KL of each prefix, and once it is revealed what it adds. */
const notesOf = ({ kls, terms, revealed }) =>
  kls.flatMap((row, t) =>
    row.map((kl, i) => ({
      outer: [
        { text: " KL ", wide: true },
        { text: kl > 0 && kl < HARDLY ? "under 0.001" : formatNumber(kl), key: `kl.${2 ** t + i}`, value: kl },
      ],
      inner: revealed
        ? [
            { text: terms[t][i] < HARDLY ? "" : "+", wide: true },
            { text: terms[t][i] < HARDLY ? "" : formatNumber(terms[t][i]), key: `share.${2 ** t + i}`, value: terms[t][i], style: "toy-tree-share" },
          ]
        : [],
    })),
  );

/** What each prefix adds, in a sentence. */
function why(bySteps, total) {
  if (!(total > 0)) return "The two are equal: there is no KL to share.";
  return (
    `A prefix adds its probability × its KL, the area of its block: ${bySteps.map(say).join(" + ")} ` +
    `for the three tokens, ${say(total)} nats in all.`
  );
}

export default render;

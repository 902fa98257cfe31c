// A tree of prefixes with the sequences beside its leaves, of which one is looked at.

import { range } from "d3-array";
import { ravelMultiIndex, unravelIndex } from "../core/numpy.js";
import { prefixProbs } from "../core/sequences.js";
import { choice } from "./choice.js";
import { make } from "./dom.js";
import { policyTables, prefixTree } from "./prefix_tree.js";

export const STEPS = 3;

/** The steps, as the columns of a table name them. */
export const TOKENS = range(1, STEPS + 1);

/** The words of a sequence as one text; signs follow their word. */
export const written = (words) => words.join(" ").replace(/ (?=[!?.,])/g, "");

/** The tokens of the prefix, or whole sequence, of a length that has a number; and back. */
export const tokensOf = (number, length = STEPS) => unravelIndex(number, Array(length).fill(2));
export const prefixAfter = (tokens, length) => ravelMultiIndex(tokens.slice(0, length), Array(length).fill(2));
export const wordsOf = (tokens, words) => tokens.map((token, t) => words[2 * t + token]);

export const sequenceLabels = (words) => range(2 ** STEPS).map((y) => written(wordsOf(tokensOf(y), words)));

/** What has been written at each node, for the ear. */
const prefixNames = (words) =>
  range(STEPS).flatMap((t) =>
    range(2 ** t).map((i) => (t === 0 ? "at the start" : `after ${written(wordsOf(tokensOf(i, t), words))}`)),
  );

/**
 * `held(state)`: the trait, a policy, that the handles move.
 *
 * draw(state, { role, marks, notes, lengths, extras, summary }): `role` is that of the handles, the others as in
 * `prefixTree`.
 */
export function treeAndPaths(stage, { held }) {
  let moved;
  const tree = prefixTree(stage, {
    label: "The prefixes",
    steps: STEPS,
    onInput: (node, p) => stage.set({ [moved]: stage.get(moved).map((old, i) => (i === node ? p : old)) }),
  });
  const paths = choice(stage, {
    label: "sequence",
    key: "path",
    options: Object.fromEntries(range(1, 2 ** STEPS + 1).map((y) => [y, "<span></span><b></b>"])),
    onInput: (value) => stage.set({ path: Number(value) }),
  });
  const box = make("div", { class: "toy-tree-and-paths" }, [tree, paths]);

  function draw(state, { marks, notes, lengths = null, extras = null, summary }) {
    const { words, path } = state;
    const tokens = tokensOf(path - 1);
    moved = held(state);
    paths.draw(String(path));
    nameSequences(paths.node(), words);
    tree.draw({
      words,
      probs: prefixProbs(policyTables(state.policy)),
      handles: { role: moved, name: moved, values: state[moved] },
      marks,
      names: prefixNames(words),
      notes,
      lengths,
      extras,
      path: [0, ...tokens.map((_, t) => prefixAfter(tokens, t + 1))],
      description: summary,
    });
    stage.announce(`${written(wordsOf(tokens, words))}: ${summary}`);
  }

  return { node: () => box.node(), draw };
}

/** The pills of the sequences: all words, of which a narrow screen shows the last. */
function nameSequences(node, words) {
  node.querySelectorAll(".toy-pill").forEach((pill, y) => {
    const chosen = wordsOf(tokensOf(y), words);
    const text = written(chosen);
    const last = chosen.at(-1);
    const [before, end] = pill.lastChild.children;
    before.textContent = text.slice(0, text.length - last.length);
    end.textContent = last;
    pill.firstChild.setAttribute("aria-label", text);
  });
}

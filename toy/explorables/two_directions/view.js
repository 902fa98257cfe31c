// The KL divergence has a direction: who weighs the log-ratios, the policy or the reference.

import { max, range } from "d3-array";
import { klDivergence, logRatio, softmax } from "../core/distributions.js";
import { say } from "../parts/format.js";
import { guessBars } from "../parts/guess_bars.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const TEMPTING = {
  responses: ["I don't know", "Venus", "Mercury", "the Sun"],
  reward: [0.2, 1, 0.8, -1.5],
  reference: [0.3, 0.15, 0.45, 0.1],
};

const PRESETS = {
  Trained: { ...TEMPTING, sharpness: 3 },
  "A little": { ...TEMPTING, sharpness: 1 },
  Hard: { ...TEMPTING, sharpness: 4 },
};

const FARTHEST = 1.6;
const SHARES = 0.108; // of the height, a row of shares
const GAP = 0.04;

export default scene({
  label: "Two directions",
  presets: PRESETS,
  draws: guessBars,
  guesses: () => range(0, FARTHEST + 0.005, 0.01).map((value) => Number(value.toFixed(2))),
  controls: (stage) => {
    const sharpness = slider(stage, { label: "sharpness of the policy", key: "sharpness", step: 0.1, format: say });
    return [{ node: sharpness.node, draw: (state) => sharpness.draw(state.sharpness) }];
  },
  picture: () => ({ left: 92, right: 44, xTitle: "KL divergence, nats" }),

  show({ sharpness, reward, reference, responses }) {
    const most = max(reward);
    const policy = sharpness === 0 ? reference : softmax(reference.map((p, y) => Math.log(p) + sharpness * reward[y]));
    const forth = logRatio(policy, reference).map((d, y) => policy[y] * d);
    const back = logRatio(reference, policy).map((d, y) => reference[y] * d);
    const truth = klDivergence(reference, policy);
    const there = klDivergence(policy, reference);
    const look = (y) => ({ role: reward[y] === most ? "policy" : "reference", tint: reward[y] === most ? "100%" : `${35 + 20 * y}%` });
    const summary = `${responses.map((name, y) => `${name} ${say(policy[y])} from ${say(reference[y])}`).join(", ")}; weighed by the policy ${say(there)} nats`;
    const sums = (terms, height, more) => ({ height, ...waterfall(terms, responses, look, more), ...more });
    return {
      question: `By the policy's count, policy and reference are ${say(there)} nats apart. How far apart are they by the reference's count?`,
      truth,
      why: why(policy, reference, back, responses),
      start: there,
      seen: sharpness === 0,
      summary,
      picture: {
        domain: [0, FARTHEST],
        key: [
          { role: "policy", label: "policy" },
          { role: "reference", hollow: true, label: "reference" },
        ],
        rows: [
          ...responses.map((name, y) => ({
            name,
            height: SHARES,
            domain: [0, 1],
            key: `policy.${y}`,
            value: policy[y],
            at: Math.max(policy[y], reference[y]),
            lanes: [
              { height: 0.5, parts: [{ ...look(y), from: 0, to: policy[y] }] },
              { height: 0.5, parts: [{ ...look(y), hollow: true, from: 0, to: reference[y] }] },
            ],
          })),
          { name: "", height: GAP, lanes: [] },
          sums(forth, 0.22, { name: ["counted by", "the policy"], key: "forth", value: there, more: "nats" }),
          { name: "", height: GAP, lanes: [] },
          sums(back, 1 - 4 * SHARES - 2 * GAP - 0.22, { name: ["counted by", "the reference"], asked: true, grip: 0.78 }),
        ],
        description: summary,
      },
    };
  },
});

/** What adds, side by side, and below what is taken back, from its end to the sum. */
function waterfall(terms, responses, look, { asked }) {
  let end = 0;
  const parts = (sign) =>
    terms.flatMap((term, y) => {
      if (Math.sign(term) !== sign) return [];
      const from = end;
      end += term;
      return [{ ...look(y), from, to: end, text: `${responses[y]} ${say(Math.abs(term))}` }];
    });
  const [adds, takes] = [parts(1), parts(-1)];
  return {
    at: Math.max(0, ...adds.map(({ to }) => to)),
    lanes: [
      { height: 0.6, parts: adds },
      { height: 0.4, parts: takes, ...(!asked && { note: "taken back" }) },
    ],
  };
}

/** The largest part of the answer, and who weighs it. */
function why(policy, reference, back, responses) {
  const most = max(back);
  if (most <= 0) return "The policy is the reference: in both directions nothing is between them.";
  const y = back.indexOf(most);
  return (
    `Most comes from ${responses[y]}, ${say(most)}: the log of its ratio, ${say(most / reference[y])}, counts with ` +
    `the reference's ${say(reference[y])}, not the policy's ${say(policy[y])}.`
  );
}

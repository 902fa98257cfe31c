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
const SURE = 0.7; // how long the shares' axis is, if none is larger
const [SHARE, ADDS, TAKES] = [16, 17, 11]; // px, a row of shares and the lanes of a sum

export default scene({
  label: "Two directions",
  presets: PRESETS,
  draws: guessBars,
  guesses: () => range(0, FARTHEST + 0.005, 0.01).map((value) => Number(value.toFixed(2))),
  controls: (stage) => {
    const sharpness = slider(stage, { label: "sharpness", key: "sharpness", step: 0.1, format: say });
    return [{ node: sharpness.node, draw: (state) => sharpness.draw(state.sharpness) }];
  },
  picture: () => ({ left: 92, right: 44, height: 244 }),

  show({ sharpness, reward, reference, responses }) {
    const policy = sharpness === 0 ? reference : softmax(reference.map((p, y) => Math.log(p) + sharpness * reward[y]));
    const forth = logRatio(policy, reference).map((d, y) => policy[y] * d);
    const back = logRatio(reference, policy).map((d, y) => reference[y] * d);
    const truth = klDivergence(reference, policy);
    const there = klDivergence(policy, reference);
    const summary = `${responses.map((name, y) => `${name} ${say(policy[y])} from ${say(reference[y])}`).join(", ")}; weighed by the policy ${say(there)} nats`;
    return {
      question: `By the policy's count, policy and reference are ${say(there)} nats apart. How far apart are they by the reference's count?`,
      truth,
      why: why(policy, reference, back, responses),
      start: there,
      seen: sharpness === 0,
      summary,
      picture: {
        key: [
          { role: "policy", label: "policy" },
          { role: "reference", hollow: true, label: "reference" },
        ],
        panels: [
          {
            domain: [0, max([...policy, ...reference]) > SURE ? 1 : SURE],
            span: 0.66,
            title: "probability",
            beside: true,
            rows: responses.map((name, y) => ({
              name,
              numbers: [
                { role: "policy", key: `policy.${y}`, value: policy[y], format: share },
                { role: "reference", value: reference[y], format: share },
              ],
              lanes: [
                { tall: SHARE / 2, parts: [{ role: "policy", from: 0, to: policy[y] }] },
                { tall: SHARE / 2, parts: [{ role: "reference", hollow: true, from: 0, to: reference[y] }] },
              ],
            })),
          },
          {
            domain: [0, FARTHEST],
            title: "KL divergence, nats",
            rows: [
              {
                name: ["counted by", "the policy"],
                sum: { key: "forth", value: there, more: "nats" },
                lanes: waterfall(forth, responses, { role: "policy" }, "taken back"),
              },
              { name: ["counted by", "the reference"], above: 2, asked: true, lanes: waterfall(back, responses, { role: "reference", hollow: true }) },
            ],
          },
        ],
        description: summary,
      },
    };
  },
});

/** A share in little room. */
const share = (value) => (value > 0 && value < 0.001 ? "<\u00a00.001" : say(value));

/** What adds, side by side, and below what is taken back, from its end to the sum: in the look of who weighs it. */
function waterfall(terms, responses, look, note) {
  let end = 0;
  const parts = (sign) =>
    terms.flatMap((term, y) => {
      if (Math.sign(term) !== sign) return [];
      const from = end;
      end += term;
      return [{ ...look, from, to: end, texts: [`${responses[y]} ${say(Math.abs(term))}`, responses[y]] }];
    });
  return [
    { tall: ADDS, parts: parts(1) },
    { tall: TAKES, parts: parts(-1).map((one) => ({ ...one, ...(look.hollow ? {} : { tint: "45%" }), texts: [] })), note },
  ];
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

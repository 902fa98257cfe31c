// One reference tilted by one reward, β under the thumb.

import { max } from "d3-array";
import { sum } from "../core/numpy.js";
import { betaOfEvenOdds, gibbsPolicy } from "../core/rlhf_objective.js";
import { say } from "../parts/format.js";
import { below, order, ribbons } from "../parts/ribbons.js";
import { namesRoom } from "../parts/guess_chart.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, slider } from "../parts/slider.js";

const TEMPTING = {
  responses: ["I don't know", "Venus", "Mercury", "the Sun"],
  reward: [0.2, 1, 0.8, -1.5],
  reference: [0.3, 0.15, 0.45, 0.1],
};

const PRESETS = {
  Given: TEMPTING,
  "Rewards × 2": { ...TEMPTING, reward: [0.4, 2, 1.6, -3] },
  "Mercury down": { ...TEMPTING, reward: [0.2, 1, 0.2, -1.5] },
};

const prices = (stage) => geometricSteps(...stage.limits("beta"));

export default scene({
  label: "One reference, tilted by one reward",
  presets: PRESETS,
  plays: "beta",
  guesses: prices,
  controls: (stage) => {
    const beta = slider(stage, { label: "price <i>β</i>", key: "beta", steps: prices(stage), format: say });
    return [{ node: beta.node, draw: (state) => beta.draw(state.beta) }];
  },
  picture: () => ({
    along: "x",
    right: namesRoom,
    xLog: true,
    xTitle: "price of a nat, β, reward units per nat",
    yTitle: "share of the answers",
  }),

  show({ beta, reward, reference, responses }, stage) {
    const [low, high] = stage.limits("beta");
    const most = max(reward);
    const matters = reward.map((r) => r === most);
    const stack = order(matters);
    const names = responses.filter((_, y) => reward[y] === most).join(" or ");
    const share = sum(reference.filter((_, y) => reward[y] === most));
    const even = betaOfEvenOdds(reward, reference);
    const truth = even >= low && even <= high ? even : null;
    const curve = prices(stage).map((price) => [price, gibbsPolicy(reward, reference, price)]);
    const now = gibbsPolicy(reward, reference, beta);
    const end = curve.at(-1)[1];
    const summary = `At β ${say(beta)}: ${stack.map((y) => `${responses[y]} ${say(now[y])}`).join(", ")}`;
    return {
      question: `The reference says ${names} ${say(100 * share)} times in 100. At which price of a nat, β, does the optimum say it half the time?`,
      truth,
      why: why({ truth, reward, reference, responses, names, most, share, low, high }),
      start: 1,
      seen: truth !== null && beta <= truth,
      summary,
      picture: {
        xDomain: [low, high],
        yDomain: [0, 1],
        areas: ribbons(curve, matters),
        levels: [{ y: 0.5, label: "half" }],
        thumb: { x: beta, y: [below(now, stack, sum(matters))], label: "" },
        names: [
          ...stack.map((y, i) => ({ x: beta, y: below(now, stack, i) + now[y] / 2, near: beta < 1.5 ? "right" : "left", label: "", key: `share.${y}`, value: now[y] })),
          ...stack.map((y, i) => ({ y: below(end, stack, i) + end[y] / 2, label: responses[y], of: `share.${y}` })),
        ],
        cover: [low, beta],
        beside: 0.5,
        description: summary,
      },
    };
  },
});

/** What the tilt leaves of the strongest rival, and of all, when odds are even. */
function why({ truth, reward, reference, responses, names, most, share, low, high }) {
  if (truth === null) return `There is no such β between ${say(low)} and ${say(high)}.`;
  const left = reference.map((p, y) => (reward[y] === most ? 0 : p * Math.exp((reward[y] - most) / truth)));
  const rival = left.indexOf(max(left));
  return (
    `At β = ${say(truth)} a gap of ${say(most - reward[rival])} in reward leaves ${responses[rival]} ` +
    `${say(left[rival])} of its ${say(reference[rival])}; all rivals together keep ${say(share)}, ` +
    `as much as ${names}.`
  );
}

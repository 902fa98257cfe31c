// Probability times advantage: the pushes on the logits as areas over one line, which cancel.

import { maxIndex, minIndex, range } from "d3-array";
import { expectation } from "../core/distributions.js";
import { sum } from "../core/numpy.js";
import { policyGradient } from "../core/policy_gradient.js";
import { withProbability } from "../parts/bars.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const GIVEN = { policy: [0.05, 0.4, 0.25, 0.3], reward: [0.2, 1, 0.8, -1.5] };
const PRESETS = {
  Given: GIVEN,
  "All good": { policy: GIVEN.policy, reward: [1, 1.8, 1.6, 0.2] },
  "Rare but best": { policy: [0.3, 0.02, 0.6, 0.08], reward: GIVEN.reward },
};

const PERCENTS = [0.5, ...range(1, 100), 99.5].map((percent) => percent / 100);
const SURE = PERCENTS.at(-1);
const FLOOR = 1e-4;
const LOWEST = -2;

export default scene({
  label: "Probability times advantage",
  presets: PRESETS,
  guesses: () => range(-200, 201).map((hundredths) => hundredths / 100),
  controls: (stage) => {
    const set = (share) => {
      const [policy, reward] = [stage.get("policy"), stage.get("reward")];
      stage.set({ policy: withProbability(policy, maxIndex(reward), share, FLOOR) });
    };
    const share = slider(stage, { label: "", key: "share", steps: PERCENTS, format: say, onInput: set });
    const label = share.node().querySelector("label");
    return [
      {
        node: share.node,
        draw({ policy, reward, responses }) {
          const best = maxIndex(reward);
          label.textContent = `probability of ${responses[best]}`;
          share.draw(policy[best]);
        },
      },
    ];
  },
  picture: () => ({ along: "y", right: 30, xTitle: "probability: the width of each column", yTitle: "reward" }),

  show({ policy, reward, responses }) {
    const truth = expectation(policy, reward);
    const pushes = policyGradient(policy, reward);
    const best = maxIndex(reward);
    const summary = policy.map((p, y) => `${responses[y]} has probability ${say(p)} and reward ${say(reward[y])}`).join(", ");
    const left = (y) => sum(policy.slice(0, y));
    return {
      question: "The mean reward’s gradient pushes each logit by an area, probability × height over one line. All pushes cancel. At which reward is the line?",
      truth,
      why: why({ policy, reward, responses, truth, pushes }),
      start: -1,
      seen: policy[best] >= SURE,
      summary,
      picture: {
        xDomain: [0, 1],
        yDomain: [LOWEST, 2],
        areas: (line) =>
          policy.map((p, y) => ({
            role: y === best ? "policy" : "reference",
            solid: true,
            tint: y === best ? "100%" : `${30 + 20 * (y % 3)}%`,
            points: [left(y), left(y) + p].map((x) => [x, line, reward[y]]),
          })),
        levels: (line) => [{ y: line, label: "" }],
        names: (line, open) => [
          ...responses.map((label, y) => ({ x: left(y) + policy[y] / 2, wide: policy[y], y: reward[y], over: reward[y] >= line ? "up" : "down", label, ...(open && { key: `push.${y}`, value: pushes[y], format: push }) })),
          { x: 0, y: -1.86, near: "right", label: "each way", key: "up", value: sum(pushes.filter((p) => p > 0)), answer: true },
        ],
        beside: 1,
        description: summary,
      },
    };
  },
});

/** A push within the picture: what is too small to be seen is not spelt out. */
const push = (value) => (Math.abs(value) < 0.001 ? "≈ 0" : say(value));

/** The largest push upwards and the largest downwards. */
function why({ policy, reward, responses, truth, pushes }) {
  const product = (y) => `${responses[y]}: ${say(policy[y])} × (${say(reward[y])} ${truth >= 0 ? "−" : "+"} ${say(Math.abs(truth))})`;
  const [up, down] = [maxIndex(pushes), minIndex(pushes)];
  return `It is the mean reward. ${product(up)} = ${say(pushes[up])}, ${product(down)} = ${say(pushes[down])}.`;
}

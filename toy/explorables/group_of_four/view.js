// A group of four: what dividing by the group's standard deviation makes of a reward.

import { range } from "d3-array";
import { sum } from "../core/numpy.js";
import { groupMean, groupNormalised } from "../core/policy_gradient.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, slider } from "../parts/slider.js";

const PRESETS = {
  "1 right, by ½": { right: 1, gain: 0.5 },
  "by 0.02": { right: 1, gain: 0.02 },
  "3 right": { right: 3, gain: 0.5 },
};

const SIZE = 4;
const COUNTS = ["One", "Two", "Three"];
const HALF = 0.34; // of a draw's room, for each of its two bars

export default scene({
  label: "A group of four",
  presets: PRESETS,
  guesses: () => range(-100, 101).map((i) => i / 50),
  controls: (stage) => {
    const steps = geometricSteps(...stage.limits("gain"));
    const gain = slider(stage, { label: "right earns more by", key: "gain", steps, format: say });
    const right = slider(stage, { label: "right draws", key: "right", step: 1, format: say });
    return [
      { node: gain.node, draw: (state) => gain.draw(state.gain) },
      { node: right.node, draw: (state) => right.draw(state.right) },
    ];
  },
  picture: () => ({ along: "y", right: 34, xTicks: false, xTitle: "the four draws", yTitle: "weight of the draw's score" }),

  show({ gain, right }) {
    const rewards = range(SIZE).map((i) => (i < SIZE - right ? 0 : gain));
    const centred = groupMean(rewards);
    const exact = groupNormalised(rewards);
    const truth = exact.at(-1);
    const mean = sum(rewards) / SIZE;
    const spread = Math.sqrt(sum(rewards.map((r) => (r - mean) ** 2)) / SIZE);
    const several = right > 1;
    const summary = `${right} of four right, by ${say(gain)}`;
    const isRight = (i) => i >= SIZE - right;
    return {
      question:
        `${COUNTS[right - 1]} of four draws ${several ? "are" : "is"} right and ${several ? "earn" : "earns"} ${say(gain)} more. ` +
        `Less the mean, over the standard deviation: ${several ? "their" : "its"} weight?`,
      truth,
      why:
        `${say(centred.at(-1))} / ${say(spread)} = ${say(truth)}: how much the right ones earn cancels, how many are right stays. ` +
        `Undivided: ${say(centred.at(-1))}.`,
      start: 0.4,
      seen: false,
      summary,
      picture: {
        xDomain: [0.5, SIZE + 0.5],
        yDomain: [-2.4, 2],
        // All four cancel: until it is revealed, the wrong ones take what the guess gives to the right ones.
        areas: (weight, open) => [
          ...centred.map((a, i) => ({ role: "reference", tint: "60%", points: bar(i + 1 - HALF, a) })),
          ...range(SIZE).map((i) => ({
            role: "policy",
            tint: open ? "100%" : "35%",
            points: bar(i + 1, isRight(i) ? weight : (-weight * right) / (SIZE - right)),
          })),
        ],
        levels: [{ y: 0, label: "" }],
        notes: range(SIZE).map((i) => ({ x: i + 1 - HALF, y: -2.3, label: isRight(i) ? `right: ${say(gain)}` : "wrong: 0" })),
        names: [
          { x: 0.5, y: 1.8, near: "right", role: "reference", label: "less the mean:", key: "centred", value: centred.at(-1) },
          { x: 0.5, y: 1.4, near: "right", role: "policy", label: "over the standard deviation" },
        ],
        beside: SIZE + HALF / 2,
        description: summary,
      },
    };
  },
});

const bar = (x, height) => [x, x + HALF].map((at) => [at, 0, height]);

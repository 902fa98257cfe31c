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
const [HALF, GAP] = [0.4, 0.06]; // of a draw's room: one of its two bars, what is free before it
const SECOND = SIZE + 0.9; // where the divided ones begin
const MARKER = SECOND + SIZE + 1.4;
const OTHERS = [0.5, 0.02]; // of these, what is compared with is another gain

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
  picture: () => ({ along: "y", right: 46, height: 224, outside: true, xTicks: false, xTitle: "", yTitle: "weight of a draw" }),

  show({ gain, right }) {
    const other = gain > 0.1 ? OTHERS[1] : OTHERS[0];
    const [mine, its] = [gain, other].map((more) => weights(right, more));
    const truth = mine.divided.at(-1);
    const several = right > 1;
    const summary = `${right} of four right, by ${say(gain)}`;
    const isRight = (i) => i >= SIZE - right;
    return {
      question:
        `${COUNTS[right - 1]} of four draws ${several ? "are" : "is"} right and ${several ? "earn" : "earns"} ${say(gain)} more. ` +
        `Divide by the group's standard deviation: how large is ${several ? "a" : "the"} right draw's weight?`,
      truth,
      why:
        `${quotient(mine)} = ${say(truth)}, and so is ${quotient(its)}: ` +
        "what the right ones earn cancels, how many are right stays.",
      start: 0.4,
      seen: false,
      summary,
      picture: {
        xDomain: [-0.15, MARKER],
        yDomain: [-2.1, 2.5],
        // All four cancel: until it is revealed, the wrong ones take what the guess gives to the right ones.
        areas: (weight, open) => [
          ...bars(mine.centred, 0, 0, MINE),
          ...bars(range(SIZE).map((i) => (isRight(i) ? weight : (-weight * right) / (SIZE - right))), SECOND, 0, open ? MINE : { ...MINE, tint: "35%" }),
          ...(open ? [...bars(its.centred, 0, 1, ITS), ...bars(its.divided, SECOND, 1, ITS)] : []),
        ],
        levels: [{ y: 0, label: "" }],
        key: [
          { ...MINE, label: `earns ${say(gain)}` },
          { ...ITS, label: `earns ${say(other)}`, answer: true },
        ],
        names: [
          { x: SIZE - right, y: mine.centred.at(-1), label: "", key: "centred", value: mine.centred.at(-1), dy: -10, side: "left" },
          { x: SIZE - 0.2, y: its.centred.at(-1), label: "", key: "other", value: its.centred.at(-1), dy: -10, side: "right", answer: true },
        ],
        feet: [
          ...[0, SECOND].flatMap((from) => [
            { x: from + (SIZE - right) / 2, label: "wrong" },
            { x: from + SIZE - right / 2, label: "right" },
          ]),
          { x: SIZE / 2, dx: -10, row: 1, label: "reward − mean" },
          { x: SECOND + SIZE / 2, dx: 12, row: 1, label: "÷ standard deviation" },
        ],
        beside: MARKER,
        description: summary,
      },
    };
  },
});

const MINE = { role: "policy" };
const ITS = { role: "reference", tint: "60%" };

/** What a group's rewards become, and what they are divided by. */
function weights(right, gain) {
  const rewards = range(SIZE).map((i) => (i < SIZE - right ? 0 : gain));
  const centred = groupMean(rewards);
  return { centred, divided: groupNormalised(rewards), spread: Math.sqrt(sum(centred.map((a) => a * a)) / SIZE) };
}

const quotient = ({ centred, spread }) => `${say(centred.at(-1))} / ${say(spread)}`;

/** One of the two bars of each draw, `from` a place on. */
const bars = (heights, from, which, look) =>
  heights.map((height, i) => {
    const left = from + i + GAP + which * (HALF + GAP);
    return { ...look, points: [left, left + HALF].map((x) => [x, 0, height]) };
  });

// A tug of war: the margin is the knot of a rope, and every label a pull at it.

import { range } from "d3-array";
import { marginAfter, optimalMargin, winProbability } from "../core/reward_loss.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, logSteps, slider } from "../parts/slider.js";

const PRESETS = {
  "7 : 3": { up: 7, down: 3, time: 0 },
  "70 : 30": { up: 70, down: 30, time: 0 },
  "9 : 1": { up: 9, down: 1, time: 0 },
};

const FARTHEST = 4.75;
const MOSTLY = [-1.5, 4.75]; // what is drawn unless it comes to rest further left
const LENGTH = 6; // of the rope, in units of margin, were every label to pull with all its strength
const ROPE = 0.74;
const AT_REST = 0.32;
const FIRST_STEP = 0.05;

export default scene({
  label: "A tug of war",
  presets: PRESETS,
  plays: "time",
  guesses: () => range(-FARTHEST, FARTHEST + 0.025, 0.05).map((value) => Number(value.toFixed(2))),
  controls: (stage) => {
    const steps = [0, ...geometricSteps(FIRST_STEP, stage.limits("time")[1], 16)];
    const pulling = sceneClock(stage, { steps, stepsPerSecond: 15, stepSize: 3 });
    const up = slider(stage, { label: "labels for A", key: "up", steps: logSteps(...stage.limits("up"), 32), format: say });
    return [
      pulling,
      { node: up.node, draw: (state) => up.draw(state.up) },
    ];
  },
  picture: () => ({ along: "x", right: 14, xTitle: "margin Δ = r(A) − r(B)" }),

  show({ up, down, time }, stage) {
    const share = up / (up + down);
    const truth = optimalMargin(share);
    const now = marginAfter(time, share);
    const pulls = (margin) => [up * winProbability(-margin), down * winProbability(margin)];
    const rope = (margin, y, answer) => {
      const both = pulls(margin);
      const ends = both.map((pull) => (LENGTH * pull) / (up + down));
      const labels = both.map((pull) => (answer ? say(pull) : ""));
      return [
        { role: "policy", from: margin, to: margin + ends[0], parts: up, label: labels[0], y, answer },
        { role: "reference", from: margin, to: margin - ends[1], parts: down, label: labels[1], y, answer },
      ];
    };
    const [ahead, back] = pulls(now);
    const summary = `At time ${say(time)} the margin is ${say(now)}: ${up} for A pull with ${say(ahead)}, ${down} for B with ${say(back)}`;
    return {
      question:
        `${up} ${up === 1 ? "label for A pulls" : "labels for A pull"} the margin to the right, ` +
        `${down} for B to the left. Where does it come to rest?`,
      truth,
      why: why(up, down, truth),
      start: 3,
      seen: time >= stage.limits("time")[1],
      summary,
      picture: {
        xDomain: truth < -0.5 ? [-FARTHEST, FARTHEST] : MOSTLY,
        yDomain: [0, 1],
        bars: [...rope(now, ROPE, false), ...rope(truth, AT_REST, true)],
        thumb: { x: now, y: [ROPE], label: `Δ = ${say(now)}` },
        names: [
          { x: 0, y: ROPE, corner: "right", label: `${up} for A pull`, key: "pull.up", value: ahead },
          { x: 0, y: ROPE, corner: "left", label: `${down} for B pull`, key: "pull.down", value: back },
        ],
        cover: [0, 0],
        beside: AT_REST,
        description: summary,
      },
    };
  },
});

/** The two pulls at rest. */
function why(up, down, rest) {
  const [each, other] = [winProbability(-rest), winProbability(rest)];
  return (
    `There each of the ${up} pulls with ${say(each)}, each of the ${down} with ${say(other)}: ` +
    `${say(up * each)} against ${say(down * other)}. Only the odds ${up} : ${down} count: Δ = log(${up}/${down}).`
  );
}

// Clean labels and the clock: a margin that nothing holds grows like the logarithm of time.

import { range } from "d3-array";
import { marginAfter, optimalMargin } from "../core/reward_loss.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, slider } from "../parts/slider.js";

const PRESETS = {
  Clean: { flipped: 0, time: 1000 },
  "1 in 1,000": { flipped: 0.001, time: 1000 },
  "3 in 10": { flipped: 0.3, time: 1000 },
};

const FLIPPED = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
const HIGHEST = 12;
const STEPS_PER_SECOND = 15;

export default scene({
  label: "Clean labels and the clock",
  presets: PRESETS,
  plays: "time",
  guesses: () => range(0, HIGHEST + 0.05, 0.1).map((value) => Number(value.toFixed(1))),
  controls: (stage) => {
    const steps = geometricSteps(...stage.limits("time"));
    const training = sceneClock(stage, { steps, stepsPerSecond: STEPS_PER_SECOND });
    const flipped = slider(stage, { label: "labels flipped", key: "flipped", steps: FLIPPED, format: say });
    return [
      training,
      { node: flipped.node, draw: (state) => flipped.draw(state.flipped) },
    ];
  },
  picture: () => ({
    along: "y",
    right: 30,
    xLog: true,
    xTitle: "training time t = step size × steps",
    yTitle: "margin Δ, trained from 0",
  }),

  show({ time, flipped }, stage) {
    const [first, last] = stage.limits("time");
    const now = last / 10;
    const at = (t, share = flipped) => marginAfter(t, 1 - share);
    const curve = (share) => geometricSteps(first, last).map((t) => [t, at(t, share)]);
    const summary = `At time ${say(time)} the margin is ${say(at(time))}`;
    const labels = flipped ? `${say(1000 * flipped)} of 1,000 labels flipped` : "clean labels";
    return {
      question: `With ${labels} the margin is ${say(at(now))} at t\u00a0=\u00a0${say(now)}. Where is it after ten times the training?`,
      truth: at(last),
      why: why(flipped, at(now), at(last)),
      start: 3,
      seen: time >= last,
      summary,
      picture: {
        xDomain: [first, last],
        yDomain: [0, HIGHEST],
        lines: [{ role: "policy", points: curve(flipped) }],
        thumb: { x: time, y: [at(time)], label: "" },
        names: [{ x: time, y: at(time), label: "Δ =", key: "margin", value: at(time) }],
        cover: [Math.max(time, now), last],
        beside: last,
        known: [time, at(time)],
        description: summary,
      },
    };
  },
});

/** What drives the margin on, or where it is held. */
function why(flipped, now, later) {
  if (flipped === 0) {
    return (
      "The push of clean labels fades as the margin grows, but never ends: ten times the time adds " +
      `log 10 = ${say(Math.log(10))}, from ${say(now)} to ${say(later)}.`
    );
  }
  return (
    `Flipped labels pull back just as hard at logit p = ${say(optimalMargin(1 - flipped))}, which the margin ` +
    `never passes: from ${say(now)} it has come to ${say(later)}.`
  );
}

// Three losses, three destinations: k1, k2 and k3 as the penalty, and where each comes to rest.

import { range } from "d3-array";
import { k1, k2, k3 } from "../core/kl_estimators.js";
import { ascendWithLoss } from "../core/learners.js";
import { forwardKlPolicy, gibbsPolicy, greedyPolicy } from "../core/rlhf_objective.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { remembered } from "../parts/remembered.js";
import { scene } from "../parts/scene.js";
import { logSteps } from "../parts/slider.js";

const PRESETS = {
  k1: { loss: "k1", response: 2, time: 8 },
  k2: { loss: "k2", response: 2, time: 8 },
  k3: { loss: "k3", response: 4, time: 8 },
};

const ESTIMATORS = { k1, k2, k3 };
const RESTS = { k1: greedyPolicy, k2: gibbsPolicy, k3: forwardKlPolicy };
const STEP_SIZE = 1;
const STEPS_PER_SECOND = 20;
const SOON = 60; // up to this step there is more room on the right

// The flows depend on all but the time.
const flowOf = remembered((loss, reward, reference, beta, steps) =>
  ascendWithLoss(ESTIMATORS[loss], reference, reward, reference, beta, STEP_SIZE, steps),
);

const steps = (stage) => logSteps(...stage.limits("time"), 24);

export default scene({
  label: "Three losses, three destinations",
  presets: PRESETS,
  plays: "time",
  guesses: () => range(501).map((i) => i / 500),
  controls: (stage) => {
    return [sceneClock(stage, { label: "steps", steps: steps(stage), stepsPerSecond: STEPS_PER_SECOND })];
  },
  picture: () => ({ along: "y", right: 30, xLog: true, xTitle: "steps of descent, each of the size 1", yTitle: "how often the policy says it" }),

  show({ loss, time, response, beta, reward, reference, responses }, stage) {
    const [first, last] = stage.limits("time");
    const it = response - 1;
    const name = responses[it];
    const rest = (which) => RESTS[which](reward, reference, beta)[it];
    const flow = flowOf(loss, reward, reference, beta, last);
    const curve = steps(stage).map((step) => [step, flow[step][it]]);
    const [truth, optimum] = [rest(loss), rest("k2")];
    const top = Math.min(1, 1.15 * Math.max(1.4 * optimum, truth, reference[it]));
    const summary = `After ${time} steps with ${loss} the share of ${name} is ${say(flow[time][it])}`;
    return {
      question: `Descend on the loss −reward + ${say(beta)} × ${loss}. How often does the policy say ${name} in the end?`,
      truth,
      why: why({ loss, name, truth, optimum: say(optimum) }),
      start: 0.85 * top,
      seen: time >= last,
      summary,
      picture: {
        xDomain: [first, last],
        yDomain: [0, top],
        lines: [{ role: loss, points: curve }],
        levels: [{ y: optimum, label: `optimum ${say(optimum)}`, side: "left", solid: true }],
        thumb: { x: time, y: [flow[time][it]], label: "" },
        names: [{ x: time, y: flow[time][it], ...(time < SOON && { side: "right" }), role: loss, label: `${loss}: ${name}`, key: "now", value: flow[time][it] }],
        cover: [time, last],
        beside: last,
        known: [time, flow[time][it]],
        description: summary,
      },
    };
  },
});

/** What pulls, and how far from the optimum it leaves the share. */
function why({ loss, name, truth, optimum }) {
  if (loss === "k1") {
    return `With its draws fixed, k1's mean gradient is 0: no penalty is left, reward alone decides. The optimum has ${optimum}.`;
  }
  if (loss === "k2") return "That is the optimum π*: k2, although biased as an estimate, has the KL's own gradient on average.";
  return (
    "k3 pulls each logit by π − reference, as the KL of the other direction does: " +
    `${name} keeps ${say(truth)}, where the optimum has ${optimum}.`
  );
}

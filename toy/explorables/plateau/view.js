// A plateau: how long the exact gradient takes to find a response that is rarely said.

import { max, maxIndex } from "d3-array";
import { softmax } from "../core/distributions.js";
import { rlhfAscent } from "../core/learners.js";
import { policyGradient } from "../core/policy_gradient.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { remembered } from "../parts/remembered.js";
import { below, order, ribbons } from "../parts/ribbons.js";
import { namesRoom } from "../parts/guess_chart.js";
import { scene } from "../parts/scene.js";
import { logSteps } from "../parts/slider.js";

const PRESETS = {
  "15 in 100": { policy: [0.3, 0.15, 0.45, 0.1], time: 3 },
  "6 in 100": { policy: [0.33, 0.06, 0.5, 0.11], time: 3 },
  "4 in 100": { policy: [0.34, 0.04, 0.51, 0.11], time: 3 },
};

const STEP_SIZE = 2;
const STEPS_PER_SECOND = 20;

// The policies do not depend on the time. Where no nat costs anything, what is climbed is the reward alone.
const flowOf = remembered((policy, reward, steps) => rlhfAscent(reward, policy, 0, STEP_SIZE, steps).map(softmax));

const steps = (stage) => logSteps(...stage.limits("time"), 24);

export default scene({
  label: "A plateau of the exact gradient",
  presets: PRESETS,
  plays: "time",
  guesses: steps,
  controls: (stage) => {
    return [sceneClock(stage, { label: "steps", steps: steps(stage), stepsPerSecond: STEPS_PER_SECOND })];
  },
  picture: () => ({ along: "x", right: namesRoom, xLog: true, xTitle: "exact steps, each of the size 2", yTitle: "share of the answers" }),

  show({ time, policy, reward, responses }, stage) {
    const [first, last] = stage.limits("time");
    const best = maxIndex(reward);
    const matters = reward.map((_, y) => y === best);
    const stack = order(matters);
    const flow = flowOf(policy, reward, last);
    const half = flow.findIndex((one) => one[best] >= 0.5);
    const truth = half >= 1 ? half : null;
    // Between the steps of the slider, a take-over can be steep.
    const drawn = [...new Set(steps(stage).flatMap((step) => [step, Math.min(last, Math.round(step * 1.03))]))].sort((a, b) => a - b);
    const now = flow[time];
    const summary = `After ${time} steps: ${stack.map((y) => `${responses[y]} ${say(now[y])}`).join(", ")}`;
    return {
      question: `${responses[best]} earns most, and is said ${say(100 * policy[best])} times in 100. After how many steps of the exact gradient is it said half the time?`,
      truth,
      why: why({ truth, flow, best, reward, responses, last }),
      start: 100,
      seen: truth !== null && time >= truth,
      summary,
      picture: {
        xDomain: [first, last],
        yDomain: [0, 1],
        areas: ribbons(drawn.map((step) => [step, flow[step]]), matters),
        levels: [{ y: 0.5, label: "half", side: "left" }],
        thumb: { x: time, y: [now[best]], label: "" },
        names: (_, open) => [
          ...stack.map((y, i) => ({ x: time, y: below(now, stack, i) + now[y] / 2, near: time < last / 10 ? "right" : "left", label: "", key: `share.${y}`, value: now[y] })),
          ...stack.map((y, i) => ({ y: below(open ? flow[last] : now, stack, i) + (open ? flow[last] : now)[y] / 2, label: responses[y], of: `share.${y}` })),
        ],
        notes: truth === null ? [] : [{ x: first * 1.15, y: 0.66, label: "nothing seems to happen", until: 0.8 * truth, answer: true }],
        cover: [time, last],
        beside: 0.5,
        description: summary,
      },
    };
  },
});

/** How the policy stood half the way, and how weakly it was pushed there. */
function why({ truth, flow, best, reward, responses, last }) {
  if (truth === null) return `It is so at no step from 1 to ${say(last)}.`;
  const half = Math.floor(truth / 2);
  const there = flow[half];
  const push = (policy) => policyGradient(policy, reward)[best];
  const rivals = there.map((p, y) => (y === best ? 0 : p));
  const rival = rivals.indexOf(max(rivals));
  return (
    `A push is probability × advantage. At step ${say(half)}, ${responses[rival]} has ${say(100 * there[rival])} %, ` +
    `${responses[best]} ${say(100 * there[best])} %, and its push is ${say(push(flow[truth]) / push(there))} times weaker than at half.`
  );
}

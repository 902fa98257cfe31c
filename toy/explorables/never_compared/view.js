// One clean comparison in a table: how high the share of what was never compared climbs.

import { range } from "d3-array";
import { softmax } from "../core/distributions.js";
import { sum } from "../core/numpy.js";
import { marginAfter, timeToMargin } from "../core/reward_loss.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { scene } from "../parts/scene.js";
import { geometricSteps } from "../parts/slider.js";

const BETA = 0.5;
const PRESETS = {
  Sydney: {
    responses: ["Sydney", "Melbourne", "I am not sure", "Canberra"],
    reference: [0.7, 0.289, 0.01, 0.001],
  },
  Mercury: {
    responses: ["Mercury", "I don't know", "the Sun", "Venus"],
    reference: [0.45, 0.3, 0.1, 0.15],
  },
  "The Sun": {
    responses: ["the Sun", "I don't know", "Mercury", "Venus"],
    reference: [0.1, 0.3, 0.45, 0.15],
  },
};

const SHARES = range(0, 101).map((percent) => percent / 100);
const STEPS_PER_SECOND = 20;
const SOON = 30; // until then there is more room on the right
const LATE = 100; // from then on the names stand at the thumb

export default scene({
  label: "What was never compared",
  presets: PRESETS,
  plays: "time",
  guesses: () => SHARES,
  controls: (stage) => {
    const steps = geometricSteps(...stage.limits("time"));
    return [sceneClock(stage, { steps, stepsPerSecond: STEPS_PER_SECOND })];
  },
  picture: () => ({
    along: "y",
    right: 30,
    xLog: true,
    xTitle: "training time t = step size × steps",
    yTitle: "probability",
  }),

  show({ time, reference, responses }, stage) {
    const [first, last] = stage.limits("time");
    const [rejected, chosen] = [responses[0], responses.at(-1)];
    const rest = sum(reference.slice(1, -1));
    const [down, up] = [reference[0], reference.at(-1)];
    const meeting = down > up ? Math.sqrt(down * up) : (down + up) / 2;
    const peak = timeToMargin(Math.max(0, BETA * Math.log(down / up)), 1) / (2 * BETA ** 2);
    const now = together(sharesAt(time, reference));
    const curve = geometricSteps(first, last).map((t) => [t, together(sharesAt(t, reference))]);
    const looks = [
      { role: "wrong", label: rejected, key: "rejected" },
      { role: "k2", label: "all others", key: "others" },
      { role: "k3", label: chosen, key: "chosen" },
    ];
    const summary = `At time ${say(time)}: ${looks.map(({ label }, i) => `${label} ${say(now[i])}`).join(", ")}`;
    return {
      question:
        `${chosen} beat ${rejected}. All others, which nobody compared, start at ${say(rest)} together. ` +
        "How high do they climb?",
      truth: rest / (rest + 2 * meeting),
      why: why({ rejected, chosen, down, up, meeting, rest }),
      start: 0.6,
      seen: time >= Math.max(2 * peak, 10),
      summary,
      picture: {
        xDomain: [first, last],
        yDomain: [-0.02, 1],
        lines: looks.map(({ role }, i) => ({ role, points: curve.map(([t, shares]) => [t, shares[i]]) })),
        thumb: { x: time, y: now, label: "" },
        names: (_, open) => [
          ...looks.map(({ label, key, role }, i) => ({ x: time, y: now[i], near: time < SOON ? "right" : "left", label: open && time < LATE ? "" : label, role, key, value: now[i] })),
          ...looks.filter(() => time < LATE).map(({ label, role }, i) => ({ x: last, y: curve.at(-1)[1][i], near: "left", label, role, answer: true })),
        ],
        cover: [time, last],
        beside: Math.max(peak, 10),
        truthBeside: Math.max(peak, first),
        known: [time, now[1]],
        description: summary,
      },
    };
  },
});

/** The policy at a time: only the logits of the first response and of the last have moved, apart. */
function sharesAt(time, reference) {
  const moved = marginAfter(2 * BETA ** 2 * time, 1) / BETA / 2;
  return softmax(reference.map((p, y) => Math.log(p) + (y === 0 ? -moved : y === reference.length - 1 ? moved : 0)));
}

/** The rejected response, all that were never compared, and the chosen one. */
const together = (policy) => [policy[0], sum(policy.slice(1, -1)), policy.at(-1)];

/** Where what was never compared has most. */
function why({ rejected, chosen, down, up, meeting, rest }) {
  if (down <= up) {
    return `From the start ${chosen} is as likely as ${rejected} or more, so that what nobody compared can only fall.`;
  }
  return (
    `They climb until ${chosen} meets ${rejected}: each then weighs √(${say(down)} × ${say(up)}) = ${say(meeting)}, ` +
    `beside ${say(rest)}.`
  );
}

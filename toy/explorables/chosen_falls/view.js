// One clean comparison of responses that share a feature: what becomes of the chosen one.

import { range } from "d3-array";
import { softmax } from "../core/distributions.js";
import { marginAfter } from "../core/reward_loss.js";
import { say } from "../parts/format.js";
import { sceneClock } from "../parts/player.js";
import { scene } from "../parts/scene.js";
import { geometricSteps } from "../parts/slider.js";

const PRESETS = {
  "Length 3": { length: 3, responses: ["a page", "a paragraph", "one line"] },
  "Length 2": { length: 2, responses: ["a letter", "a paragraph", "one line"] },
  "Length 0.2": { length: 0.2, responses: ["two lines", "a paragraph", "one line"] },
};

const SHARES = range(0, 101).map((percent) => percent / 100);
const ROLES = ["k2", "k3", "wrong"];
const KEYS = ["unseen", "chosen", "rejected"];
const STEPS_PER_SECOND = 12;
const SOON = 5; // until then there is more room on the right
const LATE = 8; // from then on the names stand at the thumb

// θ, which at β = 1 is the margin of the pair: it moves by 1 − σ(θ).
const weightAt = (time) => marginAfter(time, 1);
const capitalized = (text) => text[0].toUpperCase() + text.slice(1);
const sharesAt = (time, length) => softmax([length, 1, 0].map((f) => weightAt(time) * f));

export default scene({
  label: "The chosen response falls",
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

  show({ time, length, responses }, stage) {
    const [first, last] = stage.limits("time");
    const [unseen, chosen, rejected] = responses;
    const now = sharesAt(time, length);
    const curve = geometricSteps(first, last).map((t) => [t, sharesAt(t, length)]);
    const weight = weightAt(last);
    const summary = `At time ${say(time)}: ${responses.map((name, y) => `${name} ${say(now[y])}`).join(", ")}`;
    return {
      question:
        `${capitalized(chosen)} (length 1) beat ${rejected} (0); nobody compared ${unseen} (${say(length)}). ` +
        `Trained to a loss of ${say(Math.log1p(Math.exp(-weight)))}, how likely is ${chosen}?`,
      truth: sharesAt(last, length)[1],
      why:
        `Length is what is learnt: against ${chosen} the odds of ${unseen} are then ` +
        `${say(Math.exp(weight * (length - 1)))}, of ${rejected} ${say(Math.exp(-weight))}.`,
      start: 1 / 3,
      seen: time >= last,
      summary,
      picture: {
        xDomain: [first, last],
        yDomain: [-0.36, 1],
        base: 0,
        lines: ROLES.map((role, y) => ({ role, points: curve.map(([t, shares]) => [t, shares[y]]) })),
        thumb: { x: time, y: now, label: "" },
        names: (_, open) => [
          ...responses.map((label, y) => ({ x: time, y: now[y], near: time < SOON ? "right" : "left", label: open && time < LATE ? "" : label, role: ROLES[y], key: KEYS[y], value: now[y] })),
          ...responses.filter(() => time < LATE).map((label, y) => ({ x: last, y: curve.at(-1)[1][y], near: "left", label, role: ROLES[y], answer: true })),
        ],
        cover: [time, last],
        beside: last,
        known: [time, now[1]],
        description: summary,
      },
    };
  },
});

// Logits times a number: a policy that grows sharper, or flatter, as at another temperature.

import { max, range } from "d3-array";
import { softmax } from "../core/distributions.js";
import { say } from "../parts/format.js";
import { below, order, ribbons } from "../parts/ribbons.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const NAMES = { responses: ["I don't know", "Venus", "Mercury", "the Sun"] };

const PRESETS = {
  "Half trained": { ...NAMES, policy: [0.05, 0.4, 0.25, 0.3], scale: 1 },
  "Close race": { ...NAMES, policy: [0.1, 0.35, 0.34, 0.21], scale: 1 },
  Sure: { ...NAMES, policy: [0.1, 0.6, 0.2, 0.1], scale: 1 },
};

const KNOWN = 1; // up to here the picture is open from the first
const NAMED_AT = 0.04;

export default scene({
  label: "Logits times a number",
  presets: PRESETS,
  plays: "scale",
  guesses: () => range(0, 101),
  controls: (stage) => {
    const scale = slider(stage, { label: "logits multiplied by", key: "scale", step: 0.05, format: say });
    return [{ node: scale.node, draw: (state) => scale.draw(state.scale) }];
  },
  picture: () => ({ along: "y", right: 24, xTitle: "what the logits are multiplied by, 1/temperature", yTitle: "times in 100" }),

  show({ scale, policy, responses }, stage) {
    const [low, asked] = stage.limits("scale");
    const scaled = (times) => softmax(policy.map((p) => times * Math.log(p))).map((p) => 100 * p);
    const best = policy.indexOf(max(policy));
    const matters = policy.map((_, y) => y === best);
    const stack = order(matters);
    const curve = range(low, asked + 0.01, 0.05).map((times) => [times, scaled(times)]);
    const now = scaled(scale);
    const truth = scaled(asked)[best];
    const named = scaled(10 * NAMED_AT);
    const summary = `Logits times ${say(scale)}, times in 100: ${stack.map((y) => `${responses[y]} ${say(now[y])}`).join(", ")}`;
    return {
      question: `The policy says ${responses[best]} ${say(100 * policy[best])} times in 100. How often once all its logits are tripled?`,
      truth,
      why: why(policy, best, responses, asked),
      start: 100 * policy[best],
      seen: scale >= asked,
      summary,
      picture: {
        xDomain: [low, asked],
        yDomain: [0, 100],
        areas: ribbons(curve, matters),
        thumb: { x: scale, y: [now[best]], label: "" },
        names: [
          ...stack.map((y, i) => ({ x: NAMED_AT, y: below(named, stack, i) + named[y] / 2, side: "right", dy: 0, fixed: true, label: responses[y] })),
          ...stack.map((y, i) => ({ x: scale, y: below(now, stack, i) + now[y] / 2, near: scale < 0.8 * asked ? "right" : "left", label: "", key: `share.${y}`, value: now[y] })),
        ],
        cover: [Math.max(scale, KNOWN), asked],
        beside: asked,
        known: [scale, now[best]],
        description: summary,
      },
    };
  },
});

/** What becomes of the ratio to the strongest rival. */
function why(policy, best, responses, asked) {
  const rivals = policy.map((p, y) => (y === best ? 0 : p));
  const rival = rivals.indexOf(max(rivals));
  const ratio = policy[best] / policy[rival];
  return (
    `Tripled logits cube every ratio: ${responses[best]} to ${responses[rival]} goes from ${say(ratio)} to ` +
    `${say(ratio ** asked)}. To sample at temperature 1/3 is the same.`
  );
}

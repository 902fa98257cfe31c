// How far below the best objective a policy stands: β KL(π‖π*), and nothing else.

import { max, range } from "d3-array";
import { klDivergence } from "../core/distributions.js";
import { gibbsPolicy, optimalityGap } from "../core/rlhf_objective.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const TEMPTING = {
  responses: ["I don't know", "Venus", "Mercury", "the Sun"],
  reward: [0.2, 1, 0.8, -1.5],
  reference: [0.3, 0.15, 0.45, 0.1],
};

const PRESETS = {
  "50 : 50": { ...TEMPTING, share: 0.5, beta: 0.5 },
  "90 : 10": { ...TEMPTING, share: 0.1, beta: 0.5 },
  "β = 0.1": { ...TEMPTING, share: 0.5, beta: 0.1 },
};

const DEEPEST = -0.85;
const EDGE = [-36, 26]; // px, how far the words under the ends reach out

export default scene({
  label: "How far below the top",
  presets: PRESETS,
  guesses: () => range(DEEPEST, 0.005, 0.01).map((value) => Number(value.toFixed(2))),
  controls: (stage) => {
    const share = slider(stage, { label: "share of “always”", key: "share", step: 0.05, format: say });
    const beta = slider(stage, { label: "price <i>β</i>", key: "beta", step: 0.05, format: say });
    return [
      { node: share.node, draw: (state) => share.draw(state.share) },
      { node: beta.node, draw: (state) => beta.draw(state.beta) },
    ];
  },
  picture: () => ({ along: "y", right: 30, under: 1, xTitle: "share of “always” in the mix", yTitle: "objective, measured from the best policy's" }),

  show({ share, beta, reward, reference, responses }) {
    const best = reward.indexOf(max(reward));
    const mix = (weight) => reference.map((p, y) => (1 - weight) * p + (y === best ? weight : 0));
    const height = (weight) => -optimalityGap(mix(weight), reward, reference, beta);
    const [start, end, truth] = [height(0), height(1), height(share)];
    const mean = (1 - share) * start + share * end;
    const summary = `A mix with ${say(share)} of ${responses[best]}; measured from the best policy the reference is at ${say(start)}, always ${responses[best]} at ${say(end)}`;
    return {
      question:
        `The best policy is at 0, the reference at ${say(start)}, “always ${responses[best]}” at ${say(end)}. ` +
        `Where is a ${say(100 - 100 * share)}\u00a0:\u00a0${say(100 * share)} mix of the last two?`,
      truth,
      why: why(beta, klDivergence(mix(share), gibbsPolicy(reward, reference, beta)), mean),
      start: -0.6,
      seen: share === 0 || share === 1,
      summary,
      picture: {
        xDomain: [0, 1],
        yDomain: [DEEPEST, 0.1],
        lines: [
          { role: "reference", answer: true, points: [[0, start], [1, end]] },
          { role: "policy", answer: true, points: range(0, 1.005, 0.02).map((weight) => [weight, height(weight)]) },
        ],
        levels: [{ y: 0, label: "the best policy, π*", side: end > start ? "left" : "right" }],
        dots: [
          { role: "reference", x: 0, y: start },
          { role: "policy", x: 1, y: end },
          { role: "reference", x: share, y: mean, answer: true },
        ],
        thumb: { x: share, y: [0], label: `${say(100 - 100 * share)} : ${say(100 * share)}` },
        names: [{ x: share, y: mean, label: "mean", key: "mean", value: mean, answer: true, side: share < 0.3 ? "right" : "left", dy: 18 }],
        feet: [
          { x: 0, dx: EDGE[0], anchor: "start", label: "the reference", key: "start", value: start },
          { x: 1, dx: EDGE[1], anchor: "end", label: `always ${responses[best]}`, key: "end", value: end },
        ],
        cover: [0, 0],
        beside: share,
        description: summary,
      },
    };
  },
});

/** The divergence from the optimum, and what the mean of the ends would be. */
const why = (beta, distance, mean) =>
  `−β KL(π‖π*) = −${say(beta)} × ${say(distance)}: all that counts is how far it is to the best policy. ` +
  `A mix beats the mean of its parts, ${say(mean)}.`;

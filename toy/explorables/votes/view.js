// Forty votes and a policy: what share of the answers the votes for one of two buy it.

import { range } from "d3-array";
import { dpoLoss } from "../core/dpo.js";
import { optimalMargin } from "../core/reward_loss.js";
import { gibbsPolicy } from "../core/rlhf_objective.js";
import { raised, say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const VOTES = 40;
const REFERENCE = 0.2;
const PRESETS = {
  "30 of 40": { won: 30, beta: 0.5, policy: 0.2 },
  "20 of 40": { won: 20, beta: 0.5, policy: 0.1 },
  "30, β = 2": { won: 30, beta: 2, policy: 0.15 },
};

const SHARES = range(1, 100).map((percent) => percent / 100);
const LOSSES = [0.4, 1.3];
const FINELY = range(-5, 5.01, 0.04).map((logit) => 1 / (1 + Math.exp(-logit))); // the loss is steep at both ends

const both = (share) => [share, 1 - share];

export default scene({
  label: "Forty votes and a policy",
  presets: PRESETS,
  plays: "policy",
  guesses: () => SHARES,
  controls: (stage) => {
    const policy = slider(stage, { label: "policy <i>π</i>(A)", key: "policy", step: 0.01, format: say });
    return [{ node: policy.node, draw: (state) => policy.draw(state.policy) }];
  },
  picture: () => ({
    along: "x",
    right: 16,
    xTitle: "probability of answer A",
    yTitle: "DPO's loss, nats per vote",
  }),

  show({ policy, won, beta }, stage) {
    const [, last] = stage.limits("policy");
    const wins = [[0, won], [VOTES - won, 0]];
    const loss = (share) => dpoLoss(both(share), both(REFERENCE), wins, beta);
    const [least] = gibbsPolicy([optimalMargin(won / VOTES), 0], both(REFERENCE), beta);
    const truth = least >= SHARES[0] && least <= SHARES.at(-1) ? least : null;
    const product = odds(won / (VOTES - won), beta);
    const summary = `The policy gives A with probability ${say(policy)}; the loss is ${say(loss(policy))}`;
    return {
      question:
        `The reference gives answer A ${say(100 * REFERENCE)} times in 100; ${won} of ${VOTES} people prefer A to B. ` +
        `How likely does DPO make A, at β\u00a0=\u00a0${say(beta)}?`,
      truth,
      why: `The odds of A become the reference's times the votes', to the power 1/β: ${product}.`,
      start: 0.5,
      seen: truth !== null && policy >= Math.min(last, truth + 0.05),
      summary,
      picture: {
        xDomain: [0, 1],
        yDomain: LOSSES,
        lines: [
          {
            role: "policy",
            points: FINELY.map((share) => [share, loss(share)]).filter(([, y]) => y < LOSSES[1] - 0.02),
          },
        ],
        places: [
          { x: REFERENCE, side: "right", label: "reference", high: true },
          ...(truth === null ? [] : [{ x: truth, side: truth > 0.7 ? "left" : "right", label: `odds ${product}`, short: `odds ${product.split("= ")[1]}`, answer: true }]),
        ],
        thumb: { x: policy, y: [Math.min(LOSSES[1], loss(policy))], label: "" },
        names: [{ x: policy, y: Math.min(LOSSES[1], loss(policy)), dy: 16, side: policy < 0.5 ? "right" : "", label: "loss", key: "loss", value: loss(policy) }],
        cover: [policy, 1],
        beside: 1.05,
        description: summary,
      },
    };
  },
});

/** What the votes make of the reference's odds, as a product. */
function odds(votes, beta) {
  const before = REFERENCE / (1 - REFERENCE);
  return `${say(before)} × ${power(say(votes), 1 / beta)} = ${say(before * votes ** (1 / beta))}`;
}

/** A power as one writes it. */
function power(base, exponent) {
  if (exponent === 1) return base;
  if (exponent === 0.5) return `√${base}`;
  return Number.isInteger(exponent) ? base + raised(exponent) : `${base}^${say(exponent)}`;
}

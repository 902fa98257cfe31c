// The frontier of reward against KL: where one more nat earns just what it costs.

import { bisectLeft, max, range } from "d3-array";
import { expectation, klDivergence } from "../core/distributions.js";
import { gibbsPolicy, greedyPolicy } from "../core/rlhf_objective.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, slider } from "../parts/slider.js";

const TEMPTING = { reward: [0.2, 1, 0.8, -1.5], reference: [0.3, 0.15, 0.45, 0.1], tilt: 0 };

const PRESETS = {
  "β = ½": { ...TEMPTING, beta: 0.5 },
  "β = 0.1": { ...TEMPTING, beta: 0.1 },
  "β = 1.5": { ...TEMPTING, beta: 1.5 },
};

const FARTHEST = 2;
const STEPS = (stage) => [0, ...geometricSteps(0.05, stage.limits("tilt")[1])];

export default scene({
  label: "The frontier of reward and KL",
  presets: PRESETS,
  plays: "tilt",
  guesses: () => range(0, FARTHEST + 0.005, 0.01).map((value) => Number(value.toFixed(2))),
  controls: (stage) => {
    const [reward, reference] = [stage.get("reward"), stage.get("reference")];
    const format = (tilt) => say(klDivergence(policyAt(reward, reference, tilt), reference));
    const walk = slider(stage, { label: "nats bought", key: "tilt", steps: STEPS(stage), format });
    const beta = slider(stage, { label: "price <i>β</i>", key: "beta", step: 0.05, format: say });
    return [
      { node: walk.node, draw: (state) => walk.draw(state.tilt) },
      { node: beta.node, draw: (state) => beta.draw(state.beta) },
    ];
  },
  picture: () => ({ along: "x", right: 26, drops: true, xTitle: "KL(π ‖ reference), nats bought", yTitle: "mean reward" }),

  show({ tilt, beta, reward, reference }, stage) {
    const at = (policy) => [klDivergence(policy, reference), expectation(policy, reward)];
    const best = gibbsPolicy(reward, reference, beta);
    const greedy = greedyPolicy(reward, reference);
    const [bought, earned] = at(policyAt(reward, reference, tilt));
    const [truth, most] = at(best);
    const left = (policy) => expectation(policy, reward) - beta * klDivergence(policy, reference);
    const [lowest, highest] = [expectation(reference, reward), max(reward)];
    const room = highest - lowest;
    const yDomain = [lowest - 0.4 * room, highest + 0.3 * room];
    // A line of slope β through a place, as far as it is in the picture.
    const priced = ([kl, level]) =>
      yDomain.map((edge) => Math.min(FARTHEST, Math.max(0, kl + (edge - level) / beta))).map((end) => [end, level + beta * (end - kl)]);
    const frontier = [...STEPS(stage).map((step) => at(policyAt(reward, reference, step))), at(greedy)];
    const gain = frontier.map(([kl, level]) => [kl, lowest + beta * kl, level]).filter(([, cost, level]) => cost <= level);
    const summary = `At ${say(bought)} nats the mean reward is ${say(earned)}`;
    return {
      question: `A nat costs ${say(beta)} units of reward. After how many nats does the next one earn less than it costs?`,
      truth,
      why: why(beta, left(best), left(reference), left(greedy)),
      start: 1.5,
      seen: tilt >= 1 / beta,
      summary,
      picture: {
        xDomain: [0, FARTHEST],
        yDomain,
        areas: [{ role: "policy", tint: "14%", points: gain }],
        lines: [
          { role: "policy", points: frontier },
          { role: "reference", points: priced([0, lowest]) },
          { role: "best", answer: true, points: priced([truth, most]) },
        ],
        levels: [{ y: left(best), label: `${say(left(best))} left after paying`, short: `${say(left(best))} left`, free: true, answer: true }],
        dots: [{ role: "best", x: 0, y: left(best), answer: true }],
        thumb: { x: bought, y: [earned], label: tilt > 0 ? `the next earns ${say(1 / tilt)}` : "" },
        names: [
          { x: bought, y: earned, label: "reward", key: "earned", value: earned, side: bought < FARTHEST / 3 ? "right" : "", quiet: tilt === 0 },
        ],
        notes: [
          { x: FARTHEST, y: highest + 0.05 * room, label: "earned", side: "left" },
          { ...below(lowest, Math.min((left(best) - lowest < 0.3 * room ? 0.5 : 0.3) * room, 0.35 * FARTHEST * beta), room, beta), label: "paid", side: "right" },
        ],
        cover: [0, 0],
        beside: (kl) => levelOf(frontier, kl),
        truthBeside: most,
        description: summary,
      },
    };
  },
});

/** The policy of the frontier where its slope is 1/tilt: at 0 the reference. */
const policyAt = (reward, reference, tilt) => (tilt > 0 ? gibbsPolicy(reward, reference, 1 / tilt) : reference);

/** How high the frontier is after some nats. */
function levelOf(frontier, nats) {
  const after = bisectLeft(frontier.map(([kl]) => kl), nats);
  if (after === 0 || after === frontier.length) return frontier[Math.min(after, frontier.length - 1)][1];
  const [[kl, level], [end, top]] = [frontier[after - 1], frontier[after]];
  return level + ((nats - kl) / (end - kl)) * (top - level);
}

/** Where there is room for a word below the line of what is paid, when that has come to `paid`. */
const below = (lowest, paid, room, beta) => ({ x: paid / beta, y: lowest + paid - 0.13 * room });

/** What is left after paying: at the optimum, at the start and at the end. */
const why = (beta, left, nothing, everything) =>
  `There the slope is β = ${say(beta)}. After paying, ${say(left)} of reward is left; ` +
  `${say(nothing)} had it stayed, ${say(everything)} had it gone to the end.`;

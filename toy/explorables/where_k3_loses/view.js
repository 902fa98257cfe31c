// Where k3 loses: a policy unlearns one response, and the scatter of k3 overtakes that of k1.

import { geometricMixture } from "../core/distributions.js";
import { estimatorMoments, k1, k3, varianceCrossover } from "../core/kl_estimators.js";
import { sum } from "../core/numpy.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { geometricSteps, slider } from "../parts/slider.js";

const PRESETS = {
  Mercury: { unlearned: 3, share: 0.25 },
  "I don't know": { unlearned: 1, share: 0.16 },
  "the Sun": { unlearned: 4, share: 0.055 },
};

const ESTIMATORS = { k1, k3 };
const HIGHEST = 1.8;

const shares = (stage) => geometricSteps(...stage.limits("share"), 48);

export default scene({
  label: "Where k3 loses",
  presets: PRESETS,
  plays: "share",
  guesses: shares,
  controls: (stage) => {
    const share = slider(stage, { label: "share left", key: "share", steps: shares(stage), format: say });
    return [{ node: share.node, draw: (state) => share.draw(state.share) }];
  },
  picture: () => ({
    along: "x",
    right: 32,
    xLog: true,
    xTitle: "how often the policy still says it",
    yTitle: "scatter (std) of one draw, nats",
  }),

  show({ share, unlearned, reference, responses }, stage) {
    const [low, high] = stage.limits("share");
    const it = unlearned - 1;
    const from = reference[it];
    const name = responses[it];
    const others = sum(reference.filter((_, y) => y !== it));
    const policyAt = (p) => reference.map((q, y) => (y === it ? p : (q * (1 - p)) / others));
    const std = (role, p) => Math.sqrt(estimatorMoments(ESTIMATORS[role], policyAt(p), reference).variance);
    const far = policyAt(low * from);
    const equal = geometricMixture(far, reference, varianceCrossover(far, reference))[it];
    const truth = equal >= low && equal <= high ? equal : null;
    const now = { k1: std("k1", share), k3: std("k3", share) };
    const curve = (role) => shares(stage).map((p) => [p, std(role, p)]).filter((point) => point[1] <= HIGHEST);
    const summary = `At the share ${say(share)} k1 scatters by ${say(now.k1)}, k3 by ${say(now.k3)}`;
    const why =
      truth === null
        ? `There is no such share between ${say(low)} and ${say(high)}.`
        : `k3 counts reference/policy, there ${say(from / truth)} for ${name}: both scatter by ${say(std("k1", truth))}. ` +
          `At half that share k1 has ${say(std("k1", truth / 2))}, k3 ${say(std("k3", truth / 2))}.`;
    return {
      question: `The reference says ${name} ${say(100 * from)} times in 100, and training unlearns it. Below which share does k3 scatter more than k1?`,
      truth,
      why,
      start: 0.013,
      seen: truth !== null && share <= truth,
      summary,
      picture: {
        xDomain: [low, high],
        yDomain: [0, HIGHEST],
        lines: ["k1", "k3"].map((role) => ({ role, points: curve(role) })),
        places: [{ x: from, label: "reference", high: true, above: true }],
        thumb: { x: share, y: Object.values(now).filter((value) => value <= HIGHEST), label: "" },
        names: [
          ...["k1", "k3"].map((role) => ({ x: share, y: Math.min(HIGHEST, now[role]), near: "right", role, label: "", key: `std.${role}`, value: now[role] })),
          ...["k1", "k3"].map((role) => ({ y: Math.min(HIGHEST, std(role, high)), role, label: role })),
        ],
        cover: [low, share],
        beside: 1.25,
        description: summary,
      },
    };
  },
});

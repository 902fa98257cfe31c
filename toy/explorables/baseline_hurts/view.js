// A baseline that hurts: the scatter of one draw's gradient is a parabola in the baseline.

import { maxIndex, range } from "d3-array";
import { expectation } from "../core/distributions.js";
import { sum } from "../core/numpy.js";
import { optimalBaseline, reinforceMoments, score } from "../core/policy_gradient.js";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const GIVEN = [0.2, 1, 0.8, -1.5];
const PRESETS = {
  Trained: { policy: [0.02, 0.86, 0.02, 0.1], reward: GIVEN, baseline: 0 },
  "Half-way": { policy: [0.05, 0.4, 0.25, 0.3], reward: GIVEN, baseline: -0.6 },
  "All r + 1": { policy: [0.05, 0.4, 0.25, 0.3], reward: [1.2, 2, 1.8, -0.5], baseline: 0.4 },
};

const baselines = (stage) => {
  const [low, high] = stage.limits("baseline");
  return range(Math.round((high - low) / 0.02) + 1).map((i) => Number((low + 0.02 * i).toFixed(2)));
};

export default scene({
  label: "A baseline that hurts",
  presets: PRESETS,
  plays: "baseline",
  guesses: baselines,
  controls: (stage) => {
    const baseline = slider(stage, { label: "baseline <i>b</i>", key: "baseline", steps: baselines(stage), format: say });
    return [{ node: baseline.node, draw: (state) => baseline.draw(state.baseline) }];
  },
  picture: () => ({
    along: "x",
    right: 24,
    under: 2,
    xTitle: "baseline b and rewards, units of reward",
    yTitle: "total variance of one draw",
  }),

  show({ baseline, policy, reward, responses }, stage) {
    const [low, high] = stage.limits("baseline");
    const variance = (b) => reinforceMoments(policy, reward, b).totalVariance;
    const value = expectation(policy, reward);
    const best = optimalBaseline(policy, reward);
    const truth = best >= low && best <= high ? best : null;
    const now = variance(baseline);
    const top = Math.max(1.6 * variance(0), 1.6 * variance(value), 2.6 * variance(best));
    const isBelow = truth !== null && truth < 0; // what is seen is on the other side of b
    const summary = `With the baseline ${say(baseline)} the total variance is ${say(now)}`;
    return {
      question: "Subtract b from every reward: one draw's gradient keeps its mean, but not its scatter. Which b makes it scatter least?",
      truth,
      why: why({ policy, responses, truth, low, high, variances: [best, value, 0].map(variance) }),
      start: isBelow ? -1.4 : 1.6,
      seen: truth !== null && (isBelow ? baseline <= truth : baseline >= truth),
      summary,
      picture: {
        xDomain: [low, high],
        yDomain: [0, top],
        lines: [
          { role: "policy", points: baselines(stage).map((b) => [b, variance(b)]).filter((point) => point[1] <= top) },
        ],
        places: [
          { x: 0, label: "none", side: value > 0 ? "left" : "right", high: true },
          { x: value, label: "value", side: value > 0 ? "right" : "left", high: true },
        ],
        thumb: { x: baseline, y: now <= top ? [now] : [], label: "" },
        names: [
          { x: baseline, y: 0.8 * Math.min(top, now), near: isBelow ? "right" : "left", role: "policy", label: now > top ? "variance ↑" : "variance", key: "variance", value: now },
        ],
        rug: policy.map((p, y) => ({ x: reward[y], share: p, label: responses[y], key: `share.${y}`, value: p, format: percent })),
        cover: isBelow ? [low, baseline] : [baseline, high],
        beside: 0.74 * top,
        description: summary,
      },
    };
  },
});

const percent = (value) => `${say(100 * value)} %`;

/** For whom the best baseline cares more than the value does, and what it saves. */
function why({ policy, responses, truth, low, high, variances }) {
  if (truth === null) return `There is no such b between ${say(low)} and ${say(high)}.`;
  const length = score(policy).map((row) => sum(row.map((s) => s * s)));
  const total = sum(length.map((l, y) => policy[y] * l));
  const weight = length.map((l, y) => (policy[y] * l) / total);
  const most = maxIndex(weight, (w, y) => w - policy[y]);
  const [least, atValue, atNone] = variances;
  return (
    `It averages rewards by π × squared score: ${responses[most]} ${say(100 * weight[most])} %, not ` +
    `${say(100 * policy[most])} %. Variance ${say(least)}, at the value ${say(atValue)}, without b ${say(atNone)}.`
  );
}
